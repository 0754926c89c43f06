import { Float } from '../value.ts'
import { spend } from './budget.ts'
import { type Item, Opaque, Tuple } from './things.ts'

/** Python's str() of a value. Undefined things raise. */
export function str(item: Item): string {
  return typeof item === 'string' ? item : repr(item)
}

/** Python's repr() of a value. */
export function repr(item: Item): string {
  spend()
  if (item === null) return 'None'
  if (typeof item === 'string') return quoted(item)
  if (typeof item === 'boolean') return item ? 'True' : 'False'
  if (typeof item === 'bigint') return item.toString()
  if (typeof item === 'number') return Number.isInteger(item) ? intText(item) : floatText(item)
  if (item instanceof Float) return floatText(item.value)
  if (item instanceof Opaque) return opaque(item)
  if (item instanceof Tuple) return item.length === 1 ? `(${inner(item)},)` : `(${inner(item)})`
  if (Array.isArray(item)) return `[${inner(item)}]`
  return `{${[...item].map(([key, value]) => `${repr(key)}: ${repr(value)}`).join(', ')}}`
}

function inner(items: Item[]): string {
  return items.map(repr).join(', ')
}

function opaque(item: Opaque): string {
  if (item.typeName.startsWith('dict_')) return `${item.typeName}([${inner([...(item.elements() ?? [])])}])`
  return item.repr()
}

function intText(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString()
}

/** The shortest text that reads back as the same float, in Python's notation. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const fixed = exponent < 0 ? value.toFixed(Math.max(0, digits(mantissa) - exponent - 1)) : String(value)
  return fixed.includes('.') ? fixed : `${fixed}.0`
}

function digits(mantissa: string): number {
  return mantissa.replaceAll(/[-.]/g, '').length
}

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

// What Python calls unprintable: controls, formats, surrogates, unassigned, and separators but the space.
const UNPRINTABLE = /[\\\n\r\t]|(?! )[\p{C}\p{Z}]/gu

/** A Python string literal: single quotes unless the text has them and no double ones. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replaceAll(UNPRINTABLE, (char) => ESCAPES.get(char) ?? hex(char.codePointAt(0) ?? 0))
  return quote + (quote === "'" ? body.replaceAll("'", String.raw`\'`) : body) + quote
}

function hex(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xff_ff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
