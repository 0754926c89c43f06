/**
 * Where every host stands in the program. Hosts run on their own and meet only where the linear order shows:
 * at plays, and around tasks that look beyond their host.
 */
export class Progress {
  readonly #at = new Map<string, number>()
  #waiting: (() => void)[] = []
  #stopped: string | undefined

  constructor(hosts: Iterable<string>) {
    for (const host of hosts) this.#at.set(host, -1)
  }

  /** The host has finished every step before this position. */
  reach(host: string, position: number): void {
    if (this.#at.has(host)) this.#at.set(host, position)
    this.#wake()
  }

  /** The host is out of the run: nobody waits for it any more. */
  leave(host: string): void {
    this.#at.delete(host)
    this.#wake()
  }

  /** Ends the run for all hosts before their next step (any_errors_fatal). */
  stop(why: string): void {
    this.#stopped ??= why
    this.#wake()
  }

  get stopped(): string | undefined {
    return this.#stopped
  }

  /** Waits until every host that is still in the run has finished the steps before this position. */
  async allReached(position: number): Promise<void> {
    while (this.#stopped === undefined && [...this.#at.values()].some((at) => at < position))
      await this.changed()
  }

  /** The next change of anything here. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
