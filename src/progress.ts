/** All may seem to wait for a moment, while one of them is about to go on. */
const STUCK_MS = 500

/**
 * Where every host stands in the program. Hosts run on their own and meet only where the linear order shows:
 * at plays, around tasks that look beyond their host, and where a failure ends the run for all.
 */
export class Progress {
  readonly #at = new Map<string, number>()
  readonly #lost = new Map<string, number>()
  readonly #failed = new Set<string>()
  readonly #ended = new Set<object>()
  readonly #begun = new Set<object>()
  readonly #touched = new Set<number>()
  readonly #fences = new Map<number, (() => void)[]>()
  readonly #waiting = new Map<string, (() => void)[]>()
  readonly #firsts = new Map<number, string>()
  readonly #changedAt = new Map<string, number>()
  #blocked = 0
  /** Called once where all hosts wait for each other, which would never end. */
  onStuck: (() => void) | undefined
  #version = 0
  #recalls = 0
  #stopped: string | undefined
  #mayFinish = false

  constructor(hosts: Iterable<string>) {
    for (const host of hosts) this.#at.set(host, -1)
  }

  /** Counts the changes of anything here: what was read at another version may be out of date. */
  get version(): number {
    return this.#version
  }

  /** The host has finished every step before this position. */
  reach(host: string, position: number): void {
    const before = this.#at.get(host)
    // Waking others for nothing would have two waiting hosts wake each other for ever.
    if (before === undefined || before >= position) return
    this.#at.set(host, position)
    this.#changed(host)
  }

  /** Wakes who waits for this host: it has done something that is no step of the program. */
  tell(host: string): void {
    if (this.#at.has(host)) this.#changed(host)
  }

  /** Counts how often hosts were called back: who waited meanwhile may have another place in the program. */
  get recalls(): number {
    return this.#recalls
  }

  /**
   * Gives hosts that wait another place in the program, which may be one before theirs, and wakes everybody who waits:
   * each has to see for itself whether it is its turn.
   */
  recall(places: ReadonlyMap<string, number>): void {
    this.#recalls++
    for (const [host, position] of places) {
      if (!this.#at.has(host)) continue
      this.#at.set(host, position)
      this.#changed(host)
    }
    const waiting = [...this.#fences.values()].flat()
    this.#fences.clear()
    for (const resolve of waiting) resolve()
  }

  /** A host comes into the run, at this position. */
  enter(host: string, position: number): void {
    this.#at.set(host, position)
    this.#changed(host)
  }

  /** The first host of a play, or of a batch of one, has begun with it. */
  beginPlay(run: object): void {
    this.#begun.add(run)
  }

  hasBegun(run: object): boolean {
    return this.#begun.has(run)
  }

  /** The host is out of the run: nobody waits for it any more. */
  leave(host: string): void {
    this.#at.delete(host)
    this.#changed(host)
    this.#watch()
  }

  /** The host failed, or could not be reached, in this play. */
  lose(host: string, play: number, unreachable = false): void {
    if (this.#lost.has(host)) return
    this.#lost.set(host, play)
    if (!unreachable) this.#failed.add(host)
  }

  /** Whether the host was reached in this play and has failed there. */
  hasFailedIn(host: string, play: number): boolean {
    return this.#failed.has(host) && this.#lost.get(host) === play
  }

  /** The play in which a host was lost; undefined while it is well. */
  lostIn(host: string): number | undefined {
    return this.#lost.get(host)
  }

  /** Whether the host is behind that position, or out of the run. */
  hasPassed(host: string, position: number): boolean {
    return (this.#at.get(host) ?? Infinity) > position
  }

  /** Whether the host is still in the run. */
  isIn(host: string): boolean {
    return this.#at.has(host)
  }

  /** The position that the host has come to; undefined once it has left. */
  placeOf(host: string): number | undefined {
    return this.#at.get(host)
  }

  /**
   * The first of these hosts that has come to a step at which all who come to it meet: others may be in another part of a
   * block, or in no include around it. Those who ask later, when the first has gone on, are told the same.
   */
  firstAt(position: number, hosts: readonly string[]): string | undefined {
    const known = this.#firsts.get(position) ?? hosts.find((host) => this.#at.get(host) === position)
    if (known !== undefined) this.#firsts.set(position, known)
    return known
  }

  /** No host goes on with this play, or batch of one (meta: end_play, end_batch). */
  endPlay(play: object): void {
    this.#ended.add(play)
  }

  hasEnded(play: object): boolean {
    return this.#ended.has(play)
  }

  /** The task at this position has done something that may reach other hosts. */
  touch(position: number): void {
    this.#touched.add(position)
  }

  touched(position: number): boolean {
    return this.#touched.has(position)
  }

  /**
   * Ends the run for all hosts before their next step. True for the first who says so. `mayFinish`: handlers that
   * plays force may still run.
   */
  stop(why: string, mayFinish = false): boolean {
    const first = this.#stopped === undefined
    if (first) this.#mayFinish = mayFinish
    this.#stopped ??= why
    for (const host of this.#waiting.keys()) this.#changed(host)
    this.#openFences()
    return first
  }

  get mayFinish(): boolean {
    return this.#mayFinish
  }

  get stopped(): string | undefined {
    return this.#stopped
  }

  /** Waits until every host that is still in the run has finished the steps before this position. */
  allReached(position: number): Promise<void> {
    if (!this.#closed(position)) return Promise.resolve()
    return this.#wait((resolve) => {
      const waiting = this.#fences.get(position)
      if (waiting) waiting.push(resolve)
      else this.#fences.set(position, [resolve])
    })
  }

  /**
   * Waits until this host moves or leaves; not at all if it has since this version. Of this host only: with every
   * move of any of hundreds, all who wait would look again for nothing.
   */
  moved(host: string, since: number = this.#version): Promise<void> {
    if (this.#stopped !== undefined || !this.#at.has(host) || (this.#changedAt.get(host) ?? 0) > since)
      return Promise.resolve()
    return this.#wait((resolve) => {
      const waiting = this.#waiting.get(host)
      if (waiting) waiting.push(resolve)
      else this.#waiting.set(host, [resolve])
    })
  }

  /** Each host waits for one thing at a time, and only hosts end waits: where all of them wait, nobody ever will. */
  async #wait(register: (resolve: () => void) => void): Promise<void> {
    this.#blocked++
    this.#watch()
    await new Promise<void>(register)
    this.#blocked--
  }

  #watch(): void {
    const isStuck = () => this.#blocked > 0 && this.#blocked >= this.#at.size && this.#stopped === undefined
    if (!isStuck()) return
    const version = this.#version
    setTimeout(() => {
      if (isStuck() && this.#version === version) this.onStuck?.()
    }, STUCK_MS)
  }

  #closed(position: number): boolean {
    if (this.#stopped !== undefined) return false
    for (const at of this.#at.values()) if (at < position) return true
    return false
  }

  #changed(host: string): void {
    this.#changedAt.set(host, ++this.#version)
    const waiting = this.#waiting.get(host) ?? []
    this.#waiting.delete(host)
    for (const resolve of waiting) resolve()
    this.#openFences()
  }

  #openFences(): void {
    for (const [position, hosts] of this.#fences) {
      if (this.#closed(position)) continue
      this.#fences.delete(position)
      for (const resolve of hosts) resolve()
    }
  }
}
