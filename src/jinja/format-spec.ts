import { characterCount, characters } from './characters.ts'
import { Mistake } from './mistakes.ts'
import { asNumber, fixed, isFloat, type Num, plain } from './numbers.ts'
import { floatText, str } from './print.ts'
import type { Runtime } from './runtime.ts'
import { typeName } from './compare.ts'
import type { Item } from './things.ts'
import { Float } from '../value.ts'

const SPEC = /^(?:([^])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([_,])?(?:\.(\d+))?([a-zA-Z%])?$/u

interface Spec {
  fill: string
  align: string | undefined
  sign: string | undefined
  noNegativeZero: boolean
  alternate: boolean
  width: number
  grouping: string | undefined
  precision: number | undefined
  type: string | undefined
}

/** Python's format(value, spec). */
export function formatSpec(item: Item, spec: string, runtime: Runtime): string {
  if (spec === '') return str(item)
  const parsed = parse(spec)
  runtime.size(Math.max(parsed.width, parsed.precision ?? 0))
  const number = asNumber(item)
  if (number === undefined) return formatText(item, parsed)
  return formatNumber(number, parsed)
}

function parse(spec: string): Spec {
  const found = SPEC.exec(spec)
  if (!found) throw new Mistake(`invalid format specifier '${spec}'`)
  const [, fill, align, sign, noNegativeZero, alternate, zero, width, grouping, precision, type] = found
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? undefined : '='),
    sign,
    noNegativeZero: noNegativeZero !== undefined,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  }
}

function formatText(item: Item, spec: Spec): string {
  if (typeof item !== 'string') {
    throw new Mistake(`unsupported format string passed to ${typeName(item)}`)
  }
  if (spec.type !== undefined && spec.type !== 's') {
    throw new Mistake(`unknown format code '${spec.type}' for object of type '${typeName(item)}'`)
  }
  if (spec.sign !== undefined) throw new Mistake('a sign is not allowed for a string')
  if (spec.alternate) throw new Mistake("the alternate form '#' is not allowed for a string")
  if (spec.grouping !== undefined) throw new Mistake(`'${spec.grouping}' cannot be used with a string`)
  const letters = characters(item)
  const body = spec.precision === undefined ? letters : letters.slice(0, spec.precision)
  return align(body.join(''), spec, spec.align === '=' ? '<' : (spec.align ?? '<'))
}

function formatNumber(number: Num, spec: Spec): string {
  const [prefix, body] = digits(number, spec)
  const isZero = spec.noNegativeZero && /^[0.%]*(?:e|$)/.test(body)
  const negative = !isZero && (plain(number) < 0 || Object.is(plain(number), -0))
  const sign = negative ? '-' : spec.sign === undefined || spec.sign === '-' ? '' : spec.sign
  const grouped = group(body, spec)
  if (spec.align === '=') {
    const gap = spec.width - sign.length - prefix.length - characterCount(grouped)
    return sign + prefix + spec.fill.repeat(Math.max(0, gap)) + grouped
  }
  return align(sign + prefix + grouped, spec, spec.align ?? '>')
}

function digits(number: Num, spec: Spec): [string, string] {
  const type = spec.type ?? (isFloat(number) ? (spec.precision === undefined ? 'r' : 'g') : 'd')
  const bases: Record<string, [number, string]> = { b: [2, '0b'], o: [8, '0o'], x: [16, '0x'], X: [16, '0X'] }
  const base = bases[type]
  if (type === 'd' || (type === 'n' && !isFloat(number)) || type === 'c' || base) {
    if (isFloat(number)) throw new Mistake(`unknown format code '${type}' for object of type 'float'`)
    if (spec.precision !== undefined) throw new Mistake('a precision is not allowed for an integer')
    if (spec.noNegativeZero) throw new Mistake("'z' is not allowed for an integer")
    if (type === 'c') return ['', codePoint(number)]
    const text = absolute(number).toString(base?.[0] ?? 10)
    return [spec.alternate && base ? base[1] : '', type === 'X' ? text.toUpperCase() : text]
  }
  return ['', real(Math.abs(plain(number)), type, spec.precision, spec.alternate)]
}

/** The character of this number. */
export function codePoint(number: number | bigint): string {
  if (number < 0 || number > 0x10_ff_ff) throw new Mistake('there is no character of this number')
  return String.fromCodePoint(Number(number))
}

function absolute(number: Num): bigint {
  const value = BigInt(number instanceof Float ? number.value : number)
  return value < 0n ? -value : value
}

/** A float without its sign in one of the notations e f g % (r: as repr prints it). */
export function real(value: number, type: string, precision: number | undefined, alternate = false): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : 'inf'
  const places = precision ?? 6
  if (places > 100) throw new Mistake('the precision is too large')
  switch (type) {
    case 'r':
      return floatText(value)
    case 'f':
    case 'F':
      return fixed(value, places) + (alternate && places === 0 ? '.' : '')
    case '%':
      return `${fixed(value * 100, places)}%`
    case 'e':
    case 'E':
      return cased(exponential(value, places), type)
    case 'n':
    case 'g':
    case 'G':
      return cased(general(value, places === 0 ? 1 : places, alternate), type)
    default:
      throw new Mistake(`unknown format code '${type}' for object of type 'float'`)
  }
}

function cased(text: string, type: string): string {
  return type === type.toUpperCase() ? text.toUpperCase() : text
}

function exponential(value: number, places: number): string {
  return value.toExponential(places).replace(/e([-+])(\d)$/, 'e$10$2')
}

function general(value: number, precision: number, alternate: boolean): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(precision - 1).split('e')[1])
  const scientific = exponent < -4 || exponent >= precision
  const text = scientific ? exponential(value, precision - 1) : value.toFixed(precision - 1 - exponent)
  if (alternate || !text.includes('.')) return text
  return text.replace(/\.?0+(?=e|$)/, '')
}

function group(body: string, spec: Spec): string {
  if (spec.grouping === undefined) return body
  const [, whole = '', rest = ''] = /^([\da-fA-F]*)(.*)$/s.exec(body) ?? []
  const every = spec.type !== undefined && 'boxX'.includes(spec.type) ? 4 : 3
  const pattern = new RegExp(`\\B(?=(?:[\\da-fA-F]{${every}})+$)`, 'g')
  return whole.replaceAll(pattern, spec.grouping) + rest
}

function align(text: string, spec: Spec, how: string): string {
  const gap = Math.max(0, spec.width - characterCount(text))
  if (how === '<') return text + spec.fill.repeat(gap)
  if (how === '>') return spec.fill.repeat(gap) + text
  const left = Math.floor(gap / 2)
  return spec.fill.repeat(left) + text + spec.fill.repeat(gap - left)
}
