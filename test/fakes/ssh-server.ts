import { spawn } from 'node:child_process'
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net'
import ssh2, {
  type AuthContext,
  type Connection,
  type PublicKeyAuthContext,
  type ServerChannel,
  type ServerConfig,
} from 'ssh2'

export interface FakeSshOptions {
  /** Private host keys in PEM. */
  hostKeys: string[]
  password?: string
  /** Public keys in SSH's wire format that may log in. */
  authorized?: Buffer[]
  /** Methods that the server names after a refusal. */
  offers?: ('publickey' | 'password' | 'keyboard-interactive')[]
  algorithms?: ServerConfig['algorithms']
  /** How many connections are cut before a word is said. */
  resetFirst?: number
  /** After so many refusals the server hangs up, as sshd does by MaxAuthTries. */
  maxTries?: number
  /** Where it listens; 127.0.0.1 when not given. */
  address?: string
  /** Attempts to log in are never answered. */
  mute?: boolean
  /** A key does not do: the password must follow. */
  both?: boolean
  /** Folder that commands are looked for in before all others. */
  path?: string
  /** Written to a command's error output in one packet with the consent to run it, as sudo's prompt may come. */
  eager?: string
}

/**
 * An SSH server in this process. It speaks the real protocol, runs commands by /bin/sh as the user who runs
 * the tests, and forwards ports on 127.0.0.1. Whoever is not let in stays out.
 */
export class FakeSshServer {
  port = 0
  /** User and method of every attempt to log in. */
  readonly attempts: string[] = []
  connections = 0
  /** Addresses that connections came from. */
  readonly peers: string[] = []
  readonly #ssh: ssh2.Server
  readonly #tcp: Server
  readonly #sockets = new Set<Socket>()
  readonly #options: FakeSshOptions

  constructor(options: FakeSshOptions) {
    this.#options = options
    const { hostKeys, algorithms } = options
    this.#ssh = new ssh2.Server({ hostKeys, ...(algorithms ? { algorithms } : {}) }, (client) =>
      this.#serve(client),
    )
    this.#tcp = createServer((socket) => this.#take(socket))
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#tcp.listen(0, this.#options.address ?? '127.0.0.1', resolve))
    const address = this.#tcp.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP port')
    this.port = address.port
    return this
  }

  #take(socket: Socket): void {
    this.connections += 1
    this.peers.push(socket.remoteAddress ?? '')
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    if (this.connections <= (this.#options.resetFirst ?? 0)) socket.resetAndDestroy()
    else this.#ssh.injectSocket(socket)
  }

  /** Cuts all connections, with a reset or in good manners. */
  cut(how: 'reset' | 'end' = 'reset'): void {
    for (const socket of this.#sockets) {
      if (how === 'reset') socket.resetAndDestroy()
      else socket.end()
    }
    this.#sockets.clear()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise<void>((resolve) => this.#tcp.close(() => resolve()))
  }

  #serve(client: Connection): void {
    client.on('error', () => undefined)
    const log: LogIn = { refusals: 0, hasKey: false, end: () => client.end() }
    client.on('authentication', (context) => this.#authenticate(context, log))
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const socket = connectTcp(destPort, destIP)
      socket.on('error', () => reject())
      socket.on('connect', () => {
        const channel = accept()
        channel.on('error', () => undefined)
        socket.pipe(channel).pipe(socket)
      })
    })
    client.on('session', (accept) => {
      const session = accept()
      let terminal = false
      session.on('pty', (acceptPty) => {
        terminal = true
        acceptPty()
      })
      session.on('exec', (acceptExec, _reject, { command }) => {
        for (const socket of this.#sockets) socket.cork()
        const channel = acceptExec()
        if (this.#options.eager !== undefined) channel.stderr.write(this.#options.eager)
        for (const socket of this.#sockets) socket.uncork()
        run(channel, command, terminal, this.#options.path)
      })
    })
  }

  #authenticate(context: AuthContext, log: LogIn): void {
    const { password, authorized = [], offers } = this.#options
    this.attempts.push(`${context.username} ${context.method}`)
    if (this.#options.mute) return
    const refuse = (): void => {
      log.refusals += 1
      if (log.refusals === this.#options.maxTries) log.end()
      else context.reject(offers ?? ['publickey', 'password'])
    }
    if (offers?.every((offer) => offer !== context.method)) refuse()
    else if (
      context.method === 'password' &&
      context.password === password &&
      (log.hasKey || !this.#options.both)
    )
      context.accept()
    else if (context.method === 'publickey' && this.#knows(context.key.data, authorized)) {
      if (!isSigned(context)) refuse()
      else if (!this.#options.both || context.signature === undefined) context.accept()
      else {
        log.hasKey = true
        context.reject(['password'], true)
      }
    } else if (context.method === 'keyboard-interactive') {
      context.prompt([{ prompt: 'Secret word: ', echo: false }], ([answer]) =>
        answer === password ? context.accept() : refuse(),
      )
    } else refuse()
  }

  #knows(key: Buffer, authorized: readonly Buffer[]): boolean {
    return authorized.some((known) => known.equals(key))
  }
}

/** What one connection has tried. */
interface LogIn {
  refusals: number
  hasKey: boolean
  end: () => void
}

/** Whether the key's owner has signed; a mere question about the key needs no signature. */
function isSigned({ key, blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  if (!signature || !blob) return true
  const parsed = ssh2.utils.parseKey(`${key.algo} ${key.data.toString('base64')}`)
  return !(parsed instanceof Error) && parsed.verify(blob, signature, hashAlgo)
}

/** `script` gives a command a terminal; sshd makes it as raw as the client wishes, and here it is for everybody. */
function run(channel: ServerChannel, command: string, terminal: boolean, path: string | undefined): void {
  const env = path === undefined ? process.env : { ...process.env, PATH: `${path}:${process.env['PATH']}` }
  const raw = `stty raw -echo; ${command}`
  const child = terminal
    ? spawn('script', ['-qefc', raw, '/dev/null'], { stdio: 'pipe', env: { ...env, SHELL: '/bin/sh' } })
    : spawn('/bin/sh', ['-c', command], { stdio: 'pipe', env })
  channel.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.replace(/^SIG/, ''))
    else channel.exit(code ?? 0)
    channel.end()
  })
}

/** A key pair: the private half in PEM, the public one in SSH's wire format. */
export interface KeyPair {
  pem: string
  wire: Buffer
}

export function newKey(type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519'): KeyPair {
  const { generateKeyPairSync } = ssh2.utils
  if (type === 'rsa') return keyPair(generateKeyPairSync('rsa', { bits: 2048 }))
  if (type === 'ecdsa') return keyPair(generateKeyPairSync('ecdsa', { bits: 256 }))
  // One in some hundred that ssh2 makes is malformed, and ssh2 itself cannot read it.
  for (;;) {
    const made = keyPair(generateKeyPairSync('ed25519'))
    if (!(ssh2.utils.parseKey(made.pem) instanceof Error)) return made
  }
}

export function newEncryptedKey(passphrase: string): KeyPair {
  for (;;) {
    const options = { passphrase, cipher: 'aes256-ctr', rounds: 4 } as const
    const made = keyPair(ssh2.utils.generateKeyPairSync('ed25519', options))
    if (!(ssh2.utils.parseKey(made.pem, passphrase) instanceof Error)) return made
  }
}

function keyPair({ public: text, private: pem }: { public: string; private: string }): KeyPair {
  const [, base64 = ''] = text.split(' ')
  return { pem, wire: Buffer.from(base64, 'base64') }
}
