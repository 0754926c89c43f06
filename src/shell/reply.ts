import type { Exchange } from '../connect/connection.ts'
import { EXIT, HakubeError } from '../errors.ts'
import type { Message } from './batch.ts'
import { garbled, StreamDecoder } from './stream.ts'

const MEBIBYTE = 1024 * 1024
/** The most bytes that one program's output may have. */
export const MAX_OUTPUT = 64 * MEBIBYTE

/** A process of an apply that is under way. */
export interface RunningApply {
  pid: number
  /** Whether pid is also a process group. */
  ownGroup: boolean
}

/** Reads the reply to one message, in pieces of any size, as they come. */
export class ReplyParser {
  /** The apply's process, from just before it runs until its end is known. */
  running: RunningApply | undefined
  done = false
  readonly exchange: Exchange = { apply: undefined, answers: new Map() }
  readonly #message: Message
  readonly #limit: number
  readonly #marker: Buffer
  readonly #stream: StreamDecoder
  /** Decoded bytes that may yet turn out to be the begin of a frame. */
  #pending: Buffer = Buffer.from('\n')
  #payload: Buffer[] = []
  #bytes = 0
  #out: Buffer = Buffer.alloc(0)

  constructor(message: Message, frame: string, limit = MAX_OUTPUT) {
    this.#message = message
    this.#limit = limit
    this.#marker = Buffer.from(`\n${frame} `)
    this.#stream = new StreamDecoder(
      frame,
      (bytes) => this.#decoded(bytes),
      (words) => this.#plain(words),
    )
  }

  /**
   * Takes the next bytes. Throws HakubeError `output-too-large`, or `garbled-reply` where the stream is not
   * what the protocol allows; the shell is of no use after that.
   */
  push(chunk: Buffer): void {
    if (!this.done) this.#stream.push(chunk)
  }

  /** What had been answered when the end did not come, for the message of an error. */
  progress(): string {
    const asked = this.#message.questions?.length ?? 0
    const answers = `${this.exchange.answers.size} of ${asked} questions answered`
    if (!this.#message.apply) return answers
    return this.exchange.apply ? `change made, ${answers}` : 'change not finished'
  }

  #plain(words: readonly string[]): void {
    if (words[0] !== 'pid') throw garbled(`unknown line ${JSON.stringify(words.join(' '))}`)
    this.running = { pid: Number(words[1]), ownGroup: words[2] === 'setsid' }
  }

  #decoded(bytes: Buffer): void {
    let pending = Buffer.concat([this.#pending, bytes])
    for (;;) {
      const at = pending.indexOf(this.#marker)
      const end = at < 0 ? -1 : pending.indexOf(10, at + this.#marker.length)
      if (end < 0) {
        const sure = at < 0 ? Math.max(0, pending.length - this.#marker.length + 1) : at
        this.#collect(pending.subarray(0, sure))
        this.#pending = pending.subarray(sure)
        return
      }
      this.#collect(pending.subarray(0, at))
      const words = pending.toString('latin1', at + this.#marker.length, end).split(/ +/)
      this.#frame(words)
      // The answers are a stream of their own, whose first frame stands at its very begin.
      pending = words[0] === 'code' ? Buffer.from('\n') : pending.subarray(end + 1)
    }
  }

  #collect(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#payload.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes <= this.#limit) return
    throw new HakubeError(`a program on the host printed more than ${this.#limit / MEBIBYTE} MiB`, {
      code: 'output-too-large',
      hint: 'let the command print less, or write to a file on the host',
      exitCode: EXIT.failed,
    })
  }

  /** All bytes since the last frame. */
  #take(): Buffer {
    const bytes = Buffer.concat(this.#payload)
    this.#payload = []
    this.#bytes = 0
    return bytes
  }

  #frame([name, ...words]: readonly string[]): void {
    // The line break that precedes every frame stands at the begin of a stream, too.
    if (name === 'hello') this.#take()
    else if (name === 'q') this.#answer(words)
    else if (name === 'out') this.#out = this.#take()
    else if (name === 'code') this.#applied(Number(words[0]))
    else if (name === 'end') this.#finish()
    else throw garbled(`unknown frame ${JSON.stringify(name)}`)
  }

  #answer([index, errorLength, code]: readonly string[]): void {
    const question = this.#message.questions?.[Number(index)]
    if (!question) throw garbled(`answer to question ${String(index)}, which was not asked`)
    const bytes = this.#take()
    const end = bytes.length - Number(errorLength)
    if (!(end >= 0) || !/^\d+$/.test(code ?? '')) throw garbled('an answer without exit status')
    this.exchange.answers.set(question.id, {
      code: Number(code),
      stdout: bytes.subarray(0, end),
      stderr: bytes.subarray(end),
    })
  }

  #applied(code: number): void {
    this.running = undefined
    this.exchange.apply = { code, stdout: this.#out, stderr: this.#take() }
    // The answers come as a stream of their own: the result of a change does not wait for them.
    this.#stream.endStream()
  }

  #finish(): void {
    const missing = (this.#message.questions ?? []).filter(({ id }) => !this.exchange.answers.has(id))
    if (missing.length > 0) throw garbled(`no answer to ${missing.map(({ id }) => id).join(', ')}`)
    if (this.#message.apply && !this.exchange.apply) throw garbled('no result of the change')
    this.done = true
  }
}
