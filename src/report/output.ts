/** The part of a stream that reporters use. */
export interface OutputStream {
  write(text: string): unknown
  on?(event: 'error', listener: (error: Error) => void): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/**
 * A stream that takes text until its reader is gone, and is silent from then on: with `hakube apply | head`
 * the run goes on to its end. Every text passes `redact` once more on its way out.
 */
export class Output {
  readonly #stream: OutputStream
  readonly #redact: (text: string) => string
  #gone = false

  constructor(stream: OutputStream, redact: (text: string) => string) {
    this.#stream = stream
    this.#redact = redact
    stream.on?.('error', () => {
      this.#gone = true
    })
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true
  }

  get columns(): number | undefined {
    return this.#stream.columns
  }

  write(text: string): void {
    if (this.#gone || text === '') return
    try {
      this.#stream.write(this.#redact(text))
    } catch {
      this.#gone = true
    }
  }
}
