import { PassThrough } from 'node:stream'
import { type Config, NodeSSH } from 'node-ssh'
import type { Client, ClientChannel, PseudoTtyOptions, ServerHostKeyAlgorithm } from 'ssh2'
import { EXIT, HakubeError } from '../../errors.ts'
import type { Channel, Ending } from '../channel.ts'
import { checkHostKey, type HostKeyPolicy } from '../host-key.ts'
import { preferKnown } from '../known-hosts.ts'
import type { SshSettings } from '../ssh-config.ts'
import { connectError, isRefusal } from './failure.ts'
import type { Login } from './login.ts'
import { Overheard } from './overheard.ts'
import type { Way } from './proxy.ts'

/** What ssh2 offers by itself, in its order. */
const HOST_KEY_ALGORITHMS: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]
/** One ssh2 client, by node-ssh, with the guards that neither has of itself. */
export class SshClient {
  readonly settings: SshSettings
  readonly #host: string
  readonly #login: Login
  readonly #policy: HostKeyPolicy
  readonly #ssh = new NodeSSH()
  #client: Client | undefined
  #way: Way | undefined
  #hostKeyError: unknown
  /** Whether the host ended the connection during the log-in, as it does after so many attempts. */
  hungUp = false
  readonly #overheard = new Overheard()
  /** The connection's own reason for its end, for what was under way. */
  #broken: Error | undefined

  constructor(host: string, settings: SshSettings, login: Login, policy: HostKeyPolicy) {
    this.settings = settings
    this.#host = host
    this.#login = login
    this.#policy = policy
  }

  async connect(way: Way | undefined): Promise<void> {
    this.#way = way
    const connecting = this.#ssh.connect(this.#config(way))
    const client = this.#ssh.connection
    if (!client) throw await this.#failure(await connecting.catch((error: unknown) => error))
    this.#client = client
    // node-ssh takes its listener away when the connection stands; a reset would then end the whole program.
    client.on('error', (error: Error) => (this.#broken ??= error))
    // Messages are short and wait for answers: nothing is won by collecting them.
    client.setNoDelay(true)
    const { connectTimeout, loginTimeout } = this.settings
    const deadline = new Deadline(connectTimeout)
    client.on('handshake', () => deadline.extend(loginTimeout))
    this.#login.begin()
    // Whoever is asked for a passphrase takes the time that it takes.
    this.#login.onAsking = (begins) => (begins ? deadline.clear() : deadline.extend(loginTimeout))
    this.#overheard.onRefusal = (offers) => this.#login.refused(offers)
    try {
      await Promise.race([connecting, deadline.passed])
    } catch (error) {
      // The other one of the two may fail later; nobody listens to it any more.
      connecting.catch(() => undefined)
      throw await this.#failure(this.#hostKeyError ?? error)
    } finally {
      deadline.clear()
    }
  }

  /** A stream to a port as seen from this host. */
  forward(host: string, port: number): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      this.#client?.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) reject(this.#forwardError(error, host, port))
        else resolve(channel)
      })
    })
  }

  /** The same for whoever asks about the port: its errors tell apart who refuses. */
  async tunnel(host: string, port: number): Promise<ClientChannel> {
    try {
      const channel = await this.forward(host, port)
      // The connection's own error is what is reported; without a listener, a channel's would end the program.
      channel.on('error', () => undefined)
      return channel
    } catch (error) {
      throw tunnelError(error, this.#host)
    }
  }

  /** Runs a command; with `pty` on a terminal, where its streams are one. */
  start(command: string, pty?: PseudoTtyOptions): Promise<Channel> {
    const stdin = new PassThrough()
    return new Promise<Channel>((resolve, reject) => {
      const running = this.#ssh.execCommand(command, {
        stdin,
        ...(pty ? { execOptions: { pty } } : {}),
        onChannel: (channel) => {
          // What came in one packet with the host's consent would go to node-ssh's listeners, and be lost to us.
          channel.pause()
          channel.stderr.pause()
          // node-ssh adds its listeners right after this call. They keep all output in memory for as long as
          // the command runs, and these shells run as long as hakube does.
          queueMicrotask(() => resolve(adopt(channel, stdin, ended)))
        },
      })
      // Both null: the channel went without the command having ended.
      const ended = running.then(({ code, signal }): Ending => ({ code, signal })).catch(lostEnding)
      running.catch((error: unknown) => reject(this.#channelError(error)))
    })
  }

  async end(): Promise<void> {
    this.#ssh.dispose()
    this.#client?.destroy()
    this.#way?.end()
    return Promise.resolve()
  }

  #config(way: Way | undefined): Config {
    const { hostname, port, user, addressFamily, bindAddress, aliveInterval, aliveCount } = this.settings
    const serverHostKey = preferKnown(HOST_KEY_ALGORITHMS, this.#policy.known)
    return {
      ...(way ? { sock: way.stream } : {}),
      host: hostname,
      port,
      username: user,
      forceIPv4: addressFamily === 4,
      forceIPv6: addressFamily === 6,
      ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
      algorithms: { serverHostKey },
      keepaliveInterval: aliveInterval * 1000,
      keepaliveCountMax: aliveCount,
      // Our own deadline tells apart what it is waiting for.
      readyTimeout: 0,
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void): void => {
        checkHostKey(this.#policy, key).then(
          () => verify(true),
          (error: unknown) => {
            this.#hostKeyError = error
            verify(false)
          },
        )
      },
      authHandler: this.#login.handler,
      debug: (line: string) => this.#overheard.hear(line),
    }
  }

  async #failure(error: unknown): Promise<HakubeError> {
    const { hostname, port, user } = this.settings
    const failure = connectError(error, {
      host: this.#host,
      loggingIn: this.#login.tried.length > 0,
      algorithms: this.#overheard.difference(),
      where: `${hostname} port ${port}`,
      user,
      login: this.#login.summary(),
      proxyWords: (await this.#way?.words()) ?? '',
    })
    this.hungUp = failure.code === 'authentication-failed' && !isRefusal(error)
    return failure
  }

  #forwardError(error: Error, host: string, port: number): HakubeError {
    return new HakubeError(`it cannot reach ${host} port ${port}: ${error.message}`, {
      code: 'jump-failed',
      host: this.#host,
      hint: 'check that the jump host may forward (AllowTcpForwarding) and reaches the address',
      exitCode: EXIT.unreachable,
      cause: error,
    })
  }

  #channelError(error: unknown): HakubeError {
    const cause = this.#broken ?? error
    const words = cause instanceof Error ? cause.message : String(cause)
    const isOpen = this.#ssh.isConnected() && this.#broken === undefined
    return new HakubeError(
      isOpen ? `the host opens no shell: ${words}` : `the connection was lost: ${words}`,
      {
        code: 'connection-lost',
        host: this.#host,
        exitCode: EXIT.unreachable,
        cause,
      },
    )
  }
}

/** RFC 4254, 5.1: the host tried, and could not connect. All other reasons mean that it did not try. */
const CONNECT_FAILED = 2

function tunnelError(error: unknown, name: string): HakubeError {
  const cause = error instanceof HakubeError ? error.cause : error
  const words = error instanceof Error ? error.message : String(error)
  const details = { host: name, exitCode: EXIT.unreachable, cause }
  const reason = cause instanceof Error && 'reason' in cause ? cause.reason : undefined
  if (reason === CONNECT_FAILED) return new HakubeError(words, { ...details, code: 'port-unreachable' })
  if (typeof reason !== 'number')
    return new HakubeError(`the connection was lost: ${words}`, { ...details, code: 'connection-lost' })
  const hint = 'allow it in the sshd of the host: AllowTcpForwarding local'
  return new HakubeError(words, { ...details, code: 'forward-refused', hint })
}

function lostEnding(): Ending {
  return { code: null, signal: null }
}

/** Takes a channel over from node-ssh. */
function adopt(channel: ClientChannel, stdin: PassThrough, ended: Promise<Ending>): Channel {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  channel.removeAllListeners('data')
  channel.stderr.removeAllListeners('data')
  channel.pipe(stdout)
  channel.stderr.pipe(stderr)
  channel.on('error', () => undefined)
  return { stdin, stdout, stderr, ended, destroy: () => channel.destroy() }
}

/** A time that can be set anew; `passed` rejects when it is over. */
class Deadline {
  readonly passed: Promise<never>
  #timer: NodeJS.Timeout | undefined
  #reject: (error: Error) => void = () => undefined

  constructor(seconds: number) {
    this.passed = new Promise((_resolve, reject) => {
      this.#reject = reject
    })
    this.extend(seconds, `no answer within ${seconds} s`, 'deadline')
  }

  extend(seconds: number, words = `the log-in took more than ${seconds} s`, level = 'login-deadline'): void {
    clearTimeout(this.#timer)
    const error = Object.assign(new Error(words), { level })
    this.#timer = setTimeout(() => this.#reject(error), seconds * 1000)
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
