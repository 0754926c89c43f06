import { inspect } from 'node:util'
import { HakubeErrors, isKnown, showPlace, type HakubeError, type Place } from '../errors.ts'
import type { Clean } from './clean.ts'
import { docsOf } from './docs.ts'
import { displayWidth } from './columns.ts'
import type { Style } from './style.ts'

export interface ErrorFormat {
  style: Style
  clean: Clean
  /** Cells of a line, for source lines that are longer. */
  width: number
  logFile?: string | undefined
  /** What kind of trouble it is; "error" by default. */
  label?: string | undefined
}

/** An error as lines: message, place, source line with a caret, hint, code, and where the log is. */
export function formatError(error: unknown, format: ErrorFormat): string[] {
  const lines = isKnown(error) ? formatKnown(error, format) : formatBug(error, format)
  const { logFile, style, clean } = format
  return logFile === undefined ? lines : [...lines, style.dim(`  log: ${clean(logFile)}`)]
}

function formatKnown(error: HakubeError, format: ErrorFormat): string[] {
  if (!(error instanceof HakubeErrors)) return formatOne(error, format)
  const lines = error.errors.flatMap((each) => [...formatOne(each, format), ''])
  return [...lines, format.style.bold(`${error.errors.length} errors`)]
}

function formatOne(error: HakubeError, { style, clean, width, label }: ErrorFormat): string[] {
  const docs = docsOf(error)
  const [first = '', ...rest] = clean(error.message).split('\n')
  const subject = [error.host, error.task].flatMap((part) => (part === undefined ? [] : clean(part)))
  const about = subject.length === 0 ? '' : `${subject.join(': ')}: `
  return [
    `${style.red(style.bold(`${label ?? 'error'}:`))} ${style.bold(about + first)}`,
    ...rest.map((line) => `  | ${line}`),
    ...(error.place ? formatPlace(error.place, style, clean, width) : []),
    ...(error.hint === undefined
      ? []
      : indentRest(`  ${style.cyan('hint:')} `, '        ', clean(error.hint))),
    style.dim(`  code: ${error.code}`),
    ...(docs === undefined ? [] : [style.dim(`  docs: ${docs}`)]),
  ]
}

function indentRest(first: string, rest: string, text: string): string[] {
  return text.split('\n').map((line, index) => (index === 0 ? first : rest) + line)
}

function formatPlace(place: Place, style: Style, clean: Clean, width: number): string[] {
  const lines = [style.dim('  --> ') + clean(showPlace(place))]
  if (place.source === undefined || place.line === undefined) return lines
  const number = String(place.line)
  const gutter = ' '.repeat(number.length)
  const { text, caret } = cut(place.source, place.column, width - number.length - 6)
  lines.push(`  ${style.dim(`${number} |`)} ${clean(text)}`)
  if (caret !== undefined) lines.push(`  ${style.dim(`${gutter} |`)} ${' '.repeat(caret)}${style.red('^')}`)
  return lines
}

/** The part of a long line around its column, tabs as spaces, and how many cells stand before the caret. */
function cut(source: string, column: number | undefined, width: number): { text: string; caret?: number } {
  const room = Math.max(20, width)
  const line = source.replaceAll('\t', '  ')
  if (column === undefined) return { text: line.slice(0, room) }
  const before = source.slice(0, column - 1).replaceAll('\t', '  ')
  const start = Math.max(0, before.length - room + 10)
  const text = (start > 0 ? '…' : '') + line.slice(start > 0 ? start + 1 : 0, start + room)
  return { text, caret: displayWidth((start > 0 ? '…' : '') + before.slice(start > 0 ? start + 1 : 0)) }
}

function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown)
}

function formatBug(error: unknown, { style, clean, logFile }: ErrorFormat): string[] {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : textOf(error)
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : []
  return [
    `${style.red(style.bold('error:'))} ${style.bold(`this is a bug in hakube: ${clean(message)}`)}`,
    ...(logFile === undefined ? stack.map((line) => style.dim(clean(line))) : []),
    `  ${style.cyan('hint:')} please report it${logFile === undefined ? '' : ' with the log file, which has the stack'}`,
  ]
}
