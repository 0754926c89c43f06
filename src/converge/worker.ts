import type { Connection, Identity, Shell } from '../connect/connection.ts'
import { showPlace, type Place } from '../errors.ts'
import { isLocal } from '../playbook/way.ts'
import type { Group, Work } from '../playbook/work.ts'
import { Answers } from './answers.ts'
import { carryOut } from './repeat.ts'
import { openUnknown, unsettle } from './doubt.ts'
import type { HostTarget, RunContext } from './context.ts'
import { isBeyond } from './fence.ts'
import { interrupted } from './ends.ts'
import { localVerdict } from './local.ts'
import type { Lookahead } from './lookahead.ts'
import type { Tally } from './tally.ts'
import { outcome, type Verdict } from './verdict.ts'

/** Does the works of one host, on it or on those that it delegates to, and says what became of them. */
export class Worker {
  /** All shells that were used, for the count of their messages. */
  readonly shells = new Set<Shell>()
  readonly #context: RunContext
  readonly #host: string
  readonly #ahead: Lookahead
  readonly #tally: Tally
  readonly #answers: Answers
  readonly #connection: Connection

  constructor(context: RunContext, { host, connection }: HostTarget, ahead: Lookahead, tally: Tally) {
    this.#context = context
    this.#host = host
    this.#ahead = ahead
    this.#tally = tally
    this.#connection = connection
    this.#answers = new Answers((identity) => this.#shell(connection, identity), context.predicted(host))
  }

  /** What the host has answered so far may be out of date. */
  forget(): void {
    this.#answers.forget()
  }

  async work(group: Group, work: Work): Promise<Verdict> {
    const settled = localVerdict(work, group.task?.register)
    const answers = this.#answersOf(work)
    if (settled?.status === 'unknown') {
      unsettle(work, { context: this.#context, answers })
      openUnknown(work, group.task, { context: this.#context, answers })
    }
    if (settled) return settled
    const own = answers === this.#answers
    return carryOut(work, group, {
      context: this.#context,
      host: this.#host,
      answers,
      connection: () => this.#connectionOf(work),
      forget: () => {
        answers.forget()
        this.#answers.forget()
      },
      upcoming: () => (own ? this.#upcoming(group, work) : [work]),
    })
  }

  report(group: Group, work: Work, found: Verdict): void {
    const shown = outcome(work, found, {
      place: showPlace(placeOf(work) ?? group.task?.place ?? group.step.run.play.place),
      module: group.task?.action ?? '',
      handler: group.handler,
    })
    this.#tally.count(shown)
    this.#context.emit({ type: 'task-end', outcome: shown })
    const warnings = found.result['warnings']
    if (Array.isArray(warnings) && !work.settings.noLog) {
      for (const text of warnings) {
        if (typeof text === 'string') this.#context.emit({ type: 'warning', text })
      }
    }
    const message = found.result['hakube_message']
    if (typeof message === 'string' && !work.settings.noLog)
      this.#context.emit({ type: 'message', text: message })
  }

  /** Of the host that is worked on. A delegate is asked anew for each task: others work on it meanwhile. */
  #answersOf(work: Work): Answers {
    const { delegate, way } = work.settings
    if (way === undefined) return this.#answers
    // What is done there by another user is done to the same host; on the controller it is not.
    const there = delegate ?? (isLocal(way) ? 'localhost' : this.#host)
    return new Answers(
      async (identity) => this.#shell(await this.#connectionOf(work), identity),
      this.#context.predicted(there),
    )
  }

  async #connectionOf({ settings: { delegate, way } }: Work): Promise<Connection> {
    if (way === undefined) return this.#connection
    return delegate === undefined
      ? this.#context.reachBy(this.#host, way)
      : this.#context.delegate(delegate, way)
  }

  /** This work and those behind it that the same round trip may ask for. */
  #upcoming(group: Group, work: Work): readonly Work[] {
    const works: Work[] = []
    const rest = group.works.slice(group.works.indexOf(work))
    for (const next of [{ ...group, works: rest }, ...this.#ahead.queue]) {
      if (next.step.type === 'play' && this.#context.line.steps.some((step) => isBeyond(step.task))) break
      for (const other of next.works) {
        if (other.rendered.type !== 'ready') continue
        const { kind, late } = other.rendered
        // Another host has to answer for it.
        if (other.settings.way !== undefined) continue
        if (kind === 'wait' && other !== work && !other.settings.check) return works
        if (late && other !== work) return works
        works.push(other)
        // Behind a task that runs for certain, or reaches further than this host, answers would be stale.
        if ((kind === 'action' || kind === 'wait') && !other.settings.check) return works
      }
    }
    return works
  }

  async #shell(connection: Connection, identity: Identity): Promise<Shell> {
    if (this.#context.signal.aborted) throw interrupted(this.#host)
    const shell = await connection.shell(identity)
    this.shells.add(shell)
    return shell
  }
}

function placeOf({ rendered }: Work): Place | undefined {
  return rendered.type === 'failed' ? rendered.error.place : undefined
}
