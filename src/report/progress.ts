import { duration, pad, truncate } from './columns.ts'
import { oneLine, type Clean } from './clean.ts'
import type { Event } from './events.ts'
import type { Output } from './output.ts'
import type { Style } from './style.ts'

/** Milliseconds between two drawings. */
const INTERVAL = 100
/** Nothing is drawn for steps shorter than this: it would only flicker. */
const DELAY = 150
/** With more hosts at work than this, one line sums them up. */
const LINES = 6

interface Work {
  what: string
  since: number
}

/** What the hosts are doing right now, on the last lines of a terminal, redrawn in place. */
export class Progress {
  readonly #output: Output
  readonly #style: Style
  readonly #clean: Clean
  readonly #now: () => number
  readonly #work = new Map<string, Work>()
  #hosts = 0
  #drawn = 0
  #isPaused = false
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(output: Output, style: Style, clean: Clean, now: () => number = () => performance.now()) {
    this.#output = output
    this.#style = style
    this.#clean = (text) => oneLine(clean(text))
    this.#now = now
  }

  handle(event: Event): void {
    if (event.type === 'run-start') {
      this.#hosts = event.hosts.length
      for (const host of event.hosts) this.#begin(host, 'connecting')
    } else if (event.type === 'host-connected') this.#begin(event.host, 'looking')
    else if (event.type === 'host-unreachable') this.#work.delete(event.host)
    else if (event.type === 'task-start') this.#begin(event.host, event.task)
    else if (event.type === 'task-end') this.#work.delete(event.outcome.host)
    else if (event.type === 'prompt') this.#pause(event.open)
    else if (event.type === 'run-end') this.stop()
  }

  /** While a prompt stands on the terminal, nothing may be drawn over it. */
  #pause(open: boolean): void {
    this.#isPaused = open
    if (open) this.erase()
  }

  /** Takes the lines off the terminal, so that others can be written; the next drawing puts them back. */
  erase(): void {
    if (this.#drawn === 0) return
    this.#output.write(`\u001b[${this.#drawn}A\r\u001b[J`)
    this.#drawn = 0
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#work.clear()
    this.erase()
  }

  #begin(host: string, what: string): void {
    this.#work.set(host, { what, since: this.#now() })
    if (this.#timer) return
    this.#timer = setInterval(() => this.#draw(), INTERVAL)
    this.#timer.unref()
  }

  #draw(): void {
    if (this.#isPaused) return
    const width = (this.#output.columns ?? 80) - 1
    const lines = this.#lines().map((line) => `${this.#style.dim(truncate(line, width))}\n`)
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r\u001b[J`
    this.#output.write(up + lines.join(''))
    this.#drawn = lines.length
  }

  #lines(): string[] {
    const now = this.#now()
    const busy = [...this.#work].filter(([, work]) => now - work.since >= DELAY)
    if (busy.length === 0) return []
    if (busy.length > LINES) return [this.#sum(busy, now)]
    const names = Math.max(...busy.map(([host]) => host.length))
    return busy.map(
      ([host, { what, since }]) =>
        `  ${pad(this.#clean(host), names)}  ${this.#clean(what)} … ${seconds(now - since)}`,
    )
  }

  #sum(busy: readonly (readonly [string, Work])[], now: number): string {
    const kinds = new Map<string, number>()
    for (const [, { what }] of busy) kinds.set(what, (kinds.get(what) ?? 0) + 1)
    const top = [...kinds].sort((a, b) => b[1] - a[1]).slice(0, 3)
    const oldest = Math.max(...busy.map(([, { since }]) => now - since))
    const list = top.map(([what, number]) => `${this.#clean(what)} (${number})`).join(', ')
    return `  ${busy.length} of ${this.#hosts} hosts at work: ${list} … ${seconds(oldest)}`
  }
}

/** Tenths would flicker at the last digit on every drawing. */
function seconds(ms: number): string {
  return ms < 100_000 ? `${Math.floor(ms / 1000)} s` : duration(ms)
}
