import type { PlayRun, Step } from '../playbook/step.ts'
import type { NotYet } from '../variables/not-yet.ts'
import type { RunContext } from './context.ts'
import { interrupted } from './ends.ts'

/** Where one host waits for the others, and ends the run for all of them. */
export class Meeting {
  readonly #context: RunContext
  readonly #host: string

  constructor(context: RunContext, host: string) {
    this.#context = context
    this.#host = host
  }

  /** Waits for all hosts before a step; no longer where the host has got another batch of its play meanwhile. */
  async meet(step: Step): Promise<void> {
    const { progress } = this.#context
    for (;;) {
      const { recalls } = progress
      await progress.allReached(step.position)
      if (recalls === progress.recalls || !step.run.members.has(this.#host)) return
    }
  }

  /** Waits for the hosts before this one in the order of the play that have come to the same step. */
  async takeTurn({ run, position, inclusions }: Step): Promise<void> {
    const { progress } = this.#context
    const before = run.hosts.slice(0, run.hosts.indexOf(this.#host))
    // Who only looks on waits for this host.
    for (const host of before.filter((one) => inclusions.every(({ hosts }) => hosts.has(one))))
      while (progress.placeOf(host) === position && progress.stopped === undefined) await progress.moved(host)
  }

  /** As in Ansible: where a play has lost all of its hosts, the plays behind it do not run. */
  async begin(run: PlayRun): Promise<void> {
    const { progress, line } = this.#context
    progress.beginPlay(run)
    for (const earlier of new Set(line.steps.map((step) => step.run))) {
      if (earlier.index >= run.index || earlier.hosts.length === 0) continue
      if (earlier.hosts.every((host) => progress.lostIn(host) === earlier.index))
        this.stop(`the play "${earlier.play.name}" has lost all of its hosts`)
    }
    const lost = run.hosts.find((host) => progress.lostIn(host) === run.index)
    if (lost !== undefined && this.#context.isFatal(this.#host, run))
      this.stop(`${lost} cannot be reached in a play with any_errors_fatal`)
    if (progress.stopped !== undefined) return
    const closed = await this.#context.gate(run)
    if (closed !== undefined) this.stop(closed)
    else if (run.members.has(this.#host)) this.#context.playStarted(run)
  }

  /**
   * Waits for what is missing, as it was at that version of the progress; this host has come to that position. Who
   * needs a second host reads those of many: it waits for all of them, or it would look again after each.
   */
  async waitFor(missing: NotYet, seen: number, position: number, many: boolean): Promise<void> {
    const { progress } = this.#context
    const { what } = missing
    if (what.kind === 'facts') return this.#context.gather(what.host)
    if (what.kind === 'unknown' || (what.kind === 'pending' && what.host === this.#host)) throw missing
    // Others wait for this host only up to its next step, so it must say that it got there.
    progress.reach(this.#host, position)
    await (many ? progress.allReached(position) : progress.moved(what.host, seen))
    if (progress.stopped !== undefined) throw interrupted(this.#host)
  }

  /** The same where a host has failed: handlers that are forced still run. */
  fail(why: string): void {
    this.stop(why, true)
  }

  /** Ends the run where a play has lost more of its hosts than it may. As in Ansible, unreachable ones do not count. */
  judge(run: PlayRun): void {
    const { maxFail } = run.conduct
    if (maxFail === undefined) return
    const { progress } = this.#context
    const failed = run.hosts.filter((host) => progress.hasFailedIn(host, run.index)).length
    if ((failed / run.hosts.length) * 100 > maxFail)
      this.fail(`${failed} of ${run.hosts.length} hosts failed, and max_fail_percentage is ${maxFail}`)
  }

  /** Ends the run for all hosts, and says why: otherwise tasks would be missing without a word. */
  stop(why: string, mayFinish = false): void {
    if (this.#context.progress.stop(why, mayFinish))
      this.#context.emit({ type: 'warning', text: `${why}: the run ends here` })
  }
}
