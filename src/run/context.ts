import { dirname } from 'node:path'
import { Predicted } from '../converge/answers.ts'
import type { RunContext } from '../converge/context.ts'
import { Throttle } from '../converge/throttle.ts'
import { Once } from '../converge/once.ts'
import type { Preflight } from '../ha/preflight/preflight.ts'
import { HomeBook } from '../playbook/home-book.ts'
import { boolean } from '../playbook/settings.ts'
import type { PlayRun, Step } from '../playbook/step.ts'
import type { ControllerFiles } from '../playbook/controller-files.ts'
import type { RenderContext } from '../playbook/render-context.ts'
import type { Progress } from '../progress.ts'
import { renderTree, TaskScope } from '../variables/scope.ts'
import type { Gate } from './gate.ts'
import type { Growth } from './growth.ts'
import type { Hosts } from './hosts.ts'
import { Includes } from './including.ts'
import type { Inputs } from './inputs.ts'
import type { LayersOf } from './layers.ts'
import { inclusionsAround } from './inclusions-around.ts'
import type { RunOptions } from './options.ts'
import type { rollingOf } from './roll.ts'
import { scopeOfPlay } from './scene.ts'
import { isLocal } from '../playbook/way.ts'
import type { Ways } from './ways.ts'

/** What tasks are rendered with. */
export function renderContext(
  inputs: Inputs,
  options: RunOptions,
  layers: LayersOf,
  ways: Ways,
  files: ControllerFiles,
): RenderContext {
  const includes = new Includes(inputs.line, inputs.playbook.loading, options.tags, inputs.tagsOf)
  return {
    playbookDir: dirname(options.playbook),
    files,
    vault: options.vault,
    defaults: {
      become: options.become.become,
      becomeUser: options.become.user,
      becomeMethod: options.become.method,
    },
    homes: new HomeBook(),
    check: options.check,
    verbosity: options.verbosity,
    isUsual: (host, way) => ways.isUsual(host, way),
    isHere: (host) => isLocal(ways.usual(host)),
    include: (including) => includes.include(including),
    scopeOf: (host, step, position) => {
      inputs.addHost(host)
      return new TaskScope(inputs.store, host, position, layers(host, step.run, undefined, { position }))
    },
  }
}

export interface ContextParts {
  render: RenderContext
  inputs: Inputs
  options: RunOptions
  hosts: Hosts
  gate: Gate
  layers: LayersOf
  progress: Progress
  rolled: ReturnType<typeof rollingOf>
  preflight: Preflight
  growth: Growth
}

/** What the hosts of a run share. */
export function contextOf(parts: ContextParts): RunContext {
  const { render, inputs, options, hosts, gate, layers, progress, rolled, preflight, growth } = parts
  const predicted = new Map<string, Predicted>()
  return {
    line: inputs.line,
    store: inputs.store,
    progress,
    once: new Once(
      (host, position) => progress.hasPassed(host, position),
      (host, position) => (inputs.store.reached.get(host) ?? -1) > position,
    ),
    throttle: new Throttle(),
    render,
    check: options.check,
    signal: options.signal,
    emit: onceForAll((event) => options.emit(event)),
    isFatal: (host, play) => {
      const fatal = play.play.anyErrorsFatal
      const scope = scopeOfPlay(inputs, layers, host, play)
      return fatal !== undefined && boolean(renderTree(fatal, scope), fatal)
    },
    playStarted: once((play: PlayRun) =>
      options.emit({ type: 'play-start', name: play.play.name, hosts: play.hosts }),
    ),
    layers: (host, step: Step, task) =>
      layers(host, step.run, task, {
        inclusions: inclusionsAround(step, task),
        position: step.position,
      }),
    // Check mode writes nothing, no lock either; a task with check_mode: false is its author's promise.
    beforeChange: async (host, run) => {
      if (options.check) return false
      const first = await gate.pass(host)
      await preflight.before()
      if (rolled?.isBatch(run)) await rolled.rolling.beforeChange(host)
      else await rolled?.rolling.open()
      return first
    },
    beforePrediction: () => preflight.before(),
    gate: async (run) => {
      if (options.check || !rolled?.isBatch(run)) return undefined
      await preflight.proveExchange()
      return rolled.rolling.gate(run)
    },
    placeOf: (host, run) => placeOf(inputs.line.steps, host, run),
    grow: (addition, place) => growth.grow(addition, place),
    isAwaited: (host, run) => growth.isAwaited(host, run),
    arrive: (host, run) => growth.arrive(host, run),
    reset: (host) => hosts.reset(host),
    gather: (host) => hosts.gatherOther(host),
    delegate: (host, way) => hosts.delegate(host, way),
    reachBy: (host, way) => hosts.reachBy(host, way),
    predicted: (host) => {
      const known = predicted.get(host) ?? new Predicted()
      predicted.set(host, known)
      return known
    },
  }
}

/** Where the batch of a play begins in which a host is. */
function placeOf(steps: readonly Step[], host: string, { play }: PlayRun): number {
  const step = steps.find((one) => one.type === 'play' && one.run.play === play && one.run.members.has(host))
  if (!step) throw new TypeError(`${host} is in no batch of "${play.name}"`)
  return step.position
}

/** An error that ends many hosts, such as a lock, is said once. */
function onceForAll(emit: RunOptions['emit']): RunOptions['emit'] {
  const said = new WeakSet<Error>()
  return (event) => {
    if (event.type === 'error') {
      if (said.has(event.error)) return
      said.add(event.error)
    }
    emit(event)
  }
}

/** Calls through for the first time that each argument comes. */
function once<T>(call: (argument: T) => void): (argument: T) => void {
  const seen = new Set<T>()
  return (argument) => {
    if (seen.has(argument)) return
    seen.add(argument)
    call(argument)
  }
}
