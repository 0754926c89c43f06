import type { BinaryOperator, CompareOperator } from './ast.ts'
import { contains, equals, length, order, typeName } from './compare.ts'
import { percent } from './format-percent.ts'
import { Mistake } from './mistakes.ts'
import { arithmetic, asNumber, isInt } from './numbers.ts'
import type { Runtime } from './runtime.ts'
import { type Item, Opaque, Tuple, tuple } from './things.ts'
import { defined } from './undefined.ts'

/** Python's binary operators. */
export function operate(operator: BinaryOperator, left: Item, right: Item, runtime: Runtime): Item {
  defined(left)
  defined(right)
  if (operator === '%' && typeof left === 'string') return percent(left, right, runtime)
  const [a, b] = [asNumber(left), asNumber(right)]
  if (a !== undefined && b !== undefined) return arithmetic(operator, a, b)
  if (operator === '+') {
    const sum = join(left, right, runtime)
    if (sum !== undefined) return sum
  }
  if (operator === '*') {
    const product = repeat(left, right, runtime) ?? repeat(right, left, runtime)
    if (product !== undefined) return product
  }
  const own = left instanceof Opaque ? left.operate(operator, right) : undefined
  if (own !== undefined) return own
  throw unsupported(operator, left, right)
}

function unsupported(operator: string, left: Item, right: Item): Mistake {
  const types = `'${typeName(left)}' and '${typeName(right)}'`
  const text = typeof left === 'string' || typeof right === 'string'
  const number = asNumber(left) !== undefined || asNumber(right) !== undefined
  const hint =
    text && number ? 'Text does not count as a number: add | int, or join texts with ~.' : undefined
  return new Mistake(`unsupported operand types for ${operator}: ${types}`, { hint })
}

function join(left: Item, right: Item, runtime: Runtime): Item | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    runtime.size(left.length + right.length)
    return left + right
  }
  if (!Array.isArray(left) || !Array.isArray(right)) return undefined
  if (left instanceof Tuple !== right instanceof Tuple) return undefined
  runtime.size(left.length + right.length)
  return left instanceof Tuple ? tuple([...left, ...right]) : [...left, ...right]
}

function repeat(sequence: Item, times: Item, runtime: Runtime): Item | undefined {
  const count = asNumber(times)
  if (count === undefined || !isInt(count)) return undefined
  if (typeof sequence !== 'string' && !Array.isArray(sequence)) return undefined
  const many = Math.max(0, Number(count))
  // An element of a list takes more room than a character.
  runtime.size(length(sequence) * many * (typeof sequence === 'string' ? 1 : 10))
  if (typeof sequence === 'string') return sequence.repeat(many)
  const items = Array.from<Item[]>({ length: many }).fill(sequence).flat(1)
  return sequence instanceof Tuple ? tuple(items) : items
}

/** Python's comparisons. */
export function compare(operator: CompareOperator, left: Item, right: Item): boolean {
  switch (operator) {
    case '==':
      return equals(left, right)
    case '!=':
      return !equals(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    default:
      return ordered(operator, left, right)
  }
}

function ordered(operator: '<' | '<=' | '>' | '>=', left: Item, right: Item): boolean {
  if (Number.isNaN(left) || Number.isNaN(right)) return false
  const result = order(left, right, operator)
  if (operator === '<') return result < 0
  if (operator === '<=') return result <= 0
  return operator === '>' ? result > 0 : result >= 0
}

/** Python's unary minus and plus. */
export function negate(item: Item, sign: 'negative' | 'positive'): Item {
  const number = asNumber(defined(item))
  if (number === undefined) {
    throw new Mistake(`bad operand type for unary ${sign === 'negative' ? '-' : '+'}: '${typeName(item)}'`)
  }
  if (sign === 'positive') return number
  if (number === 0) return 0
  return arithmetic('*', number, -1)
}
