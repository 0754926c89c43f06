import type { LimitFunction } from 'p-limit'
import type { Connection, Identity, Shell } from '../connect/connection.ts'

/** A connection whose messages share the run's forks with those of all other hosts. */
export function limited(connection: Connection, limit: LimitFunction): Connection {
  const shells = new Map<Shell, Shell>()
  return {
    host: connection.host,
    shell: async (identity: Identity) => {
      const shell = await connection.shell(identity)
      let wrapped = shells.get(shell)
      if (!wrapped) {
        wrapped = {
          identity: shell.identity,
          get trips() {
            return shell.trips
          },
          exchange: (message) => limit(() => shell.exchange(message)),
        }
        shells.set(shell, wrapped)
      }
      return wrapped
    },
    forward: (host, port) => connection.forward(host, port),
    ...(connection.reopen && { reopen: (timeout) => limit(async () => connection.reopen?.(timeout)) }),
    abort: () => connection.abort(),
    close: () => connection.close(),
  }
}
