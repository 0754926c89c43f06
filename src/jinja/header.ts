import { HakubeError, type Place } from '../errors.ts'
import type { Value } from '../value.ts'
import type { Delimiters, LexerOptions } from './tokens.ts'
import { parseLiteral } from './literal.ts'
import { suggestion } from './mistakes.ts'

const START = '#jinja2:'

/** A template's text without its header, and the options with what the header says. */
export interface Headed {
  text: string
  options: LexerOptions
  /** The line of the file on which the text begins. */
  firstLine: number
}

/**
 * Reads Ansible's first line `#jinja2: trim_blocks: False, lstrip_blocks: True`; a template without one is
 * itself. Throws a HakubeError for keys and values that cannot be honoured.
 */
export function readHeader(text: string, options: LexerOptions, place: Place): Headed {
  if (!text.startsWith(START)) return { text, options, firstLine: 1 }
  const end = text.indexOf('\n')
  const line = text.slice(START.length, end < 0 ? undefined : end).replace(/\r$/, '')
  const at: Place = { ...place, line: 1, source: START + line }
  let changed = options
  for (const pair of line.split(',')) changed = setting(pair, changed, at)
  return { text: end < 0 ? '' : text.slice(end + 1), options: changed, firstLine: 2 }
}

const FLAGS: Record<string, keyof LexerOptions> = {
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  keep_trailing_newline: 'keepTrailingNewline',
}
const NEWLINES = ['\n', '\r\n', '\r']
const DELIMITERS: Record<string, [keyof Delimiters, 0 | 1]> = {
  variable_start_string: ['variable', 0],
  variable_end_string: ['variable', 1],
  block_start_string: ['block', 0],
  block_end_string: ['block', 1],
  comment_start_string: ['comment', 0],
  comment_end_string: ['comment', 1],
}

function setting(pair: string, options: LexerOptions, place: Place): LexerOptions {
  const colon = pair.indexOf(':')
  if (colon < 0)
    throw wrong(`the header has '${pair.trim()}' without a colon`, 'Write key: value, key: value.', place)
  const key = pair.slice(0, colon).trim()
  const value = parseLiteral(pair.slice(colon + 1).trim())
  const flag = Object.hasOwn(FLAGS, key) ? FLAGS[key] : undefined
  if (flag) return { ...options, [flag]: boolean(key, value, place) }
  const delimiter = Object.hasOwn(DELIMITERS, key) ? DELIMITERS[key] : undefined
  if (delimiter)
    return { ...options, delimiters: delimited(options.delimiters, delimiter, key, value, place) }
  if (key === 'newline_sequence') {
    if (typeof value === 'string' && NEWLINES.includes(value)) return { ...options, newline: value }
    throw wrong(
      `the header's newline_sequence is no line end`,
      String.raw`Write '\n', '\r\n' or '\r'.`,
      place,
    )
  }
  const known = [...Object.keys(FLAGS), 'newline_sequence', ...Object.keys(DELIMITERS)]
  throw wrong(
    `the header's '${key}' is not supported`,
    suggestion(key, known) ?? `It may set: ${known.join(', ')}.`,
    place,
  )
}

function boolean(key: string, value: Value | undefined, place: Place): boolean {
  if (typeof value === 'boolean') return value
  throw wrong(`the header's ${key} is no boolean`, 'Write True or False.', place)
}

function delimited(
  now: Delimiters,
  [kind, side]: [keyof Delimiters, 0 | 1],
  key: string,
  value: Value | undefined,
  place: Place,
): Delimiters {
  if (typeof value !== 'string' || value === '') {
    throw wrong(`the header's ${key} is no text`, "Write it in quotes, such as '[['.", place)
  }
  const [start, end] = now[kind]
  return { ...now, [kind]: side === 0 ? [value, end] : [start, value] }
}

function wrong(message: string, hint: string, place: Place): HakubeError {
  return new HakubeError(message, { code: 'template-syntax', hint, place })
}
