import { Unknown } from './kind.ts'
import { isAbove } from './path-names.ts'
import { listed, pathGone, replyOf } from './path-effects.ts'
import type { PathReply, UnitReply, UnitRuntime } from './replies.ts'
import { type Effect, effectOnAll } from './world.ts'

type Known = Extract<UnitReply, { known: true }>

/**
 * What systemd makes of a unit's directories below /run with these steps (start, stop, restart, reload; others do
 * nothing). They are made for any command of the unit, for those that run when it stops, too.
 */
export function runtimeEffects(name: string, unit: Known, steps: readonly string[]): Effect[] {
  const { runtime } = unit
  if (!runtime) return []
  return steps.flatMap((step) =>
    runtime.directories.flatMap((path) => {
      const goes = isRemoved(step, unit, runtime)
      const comes = step === 'start' || step === 'restart' || runtime.commands.includes(step)
      const stays = unit.oneshot !== true && step === 'restart'
      return [
        ...(goes ? [pathGone(path)] : []),
        ...(comes && (!goes || stays) ? [comesWith(name, path, runtime)] : []),
      ].map((effect) => ({ ...effect, aside: true }))
    }),
  )
}

/** Whether it goes with the end of the service that the step brings about. */
function isRemoved(step: string, { oneshot = false, activity }: Known, { preserve }: UnitRuntime): boolean {
  // It is over once it has run.
  if (oneshot && (step === 'start' || step === 'restart')) return preserve !== 'yes'
  if (step === 'restart') return preserve === 'no' && activity !== 'inactive'
  return step === 'stop' && preserve !== 'yes'
}

/** What is in there is the service's own affair. */
function comesWith(name: string, path: string, runtime: UnitRuntime): Effect {
  const { mode } = runtime
  const effect = effectOnAll('path', (before, key, places) => {
    const [at, own] = [places.of(path), places.of(key)]
    if (own === at) return before instanceof Unknown ? before : directoryOf(name, before, runtime)
    if (isAbove(at, own) && !(before instanceof Unknown) && !before.exists)
      return new Unknown(`${name} may make it`)
    return listed(before, key, { at, own, made: { type: 'directory', mode, ...ROOT } })
  })
  return { ...effect, replaces: path }
}

const ROOT = { uid: 0, gid: 0, owner: 'root', group: 'root' }

function directoryOf(
  name: string,
  before: PathReply,
  { mode, user, group }: UnitRuntime,
): PathReply | Unknown {
  // Over anything else the service does not start.
  if (before.exists && before.type !== 'directory') return before
  if (![user, group].every((one) => ['', 'root', '0'].includes(one)))
    return new Unknown(`its owner is the one that ${name} has`)
  if (before.exists) {
    const same = before.uid === 0 && before.gid === 0 && before.mode === mode
    return same ? before : { ...before, ...ROOT, mode, ctime: Number.NaN }
  }
  const { entries: _entries, tree: _tree, ...made } = replyOf({ type: 'directory', mode, ...ROOT })
  return { ...made, ...(before.real !== undefined && { real: before.real }) }
}
