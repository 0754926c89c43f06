import { characters, hasSurrogates } from './characters.ts'
import { str } from './print.ts'
import { Float } from '../value.ts'
import { getKey, length, toKey, typeName } from './compare.ts'
import { method } from './methods/index.ts'
import { Mistake, suggestion, UndefinedVariable } from './mistakes.ts'
import { asNumber, isInt } from './numbers.ts'
import type { Runtime } from './runtime.ts'
import { type Item, type ItemDict, DictView, Group, Opaque, Range, Tuple, tuple } from './things.ts'
import { Undefined } from './undefined.ts'

/** `object.name`: a method or attribute, else the value under that key, else undefined. */
export function attribute(object: Item, name: string, runtime: Runtime, path?: string): Item {
  if (object instanceof Undefined) return object
  const found = own(object, name)
  if (found !== undefined) return found
  const value = object instanceof Map ? fromDict(object, name) : undefined
  return value === undefined ? missing(object, name, runtime, path) : value
}

/** `object[index]`: the element or value, else a method or attribute of that name, else undefined. */
export function item(object: Item, index: Item, runtime: Runtime, path?: string): Item {
  if (object instanceof Undefined) return object
  if (index instanceof Undefined) throw index.error()
  const found = object instanceof Map ? keyed(object, index) : indexed(object, index)
  if (found !== undefined) return found
  if (typeof index === 'string') {
    const named = own(object, index)
    if (named !== undefined) return named
  }
  return missing(object, index, runtime, path)
}

/** What the type itself has under this name: methods and attributes, never a dict's keys. */
export function own(object: Item, name: string): Item | undefined {
  if (object instanceof Opaque) return object.attribute(name)
  const part = object instanceof Group ? object.part(name) : undefined
  return part === undefined ? method(object, name) : part
}

function keyed(object: ItemDict, index: Item): Item | undefined {
  const isScalar = index === null || typeof index !== 'object' || index instanceof Float
  return isScalar ? fromDict(object, index) : undefined
}

/** A dict may make its values at the time they are asked for, and find that one is undefined. */
function fromDict(dict: ItemDict, index: Item): Item | undefined {
  try {
    return getKey(dict, toKey(index))
  } catch (error) {
    if (error instanceof UndefinedVariable) return new Undefined(error.message, { cause: error })
    throw error
  }
}

function indexed(object: Item, index: Item): Item | undefined {
  const number = asNumber(index)
  if (number === undefined || !isInt(number)) return undefined
  const sequence = typeof object === 'string' && hasSurrogates(object) ? characters(object) : object
  if (typeof sequence !== 'string' && !Array.isArray(sequence) && !(sequence instanceof Range))
    return undefined
  const size = length(sequence)
  const at = Number(number) < 0 ? size + Number(number) : Number(number)
  if (at < 0 || at >= size) return undefined
  return sequence instanceof Range ? sequence.at(at) : sequence[at]
}

function missing(object: Item, index: Item, runtime: Runtime, path: string | undefined): Undefined {
  const { source, at } = runtime
  const what = typeof index === 'string' ? `'${index}'` : typeof index === 'object' ? 'such key' : str(index)
  const of = `the ${typeName(object)}${path === undefined ? '' : ` ${path}`}`
  return new Undefined(`${of} has no ${what}`, {
    place: () => source.placeAt(at),
    hint: () => keyHint(object, index),
  })
}

/** Methods of dicts that Python 3 has no more. */
const TODAY: ReadonlyMap<string, string> = new Map([
  ['iteritems', 'Python 3 has it no more: write .items().'],
  ['itervalues', 'Python 3 has it no more: write .values().'],
  ['iterkeys', 'Python 3 has it no more: write .keys().'],
  ['has_key', 'Python 3 has it no more: write KEY in DICT.'],
])

function keyHint(object: Item, index: Item): string | undefined {
  if (Array.isArray(object)) return `It has ${object.length} elements, counted from 0.`
  if (object instanceof DictView) return 'Add | list to get at its elements.'
  if (!(object instanceof Map)) return undefined
  const today = TODAY.get(str(index))
  if (today !== undefined) return today
  const keys = [...object.keys()].filter((key) => typeof key === 'string')
  const near = suggestion(str(index), keys)
  if (near !== undefined || keys.length === 0) return near ?? 'It is empty.'
  const some = keys.slice(0, 8).join(', ')
  return `It has: ${some}${keys.length > 8 ? ', …' : ''}.`
}

export interface SliceBounds {
  start: Item
  stop: Item
  step: Item
}

/** Python's slices, for texts, lists and tuples. */
export function slice(object: Item, bounds: SliceBounds): Item {
  if (object instanceof Undefined) throw object.error()
  const sequence =
    typeof object === 'string'
      ? characters(object)
      : object instanceof Range
        ? [...object.elements()]
        : object
  if (!Array.isArray(sequence)) throw new Mistake(`'${typeName(object)}' object cannot be sliced`)
  const step = bound(bounds.step) ?? 1
  if (step === 0) throw new Mistake('slice step cannot be zero')
  const picked = pick(sequence, step, bound(bounds.start), bound(bounds.stop))
  if (typeof object === 'string') return picked.map(str).join('')
  return object instanceof Tuple ? tuple(picked) : picked
}

function bound(item: Item): number | undefined {
  if (item === null) return undefined
  const number = asNumber(item)
  if (number !== undefined && isInt(number)) return Number(number)
  throw new Mistake('slice indices must be integers or None')
}

function pick(
  items: readonly Item[],
  step: number,
  start: number | undefined,
  stop: number | undefined,
): Item[] {
  const size = items.length
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const clamp = (value: number): number => Math.min(high, Math.max(low, value < 0 ? value + size : value))
  const from = start === undefined ? (step > 0 ? low : high) : clamp(start)
  const to = stop === undefined ? (step > 0 ? high : low) : clamp(stop)
  const out: Item[] = []
  for (let at = from; step > 0 ? at < to : at > to; at += step) out.push(items[at] ?? null)
  return out
}
