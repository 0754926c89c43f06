import type { Step } from '../playbook/program.ts'
import type { Work } from '../playbook/work.ts'
import type { Verdict } from './verdict.ts'

/** What a run_once task came to on the host that ran it. */
export interface Done {
  works: readonly Work[]
  verdicts: readonly Verdict[]
}

/** Tasks with run_once: the first host of the batch that is still there runs each of them, and the others take over what it gave. */
export class Once {
  readonly #isThere: (host: string) => boolean
  readonly #leaders = new Map<Step, string>()
  readonly #done = new Map<Step, Done>()

  /** `isThere`: whether a host is still in the run. */
  constructor(isThere: (host: string) => boolean) {
    this.#isThere = isThere
  }

  /** Who runs this step. Another host once the first choice has left the run without having run it. */
  leader(step: Step): string | undefined {
    const known = this.#leaders.get(step)
    if (known !== undefined && (this.#isThere(known) || this.#done.has(step))) return known
    const next = step.run.hosts.find(
      (host) => this.#isThere(host) && step.inclusions.every((one) => one.hosts.has(host)),
    )
    if (next !== undefined) this.#leaders.set(step, next)
    return next
  }

  finish(step: Step, done: Done): void {
    this.#done.set(step, done)
  }

  result(step: Step): Done | undefined {
    return this.#done.get(step)
  }
}
