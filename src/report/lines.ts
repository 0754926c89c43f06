import type { HakubeError } from '../errors.ts'
import { cleaner, oneLine, type Clean } from './clean.ts'
import { displayWidth, duration } from './columns.ts'
import { formatError, type ErrorFormat } from './errors.ts'
import type { Event, Reporter, TaskOutcome } from './events.ts'
import { Groups, showHosts, type Group } from './groups.ts'
import { formatOutcome, isShown, taskName, type OutcomeFormat } from './outcome.ts'
import type { Output } from './output.ts'
import type { Progress } from './progress.ts'
import { Repeats } from './repeats.ts'
import { formatEnd, formatRecap, type RunEnd } from './recap.ts'
import { createStyle, type Style } from './style.ts'

export interface LinesOptions {
  /** Outcomes and the recap: the result. */
  stdout: Output
  /** Warnings, errors, progress: the talk. */
  stderr: Output
  progress?: Progress | undefined
  color: boolean
  verbosity: number
  diff: boolean
  width: number
  logFile?: string | undefined
  redact: (text: string) => string
}

/** With more hosts than this, the same outcome on several hosts becomes one line. */
const MANY = 8
const MAX_HOST_WIDTH = 30

/** Says what happens in lines for people, on a terminal with live progress below them. */
export class LinesReporter implements Reporter {
  readonly #options: LinesOptions
  readonly #style: Style
  readonly #clean: Clean
  /** Hosts by the task that failed on them. */
  readonly #failures = new Map<string, string[]>()
  readonly #repeats = new Repeats()
  readonly #messages: string[] = []
  #check = false
  #logFile: string | undefined
  /** An error has named the log file. */
  #saidLog = false
  #format: OutcomeFormat
  #play: string | undefined
  #groups: Groups | undefined
  #hasResults = false

  constructor(options: LinesOptions) {
    this.#options = options
    this.#logFile = options.logFile
    this.#style = createStyle(options.color)
    this.#clean = cleaner(options.redact)
    this.#format = {
      style: this.#style,
      clean: this.#clean,
      verbosity: options.verbosity,
      diff: options.diff,
      statusWidth: 8,
      hostWidth: 0,
    }
  }

  handle(event: Event): void {
    switch (event.type) {
      case 'run-start':
        this.#start(event)
        break
      case 'play-start':
        this.#flush()
        this.#play = event.name
        this.#groups = event.hosts.length > MANY ? new Groups(event.hosts) : undefined
        break
      case 'task-end':
        this.#outcome(event.outcome)
        break
      case 'host-unreachable':
        this.#unreachable(event.host, event.error)
        break
      case 'run-end':
        this.#end(event)
        break
      default:
        this.#talk(event)
    }
    this.#options.progress?.handle(event)
  }

  close(): void {
    this.#options.progress?.stop()
  }

  #start(event: Extract<Event, { type: 'run-start' }>): void {
    this.#check = event.check
    this.#logFile = event.logFile ?? this.#logFile
    const widest = Math.max(0, ...event.hosts.map((host) => displayWidth(this.#clean(host))))
    this.#format = {
      ...this.#format,
      statusWidth: event.check ? 13 : 8,
      hostWidth: event.hosts.length > MANY ? 0 : Math.min(MAX_HOST_WIDTH, widest),
    }
    if (event.check) this.#toStderr(this.#checking(event.runs ?? []))
  }

  /** What check mode does on the hosts comes before everything else. */
  #checking(runs: readonly { task: string; place: string }[]): string[] {
    const { dim, yellow } = this.#style
    if (runs.length === 0) return [dim('check mode: nothing is changed')]
    return [
      `${yellow('check mode:')} nothing is changed but by what runs all the same (check_mode: false):`,
      ...runs.map(({ task, place }) => `  ${oneLine(this.#clean(task))} ${dim(`(${this.#clean(place)})`)}`),
    ]
  }

  /** Everything that is not a result. */
  #talk(event: Event): void {
    const { dim, yellow } = this.#style
    if (event.type === 'warning') {
      const place = event.place === undefined ? '' : dim(` (${this.#clean(event.place)})`)
      this.#toStderr([`${yellow('warning:')} ${this.#clean(event.text)}${place}`])
    } else if (event.type === 'error') this.#toStderr(formatError(event.error, this.#errorFormat()))
    else if (event.type === 'message') this.#messages.push(this.#clean(event.text))
    else if (event.type === 'note' && this.#options.verbosity > 0)
      this.#toStderr([dim(this.#clean(event.text))])
    else if (event.type === 'host-connected' && this.#options.verbosity > 0) {
      this.#toStderr([dim(`connected to ${this.#clean(event.host)} in ${duration(event.ms)}`)])
    }
  }

  #outcome(outcome: TaskOutcome): void {
    if (outcome.status === 'failed') {
      // A failure is said at once, even where other outcomes wait for their group.
      this.#show({ outcome, hosts: [outcome.host] })
      const task = taskName(outcome)
      this.#failures.set(task, [...(this.#failures.get(task) ?? []), outcome.host])
      for (const group of this.#groups?.drop(outcome.host) ?? []) this.#show(group)
    } else if (this.#groups) for (const group of this.#groups.add(outcome)) this.#show(group)
    else this.#show({ outcome, hosts: [outcome.host] })
  }

  #show({ outcome, hosts }: Group): void {
    if (!isShown(outcome, this.#options.verbosity)) return
    const play = this.#play
    if (play !== undefined) this.#toStdout(this.#hasResults ? ['', this.#header(play)] : [this.#header(play)])
    this.#play = undefined
    const who = oneLine(this.#clean(showHosts(hosts, this.#options.verbosity > 0)))
    this.#toStdout(formatOutcome(this.#repeats.mark(outcome), who, this.#format))
  }

  #header(play: string): string {
    return this.#style.bold(oneLine(this.#clean(play)))
  }

  #unreachable(host: string, error: HakubeError): void {
    this.#toStderr(formatError(error, { ...this.#errorFormat(), label: 'unreachable' }))
    for (const group of this.#groups?.drop(host) ?? []) this.#show(group)
  }

  #flush(): void {
    for (const group of this.#groups?.flush() ?? []) this.#show(group)
    this.#groups = undefined
  }

  #end(event: RunEnd): void {
    this.#flush()
    this.#options.progress?.stop()
    const format = {
      style: this.#style,
      clean: this.#clean,
      verbosity: this.#options.verbosity,
      check: this.#check,
      saidLog: this.#saidLog,
    }
    const blocks = [
      this.#failureList(),
      formatRecap(event.recap, format),
      this.#messages,
      formatEnd(event, format),
    ]
    for (const block of blocks) {
      if (block.length === 0) continue
      this.#toStdout(this.#hasResults ? ['', ...block] : block)
    }
  }

  /** The failures once more at the end, where they have scrolled away. */
  #failureList(): string[] {
    const hosts = [...this.#failures.values()].flat()
    if (hosts.length < 2) return []
    const lines = [...this.#failures].map(([task, on]) => `${task}: ${showHosts(on, on.length <= MANY)}`)
    return ['failed:', ...lines.map((line) => `  ${oneLine(this.#clean(line))}`)]
  }

  #errorFormat(): ErrorFormat {
    this.#saidLog ||= this.#logFile !== undefined
    return { style: this.#style, clean: this.#clean, width: this.#options.width, logFile: this.#logFile }
  }

  #toStdout(lines: readonly string[]): void {
    this.#hasResults = true
    this.#options.progress?.erase()
    this.#options.stdout.write(lines.map((line) => `${line}\n`).join(''))
  }

  #toStderr(lines: readonly string[]): void {
    this.#options.progress?.erase()
    this.#options.stderr.write(lines.map((line) => `${line}\n`).join(''))
  }
}
