import type { Shell } from '../connect/connection.ts'
import { EXIT, type HakubeError } from '../errors.ts'
import type { HostRecap, TaskOutcome } from '../report/events.ts'

/** Counts what became of one host's tasks. */
export class Tally {
  readonly recap: HostRecap
  #pending = 0

  constructor(host: string) {
    this.recap = {
      host,
      ok: 0,
      changed: 0,
      unknown: 0,
      skipped: 0,
      failed: 0,
      ignored: 0,
      unreachable: false,
      trips: 0,
      ms: 0,
    }
  }

  /** Whether check mode found something that the real run would do, or could not tell. */
  get pending(): boolean {
    return this.#pending > 0
  }

  count({ status }: TaskOutcome): void {
    if (status === 'would-change' || status === 'would-run' || status === 'unknown') this.#pending++
    if (status === 'would-change' || status === 'would-run') this.recap.changed++
    else this.recap[status]++
  }

  /** So many failures are rescued: they do not fail the host. */
  rescued(count: number): void {
    this.recap.failed -= count
    this.recap.ignored += count
  }

  lost(error: HakubeError): void {
    if (error.exitCode === EXIT.unreachable) this.recap.unreachable = true
    else this.recap.failed++
  }

  /** A connection's time and its messages are known at the end only. */
  close(ms: number, shells: readonly Shell[]): void {
    this.recap.ms += ms
    for (const shell of shells) this.recap.trips += shell.trips
  }
}
