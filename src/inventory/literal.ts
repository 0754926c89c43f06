import type { Key, Value } from '../value.ts'
import { Float } from '../value.ts'
import { NOT_A_LITERAL } from './literal-text.ts'
import { parseNumber, parseTexts, parseWord, skip } from './literal-token.ts'
import type { Parsed } from './literal-token.ts'

/** A dict key or set element that cannot be one in Python, such as a list. */
export class UnhashableError extends Error {
  override readonly name = 'UnhashableError'
}

interface Reader {
  source: string
  /** What Python would refuse with a TypeError once it has parsed the text. */
  problems: string[]
}

// Only these can start a literal: the check spares most values, IP addresses among them, the parser.
const START = /^(?:(?![0-9]+\.[0-9]+\.)[-+.0-9'"([{#]|True|False|None|set|[rRuUbB]{1,2}['"])/
const MAX_DEPTH = 100

/**
 * Ansible's type of a value in an INI inventory: what Python's ast.literal_eval makes of the text, else the text.
 * Tuples and sets become lists; complex numbers and `...` stay text.
 * Throws UnhashableError where Python would, as for `{{ 'x' }}`, a set in a set.
 */
export function typedValue(text: string): Value {
  const source = text.replace(/^[ \t]+/, '')
  if (!START.test(source) || source.includes('\0')) return text
  try {
    return parseAll(source)
  } catch (error) {
    if (error === NOT_A_LITERAL) return text
    throw error
  }
}

function parseAll(source: string): Value {
  const reader: Reader = { source, problems: [] }
  const { value, end } = parseList(reader, 0, '', 0)
  const rest = skip(source, end)
  if (rest < source.length && source.charAt(rest) !== '#') throw NOT_A_LITERAL
  // Only now is it sure that the text is a literal at all: `{{ 'x' }}/y` is none.
  if (reader.problems[0] !== undefined) throw new UnhashableError(reader.problems[0])
  return value
}

/** Elements up to `close` (the end or a comment when it is empty): a tuple if there is a comma or nothing. */
function parseList(reader: Reader, start: number, close: string, depth: number): Parsed {
  const { source } = reader
  const items: Parsed[] = []
  let comma = false
  let at = skip(source, start)
  while (!isEnd(source, at, close)) {
    if (items.length > 0 && !comma) throw NOT_A_LITERAL
    const item = parseItem(reader, at, depth)
    items.push(item)
    at = skip(source, item.end)
    comma = source.charAt(at) === ','
    if (comma) at = skip(source, at + 1)
  }
  const [only] = items
  if (only && items.length === 1 && !comma) return { ...only, end: at + close.length }
  if (!only && close === '') throw NOT_A_LITERAL
  const hashable = items.every((item) => item.kind !== 'unhashable')
  return {
    value: items.map((item) => item.value),
    kind: hashable ? 'tuple' : 'unhashable',
    end: at + close.length,
  }
}

function isEnd(source: string, at: number, close: string): boolean {
  if (close === '') return at >= source.length || source.charAt(at) === '#'
  if (at >= source.length) throw NOT_A_LITERAL
  return source.charAt(at) === close
}

function parseItem(reader: Reader, at: number, depth: number): Parsed {
  const { source } = reader
  if (depth > MAX_DEPTH) throw NOT_A_LITERAL
  const char = source.charAt(at)
  if (char === '+' || char === '-') return parseSigned(reader, at, depth)
  if (char === '(') return parseList(reader, at + 1, ')', depth + 1)
  if (char === '[') return parseSquare(reader, at, depth)
  if (char === '{') return parseCurly(reader, at, depth)
  return parseWord(source, at) ?? parseNumber(source, at) ?? parseTexts(source, at)
}

function parseSigned(reader: Reader, at: number, depth: number): Parsed {
  const { source } = reader
  const operand = parseItem(reader, skip(source, at + 1), depth + 1)
  if (operand.kind !== 'number') throw NOT_A_LITERAL
  // A second sign is an expression, not a number: `--3` stays text.
  const sign = source.charAt(at)
  return { ...operand, kind: 'plain', value: sign === '-' ? negate(operand.value) : operand.value }
}

function negate(value: Value): Value {
  if (value instanceof Float) return new Float(-value.value)
  if (typeof value === 'bigint') return -value
  // Python's integers have no negative zero.
  return typeof value === 'number' && value !== 0 ? -value : value
}

function parseSquare(reader: Reader, at: number, depth: number): Parsed {
  const { source } = reader
  const open = skip(source, at + 1)
  if (source.charAt(open) === ']') return { value: [], kind: 'unhashable', end: open + 1 }
  const items = elements(reader, open, ']', depth)
  return { value: items.values.map((item) => item.value), kind: 'unhashable', end: items.end }
}

/** At least one element, with commas between them and perhaps one after the last. */
function elements(
  reader: Reader,
  start: number,
  close: string,
  depth: number,
): { values: Parsed[]; end: number } {
  const { source } = reader
  const values: Parsed[] = []
  let at = start
  for (;;) {
    const item = parseItem(reader, at, depth + 1)
    values.push(item)
    at = skip(source, item.end)
    const comma = source.charAt(at) === ','
    if (comma) at = skip(source, at + 1)
    if (source.charAt(at) === close) return { values, end: at + 1 }
    if (!comma) throw NOT_A_LITERAL
  }
}

function parseCurly(reader: Reader, at: number, depth: number): Parsed {
  const { source } = reader
  const open = skip(source, at + 1)
  if (source.charAt(open) === '}') return { value: new Map(), kind: 'unhashable', end: open + 1 }
  const first = parseItem(reader, open, depth + 1)
  if (source.charAt(skip(source, first.end)) === ':') return parseDict(reader, open, depth)
  const { values, end } = elements(reader, open, '}', depth)
  for (const item of values) requireHashable(item, reader)
  return { value: unique(values.map((item) => item.value)), kind: 'unhashable', end }
}

function parseDict(reader: Reader, start: number, depth: number): Parsed {
  const { source } = reader
  const pairs: [Parsed, Value][] = []
  let at = start
  for (;;) {
    const key = parseItem(reader, at, depth + 1)
    const colon = skip(source, key.end)
    if (source.charAt(colon) !== ':') throw NOT_A_LITERAL
    const item = parseItem(reader, skip(source, colon + 1), depth + 1)
    pairs.push([key, item.value])
    at = skip(source, item.end)
    const comma = source.charAt(at) === ','
    if (comma) at = skip(source, at + 1)
    if (source.charAt(at) === '}') break
    if (!comma) throw NOT_A_LITERAL
  }
  return { value: toDict(pairs, reader), kind: 'unhashable', end: at + 1 }
}

/** In Python 1, 1.0 and True are one key: the first spelling stays, the last value counts. */
function toDict(pairs: [Parsed, Value][], reader: Reader): Value {
  const dict = new Map<Key, Value>()
  const spelled = new Map<Key, Key>()
  for (const [parsed, item] of pairs) {
    const key = toKey(parsed, reader)
    const same = typeof key === 'boolean' ? Number(key) : key
    if (!spelled.has(same)) spelled.set(same, key)
    dict.set(spelled.get(same) ?? key, item)
  }
  return dict
}

function toKey(key: Parsed, reader: Reader): Key {
  requireHashable(key, reader)
  const { value } = key
  if (value instanceof Float) return value.value
  if (!Array.isArray(value) && !(value instanceof Map)) return value
  reader.problems.push('a list or tuple as the key of a dict')
  return null
}

function requireHashable(item: Parsed, reader: Reader): void {
  if (item.kind !== 'unhashable') return
  const what = Array.isArray(item.value) ? 'a list or set' : 'a dict'
  reader.problems.push(`${what} within a set, or as the key of a dict`)
}

function unique(values: Value[]): Value[] {
  const seen = new Map(values.map((value): [string, Value] => [identity(value), value]))
  return [...seen.values()]
}

function identity(value: Value): string {
  if (Array.isArray(value)) return `(${value.map(identity).join()})`
  if (value instanceof Float) return `number ${value.value}`
  if (typeof value === 'string') return JSON.stringify(value)
  return value instanceof Map ? 'dict' : `${typeof value} ${String(value)}`
}
