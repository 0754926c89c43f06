import type { Value } from '../value.ts'
import { float } from '../value.ts'
import { smallest } from '../yaml/scalar.ts'
import { NOT_A_LITERAL, readText } from './literal-text.ts'

export interface Parsed {
  value: Value
  kind: 'number' | 'plain' | 'tuple' | 'unhashable'
  end: number
}

const FLOAT =
  /(?:(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|[0-9](?:_?[0-9])*\.)(?:[eE][-+]?[0-9](?:_?[0-9])*)?|[0-9](?:_?[0-9])*[eE][-+]?[0-9](?:_?[0-9])*/y
const INT = /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?[0-9])*|0(?:_?0)*/y
const WORD = /True|False|None|set[ \t\f]*\([ \t\f]*\)/y
const WORDS: Record<string, Value> = { True: true, False: false, None: null }
const AFTER_TOKEN = /[\p{L}\p{N}_.]/u
// Python refuses to convert longer decimal numbers.
const MAX_DIGITS = 4300

/** True, False, None or the empty set; undefined if none starts here. */
export function parseWord(source: string, at: number): Parsed | undefined {
  WORD.lastIndex = at
  const word = WORD.exec(source)?.[0]
  if (word === undefined) return undefined
  const end = at + word.length
  if (word.startsWith('set')) return { value: [], kind: 'unhashable', end }
  refuseAfter(source, end)
  return { value: WORDS[word] ?? null, kind: 'plain', end }
}

/** An integer or a float without sign; undefined if none starts here. */
export function parseNumber(source: string, at: number): Parsed | undefined {
  FLOAT.lastIndex = at
  INT.lastIndex = at
  const asFloat = FLOAT.exec(source)?.[0]
  const asInt = INT.exec(source)?.[0]
  const token = asFloat ?? asInt
  if (token === undefined) return undefined
  const end = at + token.length
  refuseAfter(source, end)
  const digits = token.replaceAll('_', '')
  if (asFloat !== undefined) return { value: float(Number(digits)), kind: 'number', end }
  if (/^[0-9]+$/.test(digits) && digits.length > MAX_DIGITS) throw NOT_A_LITERAL
  return { value: smallest(BigInt(digits)), kind: 'number', end }
}

/** A token that runs into a letter or dot is no literal: 1L, 10.0.0.1, Nonesuch. */
function refuseAfter(source: string, end: number): void {
  const point = source.codePointAt(end)
  if (point !== undefined && AFTER_TOKEN.test(String.fromCodePoint(point))) throw NOT_A_LITERAL
}

/** One text or several side by side, which join. */
export function parseTexts(source: string, at: number): Parsed {
  const first = readText(source, at)
  if (!first) throw NOT_A_LITERAL
  let value = first.text
  let { end } = first
  for (let next = readText(source, skip(source, end)); next; next = readText(source, skip(source, end))) {
    if (next.bytes !== first.bytes) throw NOT_A_LITERAL
    value += next.text
    end = next.end
  }
  refuseAfter(source, end)
  return { value, kind: 'plain', end }
}

/** The offset of the next character that is no blank. */
export function skip(source: string, from: number): number {
  let at = from
  while (at < source.length && ' \t\f'.includes(source.charAt(at))) at += 1
  return at
}
