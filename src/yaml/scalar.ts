import { float } from '../value.ts'
import type { ScalarValue } from './node.ts'

// The types of plain scalars are PyYAML's reading of YAML 1.1, which is what playbooks are written for:
// `on` is a boolean but `y` is not, 0644 is octal, 1:30 is sexagesimal, 1e3 lacks the dot and sign of a float.
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/
const NULL = /^(?:~|null|Null|NULL|)$/
const INT = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NAN = /^\.(?:nan|NaN|NAN)$/
const JSON_NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/

/** The value of a plain scalar. Dates stay text: templates show them as they are written. */
export function plainScalar(text: string): ScalarValue {
  if (NULL.test(text)) return null
  // Most scalars are words; nothing below starts with another character.
  if (!/^[-+.0-9yYnNtTfFoO]/.test(text)) return text
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  if (FLOAT.test(text)) return toFloat(text)
  if (INT.test(text)) return toInt(text) ?? text
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (NAN.test(text)) return NaN
  return text
}

/** The value of an unquoted word in a JSON text. */
export function jsonScalar(text: string): ScalarValue {
  if (text === 'null') return null
  if (text === 'true' || text === 'false') return text === 'true'
  const match = JSON_NUMBER.exec(text)
  if (!match) return text
  const isFloat = match[1] !== undefined || match[2] !== undefined
  return isFloat ? float(Number(text)) : smallest(BigInt(text))
}

/** A number while it is exact, else a bigint: Python's integers have no upper limit. */
export function smallest(value: bigint): number | bigint {
  const asNumber = Number(value)
  return Number.isSafeInteger(asNumber) ? asNumber : value
}

/** The integer of a text that matches INT; undefined for those without digits, such as `0x_`. */
export function toInt(text: string): number | bigint | undefined {
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '')
  const size = magnitude(digits)
  if (size === undefined) return undefined
  return smallest(negative ? -size : size)
}

function magnitude(digits: string): bigint | undefined {
  if (/^0[bx]$/.test(digits)) return undefined
  if (/^0[bx]/.test(digits)) return BigInt(digits)
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`)
  if (digits.includes(':')) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
  return BigInt(digits)
}

function toFloat(text: string): ScalarValue {
  const negative = text.startsWith('-')
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '')
  const size = digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return float(negative ? -size : size)
}
