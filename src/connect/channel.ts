import type { Readable, Writable } from 'node:stream'

/** How a program ended: both null means that the connection went away under it. */
export interface Ending {
  code: number | null
  signal: string | null
}

/** A program that runs somewhere, with its three streams. */
export interface Channel {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Settles once the program has ended and its output was read; never rejects. */
  readonly ended: Promise<Ending>
  /** Lets go of the program, without waiting. */
  destroy(): void
}

/** The end of a text that comes in pieces: enough of a program's error output to tell why it failed. */
export class Tail {
  #text = ''
  readonly #limit: number

  constructor(limit = 8192) {
    this.#limit = limit
  }

  push(chunk: Buffer): void {
    this.#text = (this.#text + chunk.toString('latin1')).slice(-this.#limit)
  }

  clear(): void {
    this.#text = ''
  }

  /** As it came, byte for byte. */
  raw(): string {
    return this.#text
  }

  toString(): string {
    return Buffer.from(this.#text, 'latin1').toString('utf8').trim()
  }
}
