import type { Terminal } from './terminal.ts'

const ESC = '\u001B['
/** A screen of its own, without a cursor, on which long lines are cut instead of wrapped. */
const OPEN = `${ESC}?1049h${ESC}?25l${ESC}?7l`
const CLOSE = `${ESC}?7h${ESC}?25h${ESC}?1049l`

/** Ctrl-C reaches a program that reads single keys as a key. */
const CTRL_C = '\u0003'

/** A screen that is drawn over and over; q and Ctrl-C end it. */
export class LiveScreen {
  /** Fires when the user has had enough. */
  readonly ended: AbortSignal
  readonly #end = new AbortController()
  readonly #terminal: Terminal
  readonly #onKey = (keys: Buffer | string): void => {
    if (/[qQ]/.test(String(keys)) || String(keys).includes(CTRL_C)) this.#end.abort()
  }

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.ended = AbortSignal.any([this.#end.signal, terminal.interrupt])
  }

  open(): void {
    const { stdin, stdout } = this.#terminal
    stdout.write(OPEN)
    if (stdin.isTTY !== true) return
    stdin.setRawMode?.(true)
    stdin.on('data', this.#onKey)
    stdin.resume()
  }

  /** One write, each line over the old one: nothing is cleared first, so nothing flickers. */
  draw(lines: readonly string[]): void {
    const { rows } = this.#terminal.stdout
    const shown = rows === undefined ? lines : lines.slice(0, rows)
    this.#terminal.stdout.write(`${ESC}H${shown.map((line) => `${line}${ESC}K`).join('\r\n')}${ESC}J`)
  }

  close(): void {
    const { stdin, stdout } = this.#terminal
    if (stdin.isTTY === true) {
      stdin.off('data', this.#onKey)
      stdin.setRawMode?.(false)
      stdin.pause()
    }
    stdout.write(CLOSE)
  }
}
