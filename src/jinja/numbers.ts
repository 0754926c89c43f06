import { Float, float } from '../value.ts'
import { Mistake } from './mistakes.ts'
import type { Item } from './things.ts'
import { integer } from './words.ts'

export type Num = number | bigint | Float

/** The item as a number, if Python counts it as one (booleans are 0 and 1). */
export function asNumber(item: Item): Num | undefined {
  if (typeof item === 'number' || typeof item === 'bigint' || item instanceof Float) return item
  return typeof item === 'boolean' ? Number(item) : undefined
}

export function isFloat(value: Item): value is number | Float {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))
}

export function isInt(value: Item): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
}

/** The number as JavaScript's, exact or not. */
export function plain(value: Num): number {
  return value instanceof Float ? value.value : Number(value)
}

const INT: Record<string, (a: bigint, b: bigint) => bigint> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '//': floorDivide,
  '%': (a, b) => a - b * floorDivide(a, b),
}
const REAL: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': floatFloorDivide,
  '%': floatModulo,
}

/** Python's arithmetic on two numbers. */
export function arithmetic(operator: string, left: Num, right: Num): Num {
  if (operator === '**') return power(left, right)
  const divides = operator === '/' || operator === '//' || operator === '%'
  if (divides && plain(right) === 0) throw new Mistake('division by zero')
  const real = REAL[operator]
  const int = INT[operator]
  if (!real) throw new Mistake(`unknown operator ${operator}`)
  if (!int || isFloat(left) || isFloat(right)) return float(real(plain(left), plain(right)))
  if (typeof left === 'number' && typeof right === 'number' && operator !== '//') {
    const quick = real(left, right)
    if (Number.isSafeInteger(quick)) return quick === 0 ? 0 : quick
  }
  return integer(int(BigInt(whole(left)), BigInt(whole(right))))
}

function whole(value: Num): number | bigint {
  return value instanceof Float ? value.value : value
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

function floatModulo(a: number, b: number): number {
  const rest = a % b
  if (rest === 0) return b < 0 ? -0 : 0
  return rest < 0 !== b < 0 ? rest + b : rest
}

/** Not the floor of the quotient: 1 // 0.1 is 9, as 0.1 is a little more than a tenth. */
function floatFloorDivide(a: number, b: number): number {
  const rest = a % b
  const quotient = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0)
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

function power(base: Num, exponent: Num): Num {
  if (isFloat(base) || isFloat(exponent) || plain(exponent) < 0) {
    if (plain(base) === 0 && plain(exponent) < 0) throw new Mistake('0 cannot be raised to a negative power')
    const result = realPower(plain(base), plain(exponent))
    if (Number.isNaN(result) && !Number.isNaN(plain(base))) throw new Mistake('the power is a complex number')
    return float(result)
  }
  const bits = Math.log2(Math.abs(plain(base)) + 1) * plain(exponent)
  if (bits > 100_000) throw new Mistake('the power is too large', { code: 'template-limit' })
  return integer(BigInt(whole(base)) ** BigInt(whole(exponent)))
}

/** JavaScript's own power is not exact to the last digit even where both are whole numbers. */
export function realPower(base: number, exponent: number): number {
  const small = Number.isSafeInteger(base) && Number.isInteger(exponent) && exponent >= 0 && exponent <= 64
  return small ? Number(BigInt(base) ** BigInt(exponent)) : base ** exponent
}

/** Python's rounding: half to even for ints and for the exact binary value of floats. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

/** The number with this many decimals; a tie goes to the even digit, where toFixed would round up. */
export function fixed(value: number, places: number): string {
  if (Math.abs(value) >= 1e21) {
    const whole = BigInt(value).toString()
    return places > 0 ? `${whole}.${'0'.repeat(places)}` : whole
  }
  const rounded = value.toFixed(places)
  const longer = value.toFixed(Math.min(100, places + 30))
  const cut = longer.length - (Math.min(100, places + 30) - places)
  const tail = longer.slice(cut).replace('.', '')
  if (!/^50*$/.test(tail)) return rounded
  const kept = places === 0 ? longer.slice(0, cut - 1) : longer.slice(0, cut)
  const last = kept.at(-1) ?? '0'
  return Number(last) % 2 === 0 ? kept : rounded
}
