import type { Connection, Identity } from './connection.ts'

/** A connection that can be made anew, as after a reboot. `open` gets the seconds for the attempt, if they are given. */
export async function reopening(open: (timeout?: number) => Promise<Connection>): Promise<Connection> {
  let current = await open()
  return {
    host: current.host,
    shell: (identity: Identity) => current.shell(identity),
    forward: (host, port) => current.forward(host, port),
    abort: () => current.abort(),
    close: () => current.close(),
    reopen: async (timeout) => {
      // What is left of the old one has nothing to say any more.
      await current.close().catch(() => undefined)
      current = await open(timeout)
    },
  }
}
