import { characterCount, characters, hasSurrogates } from './characters.ts'
import { Float, type Key } from '../value.ts'
import { spend } from './budget.ts'
import { Mistake } from './mistakes.ts'
import { asNumber, type Num, plain } from './numbers.ts'
import { type Item, type ItemDict, DictView, Opaque, Range, Tuple } from './things.ts'
import { defined, Undefined } from './undefined.ts'

/** Python's name of the type. */
export function typeName(item: Item): string {
  if (item === null) return 'NoneType'
  if (typeof item === 'string') return 'str'
  if (typeof item === 'boolean') return 'bool'
  if (typeof item === 'bigint') return 'int'
  if (typeof item === 'number') return Number.isInteger(item) ? 'int' : 'float'
  if (item instanceof Float) return 'float'
  if (item instanceof Opaque) return item.typeName
  if (item instanceof Tuple) return 'tuple'
  return Array.isArray(item) ? 'list' : 'dict'
}

/** Python's truth of a value. */
export function truthy(item: Item): boolean {
  if (item === null || typeof item === 'boolean') return item === true
  if (typeof item === 'string') return item !== ''
  if (Array.isArray(item)) return item.length > 0
  if (item instanceof Map) return item.size > 0
  const number = asNumber(item)
  if (number !== undefined) return plain(number) !== 0
  defined(item)
  if (item instanceof Range) return item.length > 0
  if (item instanceof DictView) return item.of.size > 0
  return !(item instanceof Undefined)
}

/** The elements, as a for loop sees them. */
export function iterate(item: Item): Iterable<Item> {
  if (Array.isArray(item)) return item
  if (typeof item === 'string') return item
  if (item instanceof Map) return item.keys()
  const elements = item instanceof Opaque ? item.elements() : undefined
  if (!elements) {
    const hint = typeName(item) === 'function' ? 'Call it: write () behind it.' : undefined
    throw new Mistake(`'${typeName(item)}' object is not iterable`, { hint })
  }
  return elements
}

export function toList(item: Item): Item[] {
  return Array.isArray(item) && !(item instanceof Tuple) ? item : [...iterate(item)]
}

/** The number of elements or characters. */
export function length(item: Item): number {
  if (typeof item === 'string') return characterCount(item)
  if (Array.isArray(item)) return item.length
  if (item instanceof Map) return item.size
  defined(item)
  if (item instanceof Undefined) return 0
  if (item instanceof Range) return item.length
  if (item instanceof DictView) return item.of.size
  throw new Mistake(`object of type '${typeName(item)}' has no len()`)
}

/** Python's ==. */
export function equals(left: Item, right: Item): boolean {
  spend()
  if (left === right && !(left instanceof Undefined)) return !Number.isNaN(left)
  defined(left)
  defined(right)
  if (typeof left === 'string' || typeof right === 'string') return false
  if (Array.isArray(left) && Array.isArray(right)) return sameLists(left, right)
  if (left instanceof Map && right instanceof Map) return sameDicts(left, right)
  const [a, b] = [asNumber(left), asNumber(right)]
  if (a !== undefined && b !== undefined) return whole(a) == whole(b) // eslint-disable-line eqeqeq
  return left instanceof Opaque && right instanceof Opaque && left.same(right) && !isView(left)
}

function isView(item: Item): boolean {
  return item instanceof DictView
}

function sameLists(left: Item[], right: Item[]): boolean {
  if (left instanceof Tuple !== right instanceof Tuple || left.length !== right.length) return false
  return left.every((item, index) => equals(item, right[index] ?? null))
}

function sameDicts(left: ItemDict, right: ItemDict): boolean {
  if (left.size !== right.size) return false
  for (const [key, value] of left) {
    const other = getKey(right, key)
    if (other === undefined || !equals(value, other)) return false
  }
  return true
}

function whole(value: Num): number | bigint {
  return value instanceof Float ? value.value : value
}

/** Negative, zero or positive, as Python orders the two; what Python cannot order is a mistake. */
export function order(left: Item, right: Item, operator = '<'): number {
  if (typeof left === 'string' && typeof right === 'string') return orderStrings(left, right)
  const [a, b] = [asNumber(left), asNumber(right)]
  if (a !== undefined && b !== undefined) {
    const [x, y] = [whole(a), whole(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }
  defined(left)
  defined(right)
  const sameKind = left instanceof Tuple === right instanceof Tuple
  if (Array.isArray(left) && Array.isArray(right) && sameKind) return orderLists(left, right, operator)
  if (left instanceof Opaque) {
    const ordered = left.order(right)
    if (ordered !== undefined) return ordered
  }
  throw new Mistake(
    `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
  )
}

function orderStrings(left: string, right: string): number {
  if (left === right) return 0
  if (!hasSurrogates(left) && !hasSurrogates(right)) return left < right ? -1 : 1
  // UTF-16 units sort characters above U+FFFF before some below it; Python goes by code points.
  const [a, b] = [characters(left), characters(right)]
  const at = a.findIndex((char, index) => char !== b[index])
  const [x, y] = [a[at]?.codePointAt(0) ?? -1, at < 0 ? 0 : (b[at]?.codePointAt(0) ?? -1)]
  return x - y
}

function orderLists(left: Item[], right: Item[], operator: string): number {
  for (const [index, item] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    if (!equals(item, other)) return order(item, other, operator)
  }
  return left.length - right.length
}

/** Python's `in`. */
export function contains(container: Item, item: Item): boolean {
  defined(container)
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item)
    throw new Mistake(`'in <string>' requires string as left operand, not ${typeName(defined(item))}`)
  }
  if (container instanceof Map) return container.has(equalKey(container, toKey(item)))
  if (!Array.isArray(container) && !(container instanceof Opaque && container.elements())) {
    throw new Mistake(`argument of type '${typeName(container)}' is not iterable`)
  }
  if (container instanceof DictView && container.typeName === 'dict_keys') toKey(item)
  for (const element of iterate(container)) if (equals(element, item)) return true
  return false
}

/** The item as a dict's key. */
export function toKey(item: Item): Key {
  defined(item)
  if (item instanceof Float) return item.value
  if (item === null || typeof item !== 'object') return item
  throw new Mistake(`unhashable type: '${typeName(item)}'`)
}

/** The key the dict already has for this one, or this one: True and 1 are the same key. */
export function equalKey(dict: ItemDict, key: Key): Key {
  if (dict.has(key)) return key
  const twin = typeof key === 'boolean' ? Number(key) : key === 0 || key === 1 ? key === 1 : key
  return dict.has(twin) ? twin : key
}

/** The value under this key; True and 1 are the same key. */
export function getKey(dict: ItemDict, key: Key): Item | undefined {
  const present = equalKey(dict, key)
  return dict.has(present) ? dict.get(present) : undefined
}
