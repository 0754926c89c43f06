import type { Answer, Exchange } from '../connect/connection.ts'
import { EXIT, HakubeError } from '../errors.ts'
import type { Message } from './batch.ts'

const MEBIBYTE = 1024 * 1024
/** The most bytes that one program's output may have. */
export const MAX_OUTPUT = 64 * MEBIBYTE
/** A line of a reply is short: encoders wrap. Only noise before the first frame can be longer. */
const MAX_LINE = 64 * 1024

/** The first frame a shell sends. */
export interface Hello {
  encoding: 'base64' | 'od'
  /** Whether an apply runs in a process group of its own. */
  ownGroup: boolean
  /** Process id of the long-lived shell. */
  pid: number
}

interface Section {
  name: string
  argument: string
  chunks: Buffer[]
  bytes: number
}

/** Reads the reply to one message, in pieces of any size, as they come. */
export class ReplyParser {
  hello: Hello | undefined
  /** Process id of the apply, from just before it runs until its end is known. */
  running: number | undefined
  done = false
  readonly exchange: Exchange = { apply: undefined, answers: new Map() }
  readonly #frame: string
  readonly #message: Message
  readonly #limit: number
  #rest: Buffer = Buffer.alloc(0)
  #section: Section | undefined
  #out: Buffer = Buffer.alloc(0)
  #err: Buffer = Buffer.alloc(0)

  constructor(message: Message, frame: string, hello: Hello | undefined, limit = MAX_OUTPUT) {
    this.#message = message
    this.#frame = frame
    this.#limit = limit
    this.hello = hello
  }

  /**
   * Takes the next bytes. Throws HakubeError `output-too-large`, or `garbled-reply` where the stream is not
   * what the protocol allows; the shell is of no use after that.
   */
  push(chunk: Buffer): void {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    let start = 0
    while (!this.done) {
      const end = data.indexOf(10, start)
      if (end < 0) break
      this.#line(data.subarray(start, end))
      start = end + 1
    }
    this.#rest = data.subarray(start)
    if (this.#rest.length > MAX_LINE) this.#longLine()
  }

  /** What had been answered when the end did not come, for the message of an error. */
  progress(): string {
    const asked = this.#message.questions?.length ?? 0
    const answers = `${this.exchange.answers.size} of ${asked} questions answered`
    if (!this.#message.apply) return answers
    return this.exchange.apply ? `change made, ${answers}` : 'change not finished'
  }

  #line(line: Buffer): void {
    if (line[0] === 64 && line.toString('latin1', 0, this.#frame.length) === this.#frame) {
      const [name = '', ...words] = line.toString('latin1', this.#frame.length + 1).split(' ')
      this.#closeSection()
      this.#open(name, words)
    } else if (this.#section) this.#collect(this.#section, line)
    else if (this.hello && line.length > 0) throw garbled(`unexpected line ${show(line)}`)
    // Anything before the first frame is a banner or a profile's greeting.
  }

  #open(name: string, words: readonly string[]): void {
    const [argument = ''] = words
    if (name === 'hello') this.hello = readHello(words)
    else if (name === 'pid') this.running = Number(argument)
    else if (name === 'code') this.#applied(Number(argument))
    else if (name === 'end') this.#finish()
    else if (name === 'q' || name === 'out' || name === 'err')
      this.#section = { name, argument, chunks: [], bytes: 0 }
    else throw garbled(`unknown frame ${JSON.stringify(name)}`)
  }

  #collect(section: Section, line: Buffer): void {
    section.chunks.push(line)
    section.bytes += line.length
    // Both encodings take fewer than four characters for a byte, od's the most.
    const perByte = this.hello?.encoding === 'od' ? 3 : 4 / 3
    if (section.bytes > this.#limit * perByte + MAX_LINE) {
      const what = section.name === 'q' ? `question ${this.#id(section.argument)}` : 'the change'
      throw new HakubeError(`the output of ${what} is larger than ${this.#limit / MEBIBYTE} MiB`, {
        code: 'output-too-large',
        hint: 'let the command print less, or write to a file on the host',
        exitCode: EXIT.failed,
      })
    }
  }

  #closeSection(): void {
    const section = this.#section
    this.#section = undefined
    if (!section) return
    const bytes = decode(section.chunks, this.hello?.encoding ?? 'base64')
    if (section.name === 'out') this.#out = bytes
    else if (section.name === 'err') this.#err = bytes
    else this.exchange.answers.set(this.#id(section.argument), splitAnswer(bytes))
  }

  #applied(code: number): void {
    this.running = undefined
    this.exchange.apply = { code, stdout: this.#out, stderr: this.#err }
  }

  #finish(): void {
    const missing = (this.#message.questions ?? []).filter(({ id }) => !this.exchange.answers.has(id))
    if (missing.length > 0) throw garbled(`no answer to ${missing.map(({ id }) => id).join(', ')}`)
    if (this.#message.apply && !this.exchange.apply) throw garbled('no result of the change')
    this.done = true
  }

  #id(argument: string): string {
    const question = this.#message.questions?.[Number(argument)]
    if (!question) throw garbled(`answer to question ${argument}, which was not asked`)
    return question.id
  }

  #longLine(): void {
    if (this.hello) throw garbled('a line without an end')
    this.#rest = this.#rest.subarray(-this.#frame.length)
  }
}

function readHello(words: readonly string[]): Hello {
  const [pid, encoding] = words
  if (encoding !== 'base64' && encoding !== 'od') throw garbled(`encoding ${String(encoding)}`)
  return { encoding, ownGroup: words.at(-1) === 'setsid', pid: Number(pid) }
}

function decode(chunks: readonly Buffer[], encoding: Hello['encoding']): Buffer {
  const text = Buffer.concat(chunks).toString('latin1')
  if (encoding === 'od') {
    const hex = text.replaceAll(' ', '')
    if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw garbled('text that is not hexadecimal')
    return Buffer.from(hex, 'hex')
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw garbled('text that is not base64')
  return Buffer.from(text, 'base64')
}

/** The stream of a question ends in a line with the length of its error text and its exit status. */
function splitAnswer(stream: Buffer): Answer {
  const last = stream.lastIndexOf(10)
  const trailer = /^ *(\d+) (\d+)$/.exec(stream.toString('latin1', last + 1))
  if (last < 0 || !trailer) throw garbled('an answer without exit status')
  const end = last - Number(trailer[1])
  if (end < 0) throw garbled('an answer shorter than its error text')
  return { code: Number(trailer[2]), stdout: stream.subarray(0, end), stderr: stream.subarray(end, last) }
}

function show(line: Buffer): string {
  return JSON.stringify(line.toString('latin1', 0, 80))
}

function garbled(what: string): HakubeError {
  return new HakubeError(`the host's shell answered with something else than asked: ${what}`, {
    code: 'garbled-reply',
    hint: 'a program on the host writes into the connection; see docs/connecting.md',
    exitCode: EXIT.unreachable,
  })
}
