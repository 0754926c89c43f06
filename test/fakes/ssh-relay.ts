import { connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP port that passes everything on to another one, until it is told to hold everything back. */
export class Relay {
  port = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(to: number) {
    this.#server = createServer((near) => {
      const far = connect(to, '127.0.0.1')
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
      }
      near.pipe(far).pipe(near)
    })
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP port')
    this.port = address.port
    return this
  }

  /** From here on nothing passes, and nobody is told. */
  freeze(): void {
    for (const socket of this.#sockets) socket.unpipe().pause()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
