import { type Float, float } from '../value.ts'
import { Mistake } from './mistakes.ts'

const SIMPLE = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])

const ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g

/** Resolves Python's backslash escapes; one that Python does not know stays as it is. */
export function unescape(body: string, at: number): string {
  if (!body.includes('\\')) return body
  return body.replaceAll(
    ESCAPE,
    (all: string, octal?: string, x?: string, u?: string, U?: string, char?: string) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
      const hex = x ?? u ?? U
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16), at)
      const simple = SIMPLE.get(char ?? '')
      if (simple !== undefined) return simple
      if (char !== undefined && 'xuUN'.includes(char)) {
        throw new Mistake(`the escape \\${char} is incomplete`, { code: 'template-syntax', at })
      }
      return all
    },
  )
}

function codePoint(code: number, at: number): string {
  if (code <= 0x10_ff_ff) return String.fromCodePoint(code)
  throw new Mistake('the escape is no Unicode character', { code: 'template-syntax', at })
}

/** The value of a number literal: Python's int (of any size) or float. */
export function readNumber(text: string): number | bigint | Float {
  const digits = text.replaceAll('_', '')
  if (/^\d+$|^0[box]/i.test(digits)) return integer(BigInt(digits))
  return float(Number(digits))
}

/** An int as small as it can be kept: a number where that is exact. */
export function integer(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}
