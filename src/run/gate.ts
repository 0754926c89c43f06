import type { Connection, Identity } from '../connect/connection.ts'
import { release, take, type LockOwner } from '../connect/lock.ts'

/**
 * Takes the run's lock on all hosts before the first change on any. In name order, so that of two runs that begin
 * together exactly one gets through.
 */
export class Gate {
  readonly #hosts: readonly { connection: Connection; identity: Identity }[]
  readonly #owner: LockOwner
  readonly #passed = new Set<string>()
  #taken: Promise<void> | undefined
  readonly #held: { connection: Connection; identity: Identity }[] = []

  constructor(hosts: ReadonlyMap<string, { connection: Connection; identity: Identity }>, owner: LockOwner) {
    this.#hosts = [...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, host]) => host)
    this.#owner = owner
  }

  /** True at the first call for each host. Throws HakubeError `locked` if another run is at work on a host. */
  async pass(host: string): Promise<boolean> {
    this.#taken ??= this.#takeAll()
    await this.#taken
    if (this.#passed.has(host)) return false
    this.#passed.add(host)
    return true
  }

  async #takeAll(): Promise<void> {
    try {
      for (const host of this.#hosts) {
        await take(await host.connection.shell(host.identity), this.#owner)
        this.#held.push(host)
      }
    } catch (error) {
      await this.release()
      throw error
    }
  }

  /** Gives the locks back. A host that is gone keeps a stale one, which the next run sees through. */
  async release(): Promise<void> {
    const held = this.#held.splice(0)
    await Promise.allSettled(held.map(async (host) => release(await host.connection.shell(host.identity))))
  }
}
