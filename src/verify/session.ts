import { isKnown } from '../errors.ts'
import type { Event, TaskOutcome } from '../report/events.ts'
import { run, type RunSummary } from '../run.ts'
import type { RunOptions, Scene } from '../run/options.ts'
import type { Told } from './observe.ts'

/** How a session ended. */
export interface Ended {
  summary: RunSummary
  /** Hosts that the run itself could not reach, and why. */
  unreachable: ReadonlyMap<string, string>
}

/**
 * Runs the bundled playbook in check mode, which changes nothing and says what differs from the inventory, and then
 * looks further over the same connections. Throws HakubeError for everything that `hakube apply` would refuse.
 */
export async function session(
  options: Omit<RunOptions, 'emit' | 'inspect'>,
  warn: (text: string) => void,
  look: (scene: Scene, told: Told) => Promise<void>,
): Promise<Ended> {
  const outcomes: TaskOutcome[] = []
  const unreachable = new Map<string, string>()
  const emit = (event: Event): void => {
    if (event.type === 'task-end') outcomes.push(event.outcome)
    if (event.type === 'host-unreachable') unreachable.set(event.host, event.error.message)
    if (event.type === 'warning') warn(event.text)
    if (event.type === 'error') {
      if (!isKnown(event.error)) throw event.error
      warn(event.error.message)
    }
  }
  const summary = await run({
    ...options,
    check: true,
    diff: true,
    // What keeps an endpoint from being set up is no reason not to look at it.
    preflight: false,
    emit,
    inspect: (scene) => look(scene, { outcomes, unreachable }),
  })
  return { summary, unreachable }
}
