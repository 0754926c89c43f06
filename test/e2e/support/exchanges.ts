import type { Connection, Exchange, Identity, Shell } from '../../../src/connect/connection.ts'
import { identityKey } from '../../../src/converge/answers.ts'

/** What went over one connection: each message's text, and what came back. */
export interface Recorded {
  message: string
  exchange: Exchange
}

/** Something was asked that nobody asked when the exchanges were recorded. */
export class NotRecorded extends Error {}

type Message = Parameters<Shell['exchange']>[0]

/**
 * The connections of a test: one for each host, kept open over many runs. What goes over them can be recorded and
 * answered again later without the host.
 */
export class Exchanges {
  readonly #open = new Map<string, Promise<Connection>>()
  readonly #recording = new Map<string, Recorded[]>()
  readonly #replaying = new Map<string, readonly Recorded[]>()

  /** Takes the place of openConnection. */
  async connect(host: string, open: () => Promise<Connection>): Promise<Connection> {
    const replayed = this.#replaying.get(host)
    if (replayed) return replaying(host, replayed)
    let connection = this.#open.get(host)
    if (!connection) this.#open.set(host, (connection = open()))
    return this.#kept(await connection)
  }

  /** Runs something and returns what went over the host's connection meanwhile. */
  async record(host: string, during: () => Promise<void>): Promise<Recorded[]> {
    const records: Recorded[] = []
    this.#recording.set(host, records)
    try {
      await during()
    } finally {
      this.#recording.delete(host)
    }
    return records
  }

  /** Runs something with the host's answers from a record. An unexpected message throws NotRecorded. */
  async replay<T>(host: string, records: readonly Recorded[], during: () => Promise<T>): Promise<T> {
    this.#replaying.set(host, records)
    try {
      return await during()
    } finally {
      this.#replaying.delete(host)
    }
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map(async (connection) => (await connection).close()))
  }

  /** The same connection, but closed only when all runs are over. */
  #kept(connection: Connection): Connection {
    return {
      host: connection.host,
      shell: async (identity) => this.#recorded(connection.host, await connection.shell(identity)),
      forward: (host, port) => connection.forward(host, port),
      abort: () => connection.abort(),
      close: () => Promise.resolve(),
    }
  }

  #recorded(host: string, shell: Shell): Shell {
    return {
      identity: shell.identity,
      get trips() {
        return shell.trips
      },
      exchange: async (message) => {
        const exchange = await shell.exchange(message)
        this.#recording.get(host)?.push({ message: textOf(shell.identity, message), exchange })
        return exchange
      },
    }
  }
}

function replaying(host: string, records: readonly Recorded[]): Connection {
  const shell = (identity: Identity): Shell => ({
    identity,
    trips: 0,
    exchange: (message) => {
      const text = textOf(identity, message)
      const found = records.find((record) => record.message === text)
      if (!found) return Promise.reject(new NotRecorded(`${host} was never asked this:\n${text}`))
      return Promise.resolve(found.exchange)
    },
  })
  return {
    host,
    shell: (identity) => Promise.resolve(shell(identity)),
    forward: () => Promise.reject(new Error('nothing to connect to in a replay')),
    abort: () => Promise.reject(new Error('nothing to abort in a replay')),
    close: () => Promise.resolve(),
  }
}

function textOf(identity: Identity, { apply, questions = [] }: Message): string {
  const asked = questions.map(({ id, script }) => `? ${id}\n${script.text}`)
  return [identityKey(identity), ...(apply ? [`! ${apply.script.text}`] : []), ...asked].join('\n')
}
