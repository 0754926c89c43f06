import { EXIT, isKnown } from '../errors.ts'
import type { Connection, Identity, Shell } from '../connect/connection.ts'

/**
 * A connection to a host that is made anew when it was lost, or when somebody asks for it. Whoever was told that the
 * host is gone may come again and try; nothing is sent twice.
 */
export class Revivable implements Connection {
  readonly host: string
  readonly #open: (timeout?: number) => Promise<Connection>
  readonly #lost: () => void
  #current: Promise<Connection> | undefined
  /** Those that a reset has replaced: they hold what belongs to the run, such as its lock. */
  readonly #earlier: Connection[] = []
  readonly #watched = new WeakMap<Shell, Shell>()
  /** Not there where the host is the controller itself, which cannot be waited for. */
  readonly reopen?: (timeout?: number) => Promise<void>

  /**
   * `open` gets the seconds for the attempt, if they are given. `lost`: called when a connection is gone, with all
   * that its shells held. `local`: the host is the controller.
   */
  constructor(
    host: string,
    open: (timeout?: number) => Promise<Connection>,
    lost: () => void,
    local = false,
  ) {
    this.host = host
    this.#open = open
    this.#lost = lost
    if (!local) this.reopen = (timeout) => this.#reopen(timeout)
  }

  /** The connection, opened if there is none. Throws HakubeError as openConnection does. */
  async now(): Promise<Connection> {
    const opening = (this.#current ??= this.#open())
    // A failed attempt is not kept: the next caller tries anew.
    opening.catch(() => {
      if (this.#current === opening) this.#current = undefined
    })
    return opening
  }

  async shell(identity: Identity): Promise<Shell> {
    const connection = await this.now()
    return this.#watch(await this.#noticing(connection, () => connection.shell(identity)), connection)
  }

  async forward(host: string, port: number): ReturnType<Connection['forward']> {
    return (await this.now()).forward(host, port)
  }

  /** The next who asks gets a new connection; the old one stays until the end. */
  async reset(): Promise<void> {
    if (!this.#current) return
    this.#earlier.push(await this.#current)
    this.#current = undefined
  }

  /** Ends it and connects anew. What is left of the old one has nothing to say any more. */
  async #reopen(timeout: number | undefined): Promise<void> {
    const current = await this.#current?.catch(() => undefined)
    if (current) await this.#drop(current)
    const opening = this.#open(timeout)
    this.#current = opening
    await this.now()
  }

  async abort(): Promise<void> {
    await Promise.all((await this.#all()).map((connection) => connection.abort()))
  }

  async close(): Promise<void> {
    await Promise.allSettled((await this.#all()).map((connection) => connection.close()))
  }

  async #all(): Promise<Connection[]> {
    const current = await this.#current?.catch(() => undefined)
    return current ? [...this.#earlier, current] : this.#earlier
  }

  #watch(shell: Shell, connection: Connection): Shell {
    const known = this.#watched.get(shell)
    if (known) return known
    const watched: Shell = {
      identity: shell.identity,
      get trips() {
        return shell.trips
      },
      exchange: (message) => this.#noticing(connection, () => shell.exchange(message)),
    }
    this.#watched.set(shell, watched)
    return watched
  }

  /** Notices that the host is gone. What fails for another reason leaves the connection as it is. */
  async #noticing<T>(connection: Connection, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt()
    } catch (error) {
      const isGone = isKnown(error) && error.exitCode === EXIT.unreachable && !error.code.includes('become')
      if (isGone) await this.#drop(connection)
      // The shell of what hung is gone, and what it held.
      else if (isKnown(error) && error.code === 'timed-out') this.#lost()
      throw error
    }
  }

  async #drop(connection: Connection): Promise<void> {
    if ((await this.#current?.catch(() => undefined)) !== connection) return
    this.#current = undefined
    this.#lost()
    await connection.close().catch(() => undefined)
  }
}
