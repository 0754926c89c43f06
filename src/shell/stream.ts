import { EXIT, HakubeError } from '../errors.ts'

/** A line of a reply is short: encoders wrap. Only noise before the first frame can be longer. */
const MAX_LINE = 64 * 1024

/**
 * Undoes the transport of a reply: finds the encoded streams in what a shell sends, whatever a profile printed
 * before, and gives their bytes on, and the plain lines that come while an apply runs.
 */
export class StreamDecoder {
  readonly #frame: string
  /** What every encoded stream begins with. */
  readonly #start: string
  readonly #onBytes: (bytes: Buffer) => void
  readonly #onLine: (words: string[]) => void
  #rest: Buffer = Buffer.alloc(0)
  #mode: 'noise' | 'base64' | 'od' = 'noise'
  #begun = false

  constructor(frame: string, onBytes: (bytes: Buffer) => void, onLine: (words: string[]) => void) {
    this.#frame = frame
    this.#start = Buffer.from(frame).toString('base64')
    this.#onBytes = onBytes
    this.#onLine = onLine
  }

  /** Takes the next bytes. Throws HakubeError `garbled-reply`. */
  push(chunk: Buffer): void {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    const end = data.lastIndexOf(10)
    this.#rest = data.subarray(end + 1)
    if (end >= 0) this.#lines(data.toString('latin1', 0, end).split('\n'))
    if (this.#rest.length > MAX_LINE) this.#longLine()
  }

  /** The stream that was under way has ended; a further one may follow. */
  endStream(): void {
    this.#mode = 'noise'
  }

  #lines(lines: readonly string[]): void {
    let encoded: string[] = []
    const flush = (): void => {
      const text = encoded.join('')
      encoded = []
      if (text !== '') this.#onBytes(decode(text, this.#mode))
    }
    for (const line of lines) {
      // Where a stream fills its last line, only the next one's begin says that it has ended.
      if (this.#mode === 'base64' && line.startsWith(this.#start)) flush()
      if (this.#mode === 'noise') this.#noise(line, encoded)
      else encoded.push(line)
      // A line with padding is the last of its stream: what follows must not be decoded with it.
      if (this.#mode === 'od' || line.endsWith('=') || line.length < 76) flush()
    }
    flush()
  }

  /** A line outside of any stream: the begin of one, a plain frame, or a greeting that nobody asked for. */
  #noise(line: string, encoded: string[]): void {
    const start = line.indexOf(this.#start)
    if (start >= 0) {
      this.#mode = 'base64'
      this.#begun = true
      encoded.push(line.slice(start))
    } else if (line.startsWith(`${this.#frame} `)) {
      const words = line.slice(this.#frame.length + 1).split(' ')
      this.#begun = true
      if (words[0] === 'od') this.#mode = 'od'
      else this.#onLine(words)
    } else if (this.#begun && line !== '')
      throw garbled(`unexpected line ${JSON.stringify(line.slice(0, 80))}`)
  }

  #longLine(): void {
    if (this.#begun) throw garbled('a line without an end')
    this.#rest = this.#rest.subarray(-this.#start.length)
  }
}

function decode(text: string, mode: 'noise' | 'base64' | 'od'): Buffer {
  if (mode === 'od') {
    const hex = text.replaceAll(' ', '')
    if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw garbled('text that is not hexadecimal')
    return Buffer.from(hex, 'hex')
  }
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw garbled('text that is not base64')
  return Buffer.from(text, 'base64')
}

export function garbled(what: string): HakubeError {
  return new HakubeError(`the host's shell answered with something else than asked: ${what}`, {
    code: 'garbled-reply',
    hint: 'a program on the host writes into the connection; see docs/connecting.md',
    exitCode: EXIT.unreachable,
  })
}
