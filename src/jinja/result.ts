import type { Value } from '../value.ts'
import { Float } from '../value.ts'
import { typeName } from './compare.ts'
import { Mistake } from './mistakes.ts'
import { str } from './print.ts'
import { DictView, type Item, Opaque, Range, Tuple } from './things.ts'
import { Undefined } from './undefined.ts'

/**
 * The item as a Value that may leave the engine: tuples, views and ranges become lists, an undefined anywhere in it
 * is an error, functions and the like are refused.
 */
export function toValue(item: Item): Value {
  if (item === null || typeof item !== 'object' || item instanceof Float) return item
  if (isClean(item)) return item
  if (Array.isArray(item)) return item.map(toValue)
  if (item instanceof Map) return new Map([...item].map(([key, value]) => [key, toValue(value)]))
  if (item instanceof Undefined && item.lenient) return ''
  const text = item.text()
  if (text !== undefined) return text
  const elements = item.elements()
  if (!elements)
    throw new Mistake(`a '${typeName(item)}' is no value to keep`, { hint: 'Call it, or print it.' })
  return [...elements].map(toValue)
}

/** Holds nothing of the engine's own, so that it can be handed out as it is. */
function isClean(item: Item): item is Value {
  if (item instanceof Opaque) return false
  if (Array.isArray(item)) return !(item instanceof Tuple) && item.every(isClean)
  // A dict that makes its values on demand is a variable's value, and never asked for all of them here.
  if (!(item instanceof Map) || Object.getPrototypeOf(item) !== Map.prototype) return true
  for (const value of item.values()) if (!isClean(value)) return false
  return true
}

/** The text that `{{ … }}` leaves of a value: nothing of None, the elements of views. */
export function finalText(item: Item): string {
  if (item === null) return ''
  if (item instanceof DictView || item instanceof Range) return str([...item.elements()])
  return str(item)
}
