import type { Connection, Identity } from '../connect/connection.ts'
import { release, take, type LockOwner } from '../connect/lock.ts'
import { EXIT, HakubeError, isKnown } from '../errors.ts'

interface Held {
  connection: Connection
  identity: Identity
}

/**
 * Takes the run's lock on all hosts before the first change on any. In name order, so that of two runs that begin
 * together exactly one gets through.
 */
export class Gate {
  readonly #hosts: readonly Held[]
  readonly #owner: LockOwner
  readonly #passed = new Set<string>()
  #taken: Promise<void> | undefined
  readonly #held: Held[] = []
  readonly #gone = new Map<string, Held>()

  constructor(hosts: ReadonlyMap<string, Held>, owner: LockOwner) {
    this.#hosts = [...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, host]) => host)
    this.#owner = owner
  }

  /** True at the first call for each host. Throws HakubeError `locked` if another run is at work on a host. */
  async pass(host: string): Promise<boolean> {
    this.#taken ??= this.#takeAll()
    await this.#taken
    if (this.#passed.has(host)) return false
    const again = this.#gone.get(host)
    this.#gone.delete(host)
    if (again && (await this.#takeOne(again))) this.#held.push(again)
    this.#passed.add(host)
    return true
  }

  /** A host comes in when the locks are taken already: it gets its own before its first change. */
  add(held: Held): void {
    this.#gone.set(held.connection.host, held)
  }

  /** The connection to a host is gone, and the lock with it: it is taken again before the next change there. */
  lost(host: string): void {
    const held = this.#held.find((one) => one.connection.host === host)
    if (!held) return
    this.#held.splice(this.#held.indexOf(held), 1)
    this.#gone.set(host, held)
    this.#passed.delete(host)
  }

  async #takeAll(): Promise<void> {
    try {
      for (const host of this.#hosts) if (await this.#takeOne(host)) this.#held.push(host)
    } catch (error) {
      await this.release()
      throw error
    }
  }

  /** False for a host that has gone since it was asked: its own tasks find that out, and others go on. */
  async #takeOne({ connection, identity }: Held): Promise<boolean> {
    try {
      await take(await connection.shell(identity), this.#owner)
      return true
    } catch (error) {
      if (!isKnown(error)) throw error
      if (error.exitCode === EXIT.unreachable) return false
      const { code, hint, exitCode } = error
      throw new HakubeError(error.message, { code, hint, exitCode, host: connection.host, cause: error })
    }
  }

  /** Gives the locks back. A host that is gone keeps a stale one, which the next run sees through. */
  async release(): Promise<void> {
    const held = this.#held.splice(0)
    await Promise.allSettled(
      held.map(async (host) => release(await host.connection.shell(host.identity), this.#owner.file)),
    )
  }
}
