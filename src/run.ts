import { randomUUID } from 'node:crypto'
import { HostRun } from './converge.ts'
import type { HostEnd, RunContext } from './converge/context.ts'
import { EXIT, HakubeError, showPlace, type ExitCode } from './errors.ts'
import type { Line } from './playbook/line.ts'
import { ControllerFiles } from './playbook/controller-files.ts'
import type { PlayRun } from './playbook/step.ts'
import { Ways } from './run/ways.ts'
import { Preflight } from './ha/preflight/preflight.ts'
import type { Rolling } from './ha/rolling.ts'
import { Progress } from './progress.ts'
import type { HostRecap } from './report/events.ts'
import { exitCode } from './run/exit-code.ts'
import { Gate } from './run/gate.ts'
import { Growth } from './run/growth.ts'
import { Hosts } from './run/hosts.ts'
import { readInputs } from './run/inputs.ts'
import { goesOnUnreached, ignoresUnreachable } from './run/going-on.ts'
import { reallyRun } from './run/really.ts'
import { rollingOf, refuseDegraded } from './run/roll.ts'
import { layersOf } from './run/layers.ts'
import { openEncrypted } from './run/preflight.ts'
import type { RunOptions } from './run/options.ts'
import { renderAhead } from './run/ahead.ts'
import { contextOf, renderContext } from './run/context.ts'
import { connectionOf, lockers, sceneOf, scopeOfPlay } from './run/scene.ts'

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
    ...(options.check && { runs: reallyRun(line) }),
    version: options.version,
  })
  for (const text of options.settings?.notes ?? []) options.emit({ type: 'note', text })
  for (const text of options.settings?.warnings ?? []) options.emit({ type: 'warning', text })
  for (const text of inputs.warnings) options.emit({ type: 'warning', text })

  const files = new ControllerFiles()
  const layers = layersOf(inputs, options, files)
  const plays = [...new Set(line.steps.map((step) => step.run))]
  const scopeOf = (host: string, play: PlayRun) => scopeOfPlay(inputs, layers, host, play)
  const ways = new Ways(plays, scopeOf)
  const render = renderContext(inputs, options, layers, ways, files)
  await openEncrypted({ inputs, render, layers: (host, step) => layers(host, step.run, step.task) })
  const hosts = new Hosts(options, store, plays, scopeOf, ways)
  const abort = () => void hosts.abort()
  let halt = (): void => {}
  options.abort.addEventListener('abort', abort)
  try {
    const goesOn = new Set(names.filter((host) => goesOnUnreached(host, line, scopeOf)))
    const connected = await all(names.map((host) => hosts.reach(host, goesOn.has(host))))
    const reached = names.filter((_, index) => connected[index] !== undefined)
    for (const host of store.hosts.keys()) if (!names.includes(host)) store.gatherable.add(host)

    const unreached = names.filter((name) => !reached.includes(name))
    const lost = unreached.filter((name) => !goesOn.has(name))
    const going = names.filter((name) => !lost.includes(name))
    const goesOnWithout = new Set(unreached.filter((name) => goesOn.has(name)))
    for (const name of goesOnWithout) hosts.late(name)
    const progress = new Progress(going)
    // Who waits for others wakes up and ends: a run that hangs must be possible to stop.
    halt = () => void progress.stop('interrupted')
    options.signal.addEventListener('abort', halt)
    let stuck: Error | undefined
    progress.onStuck = () => {
      stuck ??= new Error(`all hosts wait for each other: ${whereabouts(going, progress, line)}`)
      progress.stop(stuck.message)
    }
    const rolled = rollingOf({
      steps: line.steps,
      store,
      reached,
      scope: scopeOf,
      identity: (host, play) => hosts.identity(host, play),
      connection: (host) => connectionOf(hosts, host),
      recall: (places) => progress.recall(places),
      say: (text) => options.emit({ type: 'message', text }),
      allowOutage: options.allowOutage ?? false,
    })
    if (rolled && !options.check && !options.allowDegraded) refuseDegraded(unreached, reached.length)
    const gate = new Gate(lockers(going, hosts, plays), {
      why: options.purpose,
      run: randomUUID(),
      file: options.lockFile,
    })
    const scene = sceneOf(inputs, layers, hosts, plays, reached)
    const preflight = new Preflight({
      scene,
      isOn: options.preflight ?? true,
      mayStart: !options.check,
      emit: (event) => options.emit(event),
      refused: () => void progress.stop('the preflight refuses the change'),
    })
    const growth = new Growth({
      inputs,
      hosts,
      gate,
      progress,
      plays,
      unreached: goesOnWithout,
      ignores: (host, play) => ignoresUnreachable(play, scopeOf(host, play)),
    })
    const context = contextOf({
      growth,
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
        true,
      )
    for (const host of lost) store.unreachable.add(host)
    hosts.onLost = (host) => gate.lost(host)
    growth.enlist = (host, from) =>
      new HostRun(context, { host, connection: connectionOf(hosts, host) }, from)
    const { runs } = growth
    runs.push(...going.map((host) => growth.enlist(host)))
    await renderAhead(runs, context)
    const ends = await converge(growth, gate, context, options.check ? undefined : rolled?.rolling)
    if (stuck) throw stuck
    if (preflight.refusal) throw preflight.refusal
    if (options.check) rolled?.rolling.preview()
    await options.inspect?.(scene)
    const added = runs.map(({ host }) => host).filter((host) => !names.includes(host))
    const recap = [...new Set([...names, ...added])].map((host) => recapOf(host, runs))
    // A single task with check_mode: true leaves nothing to be done by another run.
    const pending = options.check && runs.some((one) => one.tally.pending)
    return { recap, exitCode: exitCode({ recap, ends, pending, interrupted: options.signal.aborted }) }
  } finally {
    options.abort.removeEventListener('abort', abort)
    options.signal.removeEventListener('abort', halt)
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
  growth: Growth,
  gate: Gate,
  context: RunContext,
  rolling: Rolling | undefined,
): Promise<HostEnd[]> {
  try {
    for (const one of growth.runs) growth.start(one)
    const ends = await growth.ended()
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

/** Where each host stands, for the report of a bug. */
function whereabouts(hosts: readonly string[], progress: Progress, line: Line): string {
  return hosts
    .map((host) => {
      const position = progress.placeOf(host)
      if (position === undefined) return `${host} is through`
      const { task, type } = line.at(position) ?? {}
      return `${host} at ${task ? `${task.name ?? task.action} (${showPlace(task.place)})` : (type ?? 'the end')}`
    })
    .join(', ')
}

const COUNTERS = ['ok', 'changed', 'unknown', 'skipped', 'failed', 'ignored', 'trips', 'ms'] as const

/** What became of a host, all of its times in the run together; of none, it could not be reached. */
function recapOf(host: string, runs: readonly HostRun[]): HostRecap {
  const none = { ok: 0, changed: 0, unknown: 0, skipped: 0, failed: 0, ignored: 0, trips: 0, ms: 0 }
  const own = runs.filter((one) => one.host === host).map((one) => one.tally.recap)
  const out = { host, ...none, unreachable: own.length === 0 || own.some((one) => one.unreachable) }
  for (const recap of own) for (const name of COUNTERS) out[name] += recap[name]
  return out
}
