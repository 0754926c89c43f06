import type { TaskOutcome } from './events.ts'

/** An outcome whose details were shown for this other host already. */
export interface ShownOutcome extends TaskOutcome {
  sameAs?: string
}

/**
 * Finds what was said about another host already: a task often fails the same way, or makes the same
 * difference, on each of its hosts.
 */
export class Repeats {
  readonly #first = new Map<string, string>()

  /** The outcome, with the host that the same failure or difference was shown for. */
  mark(outcome: TaskOutcome): ShownOutcome {
    const details = detailsOf(outcome)
    if (details === undefined) return outcome
    const key = JSON.stringify([outcome.place, outcome.task, outcome.item, outcome.status, details])
    const first = this.#first.get(key)
    if (first === undefined) this.#first.set(key, outcome.host)
    return first === undefined ? outcome : { ...outcome, sameAs: first }
  }
}

function detailsOf({ status, reason, result, diff }: TaskOutcome): unknown {
  if (status === 'failed') {
    const said = [result['stderr'], result['stdout']].filter((text) => typeof text === 'string')
    return [reason, diff, said]
  }
  return diff.length === 0 ? undefined : diff
}
