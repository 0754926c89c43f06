import { characterCount, characters } from './characters.ts'
import { typeName } from './compare.ts'
import { codePoint, real } from './format-spec.ts'
import { Float } from '../value.ts'
import { Mistake } from './mistakes.ts'
import { asNumber, isFloat, type Num, plain } from './numbers.ts'
import { repr, str } from './print.ts'
import type { Runtime } from './runtime.ts'
import { type Item, Tuple } from './things.ts'
import { defined } from './undefined.ts'

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?([hlL])?([^])?/gu

interface Directive {
  flags: string
  width: number
  precision: number | undefined
  type: string
}

/** Python's `text % values`. */
export function percent(text: string, values: Item, runtime: Runtime): string {
  const queue = values instanceof Tuple ? [...values] : [values]
  let used = 0
  let named = false
  const next = (): Item => {
    const item = queue[used]
    if (item === undefined) throw new Mistake('not enough arguments for format string')
    used += 1
    return item
  }
  const out = text.replaceAll(
    DIRECTIVE,
    (all, key?: string, flags = '', width?: string, precision?: string, ...more: (string | undefined)[]) => {
      const type = more[1]
      if (type === undefined) throw new Mistake('incomplete format')
      if (all === '%%') return '%'
      const starWidth = width === '*' ? starred(next()) : Number(width ?? 0)
      const hasPrecision = /\.(?:\*|\d*)[hlL]?[^]$/u.test(all)
      const starPrecision = precision === '*' ? starred(next()) : Number(precision ?? 0)
      const directive = { flags, width: starWidth, precision: hasPrecision ? starPrecision : undefined, type }
      runtime.size(Math.max(Math.abs(starWidth), starPrecision))
      if (key === undefined) return one(next(), directive)
      named = true
      // What is read by names is used up: nothing is left for directives without one.
      used = queue.length
      return one(member(values, key), directive)
    },
  )
  const unused = used < queue.length && !named && !(values instanceof Map) && !isPlainList(values)
  if (unused) throw new Mistake('not all arguments converted during string formatting')
  return out
}

/** What a star takes its width or precision from. */
function starred(item: Item): number {
  const number = asNumber(defined(item))
  if (number === undefined || isFloat(number)) throw new Mistake('* wants int')
  return Number(number)
}

/** Anything that could be subscripted may go unused, as in Python. */
function isPlainList(values: Item): boolean {
  return Array.isArray(values) && !(values instanceof Tuple)
}

function member(values: Item, key: string): Item {
  if (!(values instanceof Map)) throw new Mistake('format requires a mapping')
  const item = values.get(key)
  if (item === undefined) throw new Mistake(`the dict has no '${key}'`)
  return item
}

function one(item: Item, directive: Directive): string {
  const { type, precision } = directive
  if (type === 's' || type === 'r' || type === 'a') {
    const text = type === 's' ? str(item) : repr(item)
    return pad(
      '',
      precision === undefined ? text : characters(text).slice(0, precision).join(''),
      directive,
      false,
    )
  }
  if (type === 'c') return pad('', character(item), directive, false)
  if (!'diuoxXeEfFgG'.includes(type)) throw new Mistake(`unsupported format character '${type}'`)
  const number = asNumber(defined(item))
  if (number === undefined) {
    const kind = 'oxX'.includes(type) ? 'an integer' : 'a real number'
    throw new Mistake(`%${type} format: ${kind} is required, not ${typeName(item)}`)
  }
  const isReal = 'eEfFgG'.includes(type)
  const negative = plain(number) < 0 || (isReal && Object.is(plain(number), -0))
  const sign = negative ? '-' : directive.flags.includes('+') ? '+' : directive.flags.includes(' ') ? ' ' : ''
  const [prefix, digits] = body(number, directive)
  return pad(sign + prefix, digits, directive, true)
}

function character(item: Item): string {
  if (typeof item === 'string' && characterCount(item) === 1) return item
  const number = asNumber(item)
  if (number === undefined || isFloat(number)) throw new Mistake('%c requires int or char')
  return codePoint(number)
}

const BASES: Record<string, [number, string]> = { o: [8, '0o'], x: [16, '0x'], X: [16, '0X'] }

function body(number: Num, { type, precision, flags }: Directive): [string, string] {
  if ('eEfFgG'.includes(type))
    return ['', real(Math.abs(plain(number)), type, precision, flags.includes('#'))]
  const base = BASES[type]
  if (base && isFloat(number)) throw new Mistake(`%${type} format: an integer is required, not float`)
  const value = BigInt(number instanceof Float || isFloat(number) ? truncated(plain(number)) : number)
  const text = (value < 0n ? -value : value).toString(base?.[0] ?? 10).padStart(precision ?? 0, '0')
  const prefix = base && flags.includes('#') ? base[1] : ''
  return [prefix, type === 'X' ? text.toUpperCase() : text]
}

function truncated(value: number): number {
  if (Number.isFinite(value)) return Math.trunc(value)
  throw new Mistake(`cannot convert float ${Number.isNaN(value) ? 'NaN' : 'infinity'} to integer`)
}

function pad(head: string, text: string, { flags, width }: Directive, numeric: boolean): string {
  const gap = Math.max(0, Math.abs(width) - characterCount(head + text))
  if (flags.includes('-') || width < 0) return head + text + ' '.repeat(gap)
  if (numeric && flags.includes('0')) return head + '0'.repeat(gap) + text
  return ' '.repeat(gap) + head + text
}
