/** Reads what a probe printed: lines and NUL-terminated texts, in the order in which the probe wrote them. */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The next line without its newline. Throws TypeError at the end of the output. */
  line(): string {
    return this.#until(0x0a, 'a line')
  }

  /** The next text up to a NUL. */
  text(): string {
    return this.#until(0, 'a text that ends with NUL')
  }

  /** One ASCII character. */
  char(): string {
    if (this.done) throw new TypeError('the probe stopped in the middle')
    return String.fromCharCode(this.#bytes.readUInt8(this.#at++))
  }

  /** The next lines, up to one that is this word. */
  linesUntil(word: string): string[] {
    const out: string[] = []
    for (let line = this.line(); line !== word; line = this.line()) out.push(line)
    return out
  }

  #until(byte: number, what: string): string {
    const end = this.#bytes.indexOf(byte, this.#at)
    if (end === -1) throw new TypeError(`the probe stopped in the middle: ${what} is missing`)
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }
}
