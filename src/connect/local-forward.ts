import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { EXIT, HakubeError } from '../errors.ts'

/** Connections of the controller itself, under the name of a host. */
export function forwardLocally(name: string): (host: string, port: number) => Promise<Duplex> {
  return (host, port) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port })
      const failed = (error: Error): void =>
        reject(
          new HakubeError(`it cannot reach ${host} port ${port}: ${error.message}`, {
            code: 'port-unreachable',
            host: name,
            exitCode: EXIT.unreachable,
            cause: error,
          }),
        )
      socket.once('error', failed)
      socket.once('connect', () => {
        socket.off('error', failed)
        resolve(socket)
      })
    })
}
