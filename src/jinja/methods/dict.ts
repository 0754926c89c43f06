import { REQUIRED } from '../arguments.ts'
import { getKey, iterate, toKey, toList } from '../compare.ts'
import { Mistake, UndefinedVariable } from '../mistakes.ts'
import { repr } from '../print.ts'
import { type Args, DictView, type Item, type ItemDict, tuple } from '../things.ts'
import { Undefined } from '../undefined.ts'
import { define, type Method } from './define.ts'

const ABSENT = new Undefined('absent')
const any = { undefinedArguments: true }

export const DICT_METHODS: ReadonlyMap<string, Method<ItemDict>> = new Map<string, Method<ItemDict>>([
  ['clear', define({}, (dict) => own(dict).clear() ?? null)],
  ['copy', define({}, (dict) => new Map(dict))],
  [
    'fromkeys',
    define(
      { iterable: REQUIRED, value: null },
      (_dict, args) => new Map(Array.from(iterate(args.iterable), (key) => [toKey(key), args.value])),
    ),
  ],
  [
    'get',
    define({ key: REQUIRED, default: null }, (dict, args) => orElse(get(dict, args.key), args.default), any),
  ],
  ['items', define({}, (dict) => new DictView('dict_items', dict))],
  ['keys', define({}, (dict) => new DictView('dict_keys', dict))],
  ['values', define({}, (dict) => new DictView('dict_values', dict))],
  ['pop', define({ key: REQUIRED, default: ABSENT }, (dict, args) => pop(dict, args.key, args.default), any)],
  ['popitem', define({}, popItem)],
  [
    'setdefault',
    define({ key: REQUIRED, default: null }, (dict, args) => setDefault(dict, args.key, args.default)),
  ],
  ['update', update],
])

/** A dict that makes its values on demand belongs to somebody else and cannot be changed. */
function own(dict: ItemDict): ItemDict {
  if (Object.getPrototypeOf(dict) === Map.prototype) return dict
  throw new Mistake('this dict cannot be changed', { hint: 'Build a new one with combine.' })
}

function get(dict: ItemDict, key: Item): Item | undefined {
  try {
    return getKey(dict, toKey(key))
  } catch (error) {
    if (error instanceof UndefinedVariable) return new Undefined(error.message, { cause: error })
    throw error
  }
}

/** Not ??: None is a value. */
function orElse(value: Item | undefined, fallback: Item): Item {
  return value === undefined ? fallback : value
}

function pop(dict: ItemDict, key: Item, fallback: Item): Item {
  const value = get(dict, key)
  if (value === undefined) {
    if (fallback === ABSENT) throw new Mistake(`the dict has no ${repr(key)}`)
    return fallback
  }
  own(dict).delete(toKey(key))
  return value
}

function popItem(dict: ItemDict): Item {
  const last = [...dict].at(-1)
  if (!last) throw new Mistake('the dict is empty')
  own(dict).delete(last[0])
  return tuple(last)
}

function setDefault(dict: ItemDict, key: Item, value: Item): Item {
  const present = get(dict, key)
  if (present !== undefined) return present
  own(dict).set(toKey(key), value)
  return value
}

function update(dict: ItemDict, args: Args): Item {
  const [from, ...more] = args.positional
  if (more.length > 0) throw new Mistake('takes one dict')
  for (const [key, value] of from === undefined ? [] : pairs(from)) own(dict).set(key, value)
  for (const [key, value] of args.named) own(dict).set(key, value)
  return null
}

/** The entries of a dict, or of a list of pairs. */
export function pairs(from: Item): ItemDict {
  if (from instanceof Map) return from
  const out: ItemDict = new Map()
  for (const pair of iterate(from)) {
    const [key, value, ...more] = toList(pair)
    if (key === undefined || value === undefined || more.length > 0) {
      throw new Mistake('a dict is made of a dict, or of pairs of key and value')
    }
    out.set(toKey(key), value)
  }
  return out
}
