import { toJson, type Value } from '../value.ts'
import { cleanTexts, oneLine, type Clean } from './clean.ts'
import { displayWidth, pad } from './columns.ts'
import { formatDiff } from './diff.ts'
import type { TaskOutcome } from './events.ts'
import type { ShownOutcome } from './repeats.ts'
import { STATUS, type Style } from './style.ts'

export interface OutcomeFormat {
  style: Style
  clean: Clean
  verbosity: number
  diff: boolean
  /** Cells of the status and host columns. */
  statusWidth: number
  hostWidth: number
}

/** Last lines of a command's output that a failure shows. */
const OUTPUT_LINES = 20

/** Whether a person wants to see this outcome: what is as it should be is quiet unless asked for. */
export function isShown(outcome: TaskOutcome, verbosity: number): boolean {
  if (outcome.status === 'ok') return verbosity > 0 || isMessage(outcome)
  return outcome.status !== 'skipped' || verbosity > 0
}

/** `debug` is written to be read. */
function isMessage(outcome: TaskOutcome): boolean {
  return /(^|\.)debug$/.test(outcome.module)
}

/** One outcome as lines: status, host, task, reason; then what belongs to it, indented. */
export function formatOutcome(raw: ShownOutcome, host: string, format: OutcomeFormat): string[] {
  const { style, clean, statusWidth, hostWidth } = format
  const outcome = cleanTexts({ ...raw, diff: [] }, clean)
  const { word, paint } = STATUS[outcome.status]
  const [reason = '', ...rest] = reasonOf(outcome).split('\n')
  const isFailure = outcome.status === 'failed'
  const status = style[paint](pad(word, statusWidth))
  const task = isFailure ? style.bold(taskName(outcome)) : taskName(outcome)
  const head = `${isFailure ? style.bold(status) : status} ${pad(host, hostWidth)}  ${task}`
  const separator = reason === '' ? '' : style.dim(' — ')
  const first = head + separator + reason
  const indent = ' '.repeat(statusWidth + 1)
  const more = isFailure && raw.sameAs !== undefined ? undefined : detailLines(raw, outcome, rest, format)
  if (!more) return [`${first}${style.dim(` (the same as on ${clean(raw.sameAs ?? '')})`)}`]
  return [first, ...more.map((line) => indent + line)]
}

function detailLines(
  raw: ShownOutcome,
  outcome: TaskOutcome,
  words: readonly string[],
  format: OutcomeFormat,
): string[] {
  const { style, clean, verbosity } = format
  const isFailure = outcome.status === 'failed' || outcome.status === 'ignored'
  return [
    ...words.map((line) => `${style.dim('|')} ${line}`),
    ...(isFailure ? evidence(outcome, format) : []),
    ...outcome.notes.map((note) => `${style.cyan('note:')} ${note}`),
    ...(format.diff ? diffLines(raw, style, clean) : []),
    ...(verbosity > 1 ? resultLines(outcome).map((line) => style.dim(line)) : []),
  ]
}

function diffLines({ diff, sameAs }: ShownOutcome, style: Style, clean: Clean): string[] {
  if (sameAs !== undefined) return [style.dim(`the same difference as on ${clean(sameAs)}`)]
  return diff.flatMap((each) => formatDiff(each, style, clean))
}

/** The task's name, with the item of its loop. */
export function taskName(outcome: Pick<TaskOutcome, 'task' | 'item' | 'handler' | 'delegate'>): string {
  const item = outcome.item === undefined ? '' : ` [${outcome.item}]`
  const delegate = outcome.delegate === undefined ? '' : ` (on ${outcome.delegate})`
  return oneLine(`${outcome.task}${item}${outcome.handler ? ' (handler)' : ''}${delegate}`)
}

/** Why, or what `debug` shows. */
export function reasonOf(outcome: TaskOutcome): string {
  if (isMessage(outcome) && outcome.status === 'ok') return messageOf(outcome) ?? outcome.reason.trimEnd()
  return outcome.reason.trimEnd()
}

/** Cells that a value may take beside its name. */
const SHORT = 80

/** What `debug` shows: a text as it is, another value as JSON, a variable with its name. */
function messageOf({ result }: TaskOutcome): string | undefined {
  const name = Object.keys(result).find((key) => !['changed', 'failed', 'censored'].includes(key))
  const value = name === undefined ? undefined : result[name]
  if (name === undefined || value === undefined) return undefined
  if (name === 'msg' && typeof value === 'string') return value
  const json = toJson(value)
  const inline = JSON.stringify(json)
  const isShort = displayWidth(inline) <= SHORT
  const text = isShort ? inline : JSON.stringify(json, undefined, 2)
  return name === 'msg' ? text : `${name} =${isShort ? ' ' : '\n'}${text}`
}

/** What a failure stands on: the command's own last words, where the task is written, and what to do. */
function evidence(outcome: TaskOutcome, { style }: OutcomeFormat): string[] {
  const said = ['stderr', 'stdout'].flatMap((name) => lastLines(name, outcome.result[name], outcome.reason))
  return [
    ...said.map((line) => `${style.dim('|')} ${line}`),
    style.dim(`at ${outcome.place} (${outcome.module})`),
    ...(outcome.hint === undefined ? [] : [`${style.cyan('hint:')} ${outcome.hint}`]),
  ]
}

function lastLines(name: string, value: Value | undefined, reason: string): string[] {
  const text = typeof value === 'string' ? value.trimEnd() : ''
  if (text === '' || reason.includes(text)) return []
  const all = text.split('\n')
  const left = all.length - OUTPUT_LINES
  return [
    `${name}:`,
    ...(left > 0 ? [`  … ${left} lines before`] : []),
    ...all.slice(-OUTPUT_LINES).map((l) => `  ${l}`),
  ]
}

function resultLines(outcome: TaskOutcome): string[] {
  const result = Object.fromEntries(
    Object.entries(outcome.result).map(([name, value]) => [name, toJson(value)]),
  )
  const place = `at ${outcome.place} (${outcome.module}), ${outcome.ms.toFixed(0)} ms`
  if (Object.keys(result).length === 0) return [place]
  return [place, ...JSON.stringify(result, undefined, 2).split('\n')]
}
