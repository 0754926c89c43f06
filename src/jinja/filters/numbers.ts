import { float, Float } from '../../value.ts'
import { intArgument, numberArgument, REQUIRED } from '../arguments.ts'
import { truthy, typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { arithmetic, asNumber, fixed, isFloat, isInt, plain, realPower } from '../numbers.ts'
import { str } from '../print.ts'
import type { Item } from '../things.ts'
import { integer } from '../words.ts'
import { filter, type Filters } from './define.ts'
import { humanReadable, humanToBytes } from './sizes.ts'

/** Filters that make or change numbers. */
export const numbers: Filters = {
  int: filter({ default: 0, base: 10 }, (value, args) =>
    toInt(value, args.default, intArgument(args.base, 'base')),
  ),
  float: filter({ default: new Float(0) }, (value, args) => toFloat(value) ?? args.default),
  abs: filter({}, (value) => {
    const number = asNumber(value)
    if (number === undefined) throw new Mistake(`bad operand type for abs(): '${typeName(value)}'`)
    return plain(number) < 0 || Object.is(plain(number), -0) ? arithmetic('*', number, -1) : number
  }),
  round: filter({ precision: 0, method: 'common' }, round),
  log: filter({ base: Math.E }, (value, { base }) => {
    const x = numberArgument(value, 'the value')
    const b = numberArgument(base, 'base')
    if (x <= 0) throw new Mistake('math domain error')
    if (b === 10) return float(Math.log10(x))
    if (b <= 0) throw new Mistake('math domain error')
    if (b === 1) throw new Mistake('division by zero')
    return float(b === Math.E ? Math.log(x) : Math.log(x) / Math.log(b))
  }),
  pow: filter({ y: REQUIRED }, (value, { y }) => {
    const result = realPower(numberArgument(value, 'the value'), numberArgument(y, 'y'))
    if (Number.isNaN(result) && !Number.isNaN(value)) throw new Mistake('math domain error')
    return float(result)
  }),
  root: filter({ base: 2 }, (value, { base }) => {
    const x = numberArgument(value, 'the value')
    const b = numberArgument(base, 'base')
    const result = b === 2 ? Math.sqrt(x) : x ** (1 / b)
    if (Number.isNaN(result)) throw new Mistake('math domain error')
    return float(result)
  }),
  human_readable: filter({ isbits: false, unit: null }, (value, { isbits, unit }) =>
    humanReadable(value, truthy(isbits), unit === null ? undefined : str(unit)),
  ),
  human_to_bytes: filter({ default_unit: null, isbits: false }, (value, { default_unit, isbits }) =>
    humanToBytes(str(value), default_unit === null ? undefined : str(default_unit), truthy(isbits)),
  ),
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Python's int(text, base), or undefined for a text that is no integer. */
export function parseInteger(text: string, base: number): number | bigint | undefined {
  const found = /^\s*([-+]?)(?:(0[xX])|(0[oO])|(0[bB]))?(_?[\da-zA-Z]+(?:_[\da-zA-Z]+)*)\s*$/.exec(text)
  if (!found) return undefined
  const [, sign, x, o, b, body = ''] = found
  const prefix = x === undefined ? (o === undefined ? (b === undefined ? 0 : 2) : 8) : 16
  // In base 16 a leading 0b is two digits; everywhere else a prefix must fit the base.
  if (prefix !== 0 && base !== 0 && prefix !== base)
    return base > 11
      ? parseDigits(`0${'xob'[[16, 8, 2].indexOf(prefix)] ?? ''}${body}`, base, sign)
      : undefined
  if (prefix === 0 && body.startsWith('_')) return undefined
  if (base === 0 && prefix === 0 && /^0[\d_]*[1-9]/.test(body)) return undefined
  return parseDigits(body, prefix === 0 ? base || 10 : prefix, sign)
}

function parseDigits(body: string, base: number, sign: string | undefined): number | bigint | undefined {
  let value = 0n
  // As in Python: turning longer texts into numbers takes too long.
  if (body.length > 4300 && (base & (base - 1)) !== 0) return undefined
  for (const char of body.toLowerCase().replaceAll('_', '')) {
    const digit = DIGITS.indexOf(char)
    if (digit < 0 || digit >= base) return undefined
    value = value * BigInt(base) + BigInt(digit)
  }
  return integer(sign === '-' ? -value : value)
}

/** Python's float(…), or undefined for what is no number. */
export function toFloat(value: Item): number | Float | undefined {
  const number = asNumber(value)
  if (number !== undefined) return float(plain(number))
  if (typeof value !== 'string') return undefined
  const text = value.trim().toLowerCase()
  if (/^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/.test(text)) {
    return float(Number(text.replaceAll('_', '')))
  }
  const special = /^([-+]?)(inf|infinity|nan)$/.exec(text)
  if (!special) return undefined
  if (special[2] === 'nan') return Number.NaN
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

function toInt(value: Item, fallback: Item, base: number): Item {
  if (typeof value === 'string') {
    const whole = parseInteger(value, base)
    if (whole !== undefined) return whole
  }
  const number = toFloat(value)
  if (number === undefined || Number.isNaN(number)) return fallback
  const exact = asNumber(value)
  if (exact !== undefined && isInt(exact)) return exact
  const real = plain(number)
  if (!Number.isFinite(real)) throw new Mistake('cannot convert float infinity to integer')
  return integer(BigInt(Math.trunc(real)))
}

function round(value: Item, args: { precision: Item; method: Item }): Item {
  const number = asNumber(value)
  if (number === undefined) throw new Mistake(`type ${typeName(value)} cannot be rounded`)
  const precision = intArgument(args.precision, 'precision')
  const method = str(args.method)
  if (method === 'common') {
    if (!isFloat(number)) return precision >= 0 ? number : roundInt(number, -precision)
    return float(roundFloat(plain(number), precision))
  }
  if (method !== 'ceil' && method !== 'floor') throw new Mistake('method must be common, ceil or floor')
  const scale = 10 ** precision
  // Python rounds to an integer, which has no -0.
  return float((Math[method](plain(number) * scale) + 0) / scale)
}

function roundFloat(value: number, precision: number): number {
  if (!Number.isFinite(value) || value === 0) return value
  if (precision >= 0) return Number(fixed(value, Math.min(precision, 70)))
  const scale = 10 ** -precision
  return Number(fixed(value / scale, 0)) * scale
}

function roundInt(value: Item, zeros: number): Item {
  const exact = BigInt(str(value))
  // More zeros than it has digits make it nothing, however many more there are.
  const scale = 10n ** BigInt(Math.min(zeros, String(exact).length + 1))
  const down = (exact / scale) * scale - (exact % scale < 0n ? scale : 0n)
  const rest = exact - down
  const isOdd = (down / scale) % 2n !== 0n
  return integer(rest * 2n > scale || (rest * 2n === scale && isOdd) ? down + scale : down)
}
