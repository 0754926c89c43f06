import { handlerIdentity, type Task } from '../playbook/model.ts'
import { behind, wholeFlush, type Step } from '../playbook/step.ts'
import type { Turn, Work } from '../playbook/work.ts'
import type { Verdict } from './verdict.ts'

/** What a run_once task came to on the host that ran it. */
export interface Done {
  works: readonly Work[]
  verdicts: readonly Verdict[]
}

interface Choice {
  turn: Turn
  step: Step
  /** Whoever has come further will not run it any more. */
  until: number
  takesPart: (host: string) => boolean
}

/** Tasks with run_once: the first host of the batch that is still there runs each of them, and the others take over what it gave. */
export class Once {
  readonly #hasPassed: (host: string, position: number) => boolean
  readonly #hasRendered: (host: string, position: number) => boolean
  readonly #leaders = new Map<Turn, string>()
  readonly #done = new Map<Turn, Done>()
  /** Of handlers, by step: each time that one is flushed there counts for itself. */
  readonly #turns = new Map<Step, Map<Task | string, Turn[]>>()
  readonly #passed = new Map<Turn, Set<string>>()
  readonly #notified = new Map<string, (handler: Task) => boolean>()

  /** `hasPassed`: whether a host is behind a position in the program, or out of the run; `hasRendered`: or will be for certain. */
  constructor(
    hasPassed: (host: string, position: number) => boolean,
    hasRendered: (host: string, position: number) => boolean,
  ) {
    this.#hasPassed = hasPassed
    this.#hasRendered = hasRendered
  }

  /** A host that may turn out to run this step, once it is known whether it takes part in the includes around it. */
  undecided(step: Step): string | undefined {
    const known = this.#leaders.get(step)
    if (known !== undefined && (this.#done.has(step) || !this.#hasPassed(known, step.position)))
      return undefined
    for (const host of step.run.hosts) {
      if (this.#hasPassed(host, step.position)) continue
      const missing = step.inclusions.filter(({ hosts }) => !hosts.has(host))
      if (missing.length === 0) return undefined
      if (
        missing.every(
          ({ position }) => !this.#hasPassed(host, position) && !this.#hasRendered(host, position),
        )
      )
        return host
    }
    return undefined
  }

  /** Who runs this step. Another host once the first choice has left it behind without having run it. */
  leader(step: Step): string | undefined {
    const takesPart = (host: string) => step.inclusions.every((one) => one.hosts.has(host))
    return this.#lead({ turn: step, step, until: step.position, takesPart })
  }

  /** Tells which handlers a host is about to run. */
  join(host: string, isNotified: (handler: Task) => boolean): void {
    this.#notified.set(host, isNotified)
  }

  /** The time at which this handler comes up next for a host at this flush. */
  turnOf(at: Step, handler: Task, host: string): Turn {
    // Other hosts may come to it in another part of the flush: who includes tasks goes on behind them.
    const step = wholeFlush(at)
    let ofStep = this.#turns.get(step)
    if (!ofStep) this.#turns.set(step, (ofStep = new Map()))
    let turns = ofStep.get(handlerIdentity(handler))
    if (!turns) ofStep.set(handlerIdentity(handler), (turns = []))
    const next = turns.find((turn) => this.#passed.get(turn)?.has(host) !== true)
    if (next) return next
    const turn: Turn = {}
    turns.push(turn)
    return turn
  }

  /** The same for a handler: the first host of the batch that was notified. */
  handlerLeader(turn: Turn, step: Step, handler: Task): string | undefined {
    const takesPart = (host: string) => this.#notified.get(host)?.(handler) === true
    return this.#lead({ turn, step, until: behind(wholeFlush(step)), takesPart })
  }

  /** The host is through with the handler, whoever has run it. */
  pass(turn: Turn, host: string): void {
    const passed = this.#passed.get(turn) ?? new Set()
    this.#passed.set(turn, passed.add(host))
  }

  finish(turn: Turn, done: Done): void {
    this.#done.set(turn, done)
  }

  result(turn: Turn): Done | undefined {
    return this.#done.get(turn)
  }

  #lead({ turn, step, until, takesPart }: Choice): string | undefined {
    // Who ends early or goes on in a rescue part leaves steps behind that others wait for.
    const isToCome = (host: string) => !this.#hasPassed(host, until)
    const known = this.#leaders.get(turn)
    if (known !== undefined && (isToCome(known) || this.#done.has(turn))) return known
    const next = step.run.hosts.find((host) => isToCome(host) && takesPart(host))
    if (next !== undefined) this.#leaders.set(turn, next)
    return next
  }
}
