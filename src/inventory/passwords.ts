import type { Value } from '../value.ts'
import { Float } from '../value.ts'

const PASSWORD = /(?:^|_)(?:pass|passwd|password|passphrase)$/

/** Whether a variable of this name holds a password. */
export function isPassword(name: string): boolean {
  return PASSWORD.test(name)
}

/** Python's str() of a scalar; undefined for null, lists and dicts. */
export function pythonText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Float) return floatText(value.value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value)
  return undefined
}

/** Python writes an exponent from 1e16 on and below 1e-4, with two digits at least. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan')
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2')
  }
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('.') ? text : `${text}.0`
}
