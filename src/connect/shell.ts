import { EXIT, HakubeError } from '../errors.ts'
import { messageText, newFrame, type Message } from '../shell/batch.ts'
import { ReplyParser, type RunningApply } from '../shell/reply.ts'
import { type Channel, type Ending, Tail } from './channel.ts'
import type { Exchange, Identity, Shell } from './connection.ts'

/** Seconds that the questions of one message may take. */
const QUESTIONS_TIMEOUT = 60
/** Seconds that an apply may take when it does not say how long. */
const APPLY_TIMEOUT = 1800

export interface ShellOptions {
  host: string
  identity: Identity
  /** Seconds for the questions of one message; 60 when not given. */
  questionsTimeout?: number | undefined
  /** Called with the process id of an apply whose time is over, before the shell is given up. */
  onHungApply?: ((running: RunningApply) => void) | undefined
}

/** One message under way. */
interface Flight {
  parser: ReplyParser
  message: Message
  resolve: (exchange: Exchange) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout | undefined
  applying: boolean
}

/** A `/bin/sh` at the other end of a channel, spoken to in framed messages. */
export class FramedShell implements Shell {
  readonly identity: Identity
  trips = 0
  readonly #channel: Channel
  readonly #options: ShellOptions
  readonly #errors = new Tail()
  #flight: Flight | undefined
  #broken: Error | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(channel: Channel, options: ShellOptions) {
    this.identity = options.identity
    this.#channel = channel
    this.#options = options
    channel.stdout.on('data', (chunk: Buffer) => this.#receive(chunk))
    channel.stderr.on('data', (chunk: Buffer) => this.#errors.push(chunk))
    // A write to a shell that is gone fails here as well; `ended` is the one that reports it.
    channel.stdin.on('error', () => undefined)
    channel.stdout.resume()
    channel.stderr.resume()
    void channel.ended.then((ending) => this.#break(this.#lost(ending)))
  }

  /** Whether the shell can no longer be used. */
  get broken(): boolean {
    return this.#broken !== undefined
  }

  /** The apply that is under way, if its process is known. */
  get running(): RunningApply | undefined {
    return this.#flight?.parser.running
  }

  /** Whether an apply was sent and its result is not in; it may not have begun yet. */
  get applying(): boolean {
    return this.#flight?.applying ?? false
  }

  exchange(message: Message): Promise<Exchange> {
    const result = this.#queue.then(() => this.#send(message))
    this.#queue = result.catch(() => undefined)
    return result
  }

  /** Ends the shell; what is under way fails as lost. */
  close(): void {
    this.#break(this.#error('connection-lost', 'the connection was closed'))
  }

  #send(message: Message): Promise<Exchange> {
    if (this.#broken) return Promise.reject(this.#broken)
    const frame = newFrame()
    const text = messageText(message, frame, this.trips === 0)
    this.trips += 1
    this.#errors.clear()
    return new Promise((resolve, reject) => {
      const parser = new ReplyParser(message, frame)
      const applying = message.apply !== undefined
      this.#flight = { parser, message, resolve, reject, timer: undefined, applying }
      this.#arm(this.#flight)
      this.#channel.stdin.write(text)
    })
  }

  #receive(chunk: Buffer): void {
    const flight = this.#flight
    if (!flight) return
    try {
      flight.parser.push(chunk)
    } catch (error) {
      this.#break(this.#named(error))
      return
    }
    if (flight.parser.done) this.#land(flight)
    else if (flight.applying && flight.parser.exchange.apply) {
      // The apply is done, so from here the shorter time of the questions counts.
      flight.applying = false
      this.#arm(flight)
      // An empty line takes TCP's acknowledgement along: without it, the host holds the answers back for 40 ms.
      this.#channel.stdin.write('\n')
    }
  }

  #land(flight: Flight): void {
    clearTimeout(flight.timer)
    this.#flight = undefined
    flight.resolve(flight.parser.exchange)
  }

  #arm(flight: Flight): void {
    clearTimeout(flight.timer)
    const seconds = flight.applying
      ? (flight.message.apply?.timeout ?? APPLY_TIMEOUT)
      : (this.#options.questionsTimeout ?? QUESTIONS_TIMEOUT)
    flight.timer = setTimeout(() => this.#timedOut(flight, seconds), seconds * 1000)
  }

  #timedOut(flight: Flight, seconds: number): void {
    const running = this.running
    if (running) this.#options.onHungApply?.(running)
    const what = flight.applying ? 'the change did not end' : 'the questions were not answered'
    this.#break(this.#error('timed-out', `${what} within ${seconds} s (${flight.parser.progress()})`))
  }

  #break(error: Error): void {
    if (this.#broken) return
    this.#broken = error
    const flight = this.#flight
    this.#flight = undefined
    clearTimeout(flight?.timer)
    this.#channel.destroy()
    flight?.reject(error)
  }

  #lost({ code, signal }: Ending): HakubeError {
    const how =
      signal !== null
        ? `was ended by signal ${signal}`
        : code !== null
          ? `ended with code ${code}`
          : undefined
    const words = this.#errors.toString()
    const detail = this.#flight ? ` (${this.#flight.parser.progress()})` : ''
    const what = how ? `the shell on the host ${how}` : 'the connection was lost'
    return this.#error('connection-lost', `${what}${detail}${words ? `: ${words}` : ''}`)
  }

  #error(code: string, message: string): HakubeError {
    // A host that is connected and slow has failed; it is not unreachable.
    const exitCode = code === 'timed-out' ? EXIT.failed : EXIT.unreachable
    return new HakubeError(message, { code, host: this.#options.host, exitCode })
  }

  /** The error with the name of the host; what is not ours stays as it is. */
  #named(error: unknown): Error {
    if (!(error instanceof HakubeError)) return error instanceof Error ? error : new Error(String(error))
    const { code, hint, exitCode } = error
    return new HakubeError(error.message, { code, hint, exitCode, host: this.#options.host })
  }
}
