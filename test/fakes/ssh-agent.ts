import { createServer, type Server } from 'node:net'
import ssh2, { type ParsedKey } from 'ssh2'

/** An SSH agent on a socket, which holds these private keys (in PEM). */
export class FakeSshAgent {
  /** How many signatures it was asked for. */
  signed = 0
  readonly #server: Server
  readonly #keys: ParsedKey[]

  constructor(pems: readonly string[]) {
    this.#keys = pems.map((pem) => {
      const key = ssh2.utils.parseKey(pem)
      if (key instanceof Error) throw key
      return key
    })
    this.#server = createServer((socket) => {
      const protocol = new ssh2.AgentProtocol(false)
      protocol.on('identities', (request) => protocol.getIdentitiesReply(request, this.#keys))
      protocol.on('sign', (request, wanted, data) => {
        this.signed += 1
        const blob =
          typeof wanted === 'object' && 'getPublicSSH' in wanted ? wanted.getPublicSSH() : undefined
        const key = this.#keys.find((own) => blob?.equals(own.getPublicSSH()))
        const signature = key?.sign(data)
        if (signature instanceof Buffer) protocol.signReply(request, signature)
        else protocol.failureReply(request)
      })
      socket.on('error', () => undefined)
      protocol.on('error', () => socket.destroy())
      socket.pipe(protocol).pipe(socket)
    })
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(path, resolve))
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}
