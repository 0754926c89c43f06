import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import type { Connection } from './connect/connection.ts'
import { HostRun } from './converge.ts'
import { Predicted } from './converge/answers.ts'
import type { HostEnd, RunContext } from './converge/context.ts'
import { Once } from './converge/once.ts'
import { EXIT, HakubeError, HakubeErrors, isKnown, throwAll, type ExitCode } from './errors.ts'
import type { RenderContext } from './playbook/render.ts'
import { boolean } from './playbook/settings.ts'
import type { PlayRun, Step } from './playbook/program.ts'
import { Preflight } from './ha/preflight/preflight.ts'
import type { Rolling } from './ha/rolling.ts'
import { Progress } from './progress.ts'
import type { HostRecap } from './report/events.ts'
import { exitCode } from './run/exit-code.ts'
import { Gate } from './run/gate.ts'
import { Hosts } from './run/hosts.ts'
import { Includes } from './run/including.ts'
import { readInputs, type Inputs } from './run/inputs.ts'
import { rollingOf } from './run/roll.ts'
import { layersOf, type LayersOf } from './run/layers.ts'
import { openEncrypted } from './run/preflight.ts'
import type { RunOptions, Scene } from './run/options.ts'
import { renderTree, TaskScope } from './variables/scope.ts'
import type { NotYet } from './variables/not-yet.ts'

export interface RunSummary {
  exitCode: ExitCode
  recap: readonly HostRecap[]
}

/**
 * A run, start to end: read everything, connect, gather facts, render what can be rendered, and only then let
 * every host converge. Throws HakubeError for invalid input, with nothing changed anywhere.
 */
export async function run(options: RunOptions): Promise<RunSummary> {
  const inputs = await readInputs(options)
  const { hosts: names, line, store } = inputs
  options.emit({
    type: 'run-start',
    playbook: options.playbook,
    hosts: names,
    check: options.check,
    version: options.version,
  })
  for (const text of options.settings?.notes ?? []) options.emit({ type: 'note', text })
  for (const text of options.settings?.warnings ?? []) options.emit({ type: 'warning', text })
  for (const text of inputs.warnings) options.emit({ type: 'warning', text })

  const layers = layersOf(inputs, options)
  const render = renderContext(inputs, options, layers)
  await openEncrypted({ inputs, render, layers: (host, step) => layers(host, step.run, step.task) })
  const plays = [...new Set(line.steps.map((step) => step.run))]
  const hosts = new Hosts(options, store, plays, (host, play) => scopeOfPlay(inputs, layers, host, play))
  const abort = () => void hosts.abort()
  options.abort.addEventListener('abort', abort)
  try {
    const connected = await all(names.map((host) => hosts.reach(host)))
    const reached = names.filter((_, index) => connected[index] !== undefined)
    for (const host of store.hosts.keys()) if (!names.includes(host)) store.gatherable.add(host)

    const lost = names.filter((name) => !reached.includes(name))
    const progress = new Progress(reached)
    const rolled = rollingOf({
      steps: line.steps,
      store,
      reached,
      scope: (host, play) => scopeOfPlay(inputs, layers, host, play),
      identity: (host, play) => hosts.identity(host, play),
      connection: (host) => connectionOf(hosts, host),
      recall: (places) => progress.recall(places),
      say: (text) => options.emit({ type: 'message', text }),
      allowOutage: options.allowOutage ?? false,
    })
    if (rolled && !options.check && !options.allowDegraded) refuseDegraded(lost)
    const gate = new Gate(lockers(reached, hosts, plays), { why: options.purpose, run: randomUUID() })
    const scene = sceneOf(inputs, layers, hosts, plays, reached)
    const preflight = new Preflight({
      scene,
      isOn: options.preflight ?? true,
      mayStart: !options.check,
      emit: (event) => options.emit(event),
      refused: () => void progress.stop('the preflight refuses the change'),
    })
    const context = contextOf({
      render,
      inputs,
      options,
      hosts,
      gate,
      layers,
      progress,
      rolled,
      preflight,
    })
    for (const host of lost)
      context.progress.lose(
        host,
        plays.findIndex((play) => play.members.has(host)),
      )
    for (const host of lost) store.unreachable.add(host)
    const runs = reached.map((host) => {
      return new HostRun(context, { host, connection: connectionOf(hosts, host) })
    })
    await renderAhead(runs, context)
    const ends = await converge(runs, gate, context, options.check ? undefined : rolled?.rolling)
    if (preflight.refusal) throw preflight.refusal
    if (options.check) rolled?.rolling.preview()
    await options.inspect?.(scene)
    const recap = names.map((host) => runs.find((one) => one.host === host)?.tally.recap ?? unreachable(host))
    // A single task with check_mode: true leaves nothing to be done by another run.
    const pending = options.check && runs.some((one) => one.tally.pending)
    return { recap, exitCode: exitCode({ recap, ends, pending, interrupted: options.signal.aborted }) }
  } finally {
    options.abort.removeEventListener('abort', abort)
    await hosts.close()
  }
}

/** All results; where some fail, the first error once all have ended: nobody is left at work behind our back. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

/** Lets all hosts converge, and ends a rolling change while the lock is held. */
async function converge(
  runs: readonly HostRun[],
  gate: Gate,
  context: RunContext,
  rolling: Rolling | undefined,
): Promise<HostEnd[]> {
  try {
    const ends = await all(runs.map((one) => one.run()))
    if (!rolling || context.signal.aborted) return ends
    const failed = ends.some((end) => end === 'failed' || end === 'unreachable')
    const why = context.progress.stopped ?? (failed ? 'a node failed' : undefined)
    const wrong = await rolling.finish(why)
    if (wrong === undefined) return ends
    context.emit({
      type: 'error',
      error: new HakubeError(wrong, { code: 'rolled-back', exitCode: EXIT.failed }),
    })
    return [...ends, 'failed']
  } finally {
    await gate.release()
  }
}

/**
 * Renders everything that the facts allow before the first change. Position by position over all hosts, because
 * hosts read each other's variables. Mistakes of all hosts are reported together.
 */
async function renderAhead(runs: readonly HostRun[], context: RunContext): Promise<void> {
  const problems = new Map<string, HakubeError>()
  const stuck = new Set<HostRun>()
  const { line } = context
  // What an include brings comes in behind its step while this goes on.
  for (let at = 0; at < line.end; at = line.next(at)) {
    const limit = line.next(at)
    for (const one of runs) {
      if (stuck.has(one)) continue
      try {
        const missing = await prepared(one, limit, context)
        if (missing) stuck.add(one)
      } catch (error) {
        if (!isKnown(error)) throw error
        stuck.add(one)
        for (const problem of error instanceof HakubeErrors ? error.errors : [error]) {
          problems.set(`${problem.message} ${JSON.stringify(problem.place)}`, problem)
        }
      }
    }
  }
  throwAll([...problems.values()])
}

/** Renders up to a position; gathers the facts of other hosts where they are read. */
async function prepared(one: HostRun, limit: number, context: RunContext): Promise<NotYet | undefined> {
  for (;;) {
    const missing = await one.prepare(limit)
    if (missing?.what.kind !== 'facts') return missing
    await context.gather(missing.what.host)
  }
}

function renderContext(inputs: Inputs, options: RunOptions, layers: LayersOf): RenderContext {
  const includes = new Includes(inputs.line, inputs.playbook.loading, options.tags)
  return {
    playbookDir: dirname(options.playbook),
    cache: new Map(),
    vault: options.vault,
    defaults: {
      become: options.become.become,
      becomeUser: options.become.user,
      becomeMethod: options.become.method,
    },
    check: options.check,
    verbosity: options.verbosity,
    include: (including) => includes.include(including),
    scopeOf: (host, step, position) => {
      inputs.addHost(host)
      return new TaskScope(inputs.store, host, position, layers(host, step.run, undefined))
    },
  }
}

interface ContextParts {
  render: RenderContext
  inputs: Inputs
  options: RunOptions
  hosts: Hosts
  gate: Gate
  layers: LayersOf
  progress: Progress
  rolled: ReturnType<typeof rollingOf>
  preflight: Preflight
}

function contextOf(parts: ContextParts): RunContext {
  const { render, inputs, options, hosts, gate, layers, progress, rolled, preflight } = parts
  const predicted = new Map<string, Predicted>()
  return {
    line: inputs.line,
    store: inputs.store,
    progress,
    once: new Once((host) => progress.isIn(host)),
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
    layers: (host, step: Step, task) => layers(host, step.run, task, step.inclusions),
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
    gather: (host) => hosts.gatherOther(host),
    delegate: (host) => hosts.delegate(host),
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

/** A node that is down would come back with what it had, and its part of the change would be missing. */
function refuseDegraded(lost: readonly string[]): void {
  if (lost.length === 0) return
  const nodes = lost.join(', ')
  throw new HakubeError(`${nodes} cannot be reached, so no node is changed`, {
    code: 'node-down',
    hint: `bring ${lost.length === 1 ? 'it' : 'them'} back, leave ${lost.length === 1 ? 'it' : 'them'} out with --limit '!${lost.join(':!')}', or change the others with --allow-degraded`,
    exitCode: EXIT.unreachable,
  })
}

function connectionOf(hosts: Hosts, host: string): Connection {
  const connection = hosts.connections.get(host)
  if (!connection) throw new TypeError(`no connection to ${host}`)
  return connection
}

function scopeOfPlay(inputs: Inputs, layers: LayersOf, host: string, run: PlayRun): TaskScope {
  return new TaskScope(inputs.store, host, 0, layers(host, run, undefined))
}

function sceneOf(
  inputs: Inputs,
  layers: LayersOf,
  hosts: Hosts,
  plays: readonly PlayRun[],
  reached: readonly string[],
): Scene {
  const playOf = (host: string): PlayRun => {
    const play = plays.find((run) => run.hosts.includes(host))
    if (!play) throw new TypeError(`${host} is in no play`)
    return play
  }
  return {
    inputs,
    hosts,
    reached,
    scope: (host) => scopeOfPlay(inputs, layers, host, playOf(host)),
    identity: (host) => hosts.identity(host, playOf(host)),
  }
}

/** Who holds the lock on each host: root where any play becomes root there. */
function lockers(reached: readonly string[], hosts: Hosts, plays: readonly PlayRun[]) {
  return new Map(
    reached.map((host) => {
      const connection = hosts.connections.get(host)
      if (!connection) throw new TypeError(`no connection to ${host}`)
      const identities = plays
        .filter((run) => run.hosts.includes(host))
        .map((run) => hosts.identity(host, run))
      const identity = identities.find((one) => one.becomeUser === 'root') ?? identities[0] ?? {}
      return [host, { connection, identity }] as const
    }),
  )
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

function unreachable(host: string): HostRecap {
  const none = { ok: 0, changed: 0, unknown: 0, skipped: 0, failed: 0, ignored: 0, trips: 0, ms: 0 }
  return { host, ...none, unreachable: true }
}
