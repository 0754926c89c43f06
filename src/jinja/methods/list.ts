import { intArgument, REQUIRED } from '../arguments.ts'
import { equals, order, toList, truthy } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { repr } from '../print.ts'
import type { Runtime } from '../runtime.ts'
import { Callable, type Item } from '../things.ts'
import { define, type Method } from './define.ts'

/** The methods that change the list. */
export const MUTATORS: ReadonlySet<string> = new Set([
  'append',
  'clear',
  'extend',
  'insert',
  'pop',
  'remove',
  'reverse',
  'sort',
])

export const LIST_METHODS: ReadonlyMap<string, Method<Item[]>> = new Map<string, Method<Item[]>>([
  ['append', define({ object: REQUIRED }, (list, { object }) => nothing(list.push(object)))],
  ['clear', define({}, (list) => nothing(list.splice(0)))],
  ['copy', define({}, (list) => [...list])],
  [
    'count',
    define({ value: REQUIRED }, (list, { value }) => list.filter((item) => equals(item, value)).length),
  ],
  ['extend', define({ iterable: REQUIRED }, (list, { iterable }) => nothing(list.push(...toList(iterable))))],
  [
    'index',
    define({ value: REQUIRED, start: 0, stop: Number.MAX_SAFE_INTEGER }, (list, { value, start, stop }) =>
      find(list, value, intArgument(start, 'start'), intArgument(stop, 'stop')),
    ),
  ],
  [
    'insert',
    define({ index: REQUIRED, object: REQUIRED }, (list, { index, object }) =>
      nothing(list.splice(intArgument(index, 'index'), 0, object)),
    ),
  ],
  ['pop', define({ index: -1 }, (list, { index }) => pop(list, intArgument(index, 'index')))],
  ['remove', define({ value: REQUIRED }, (list, { value }) => nothing(list.splice(find(list, value), 1)))],
  ['reverse', define({}, (list) => nothing(list.reverse()))],
  [
    'sort',
    define({ key: null, reverse: false }, (list, { key, reverse }, runtime) =>
      sort(list, key, reverse, runtime),
    ),
  ],
])

function nothing(_done: unknown): null {
  return null
}

function find(list: Item[], value: Item, start = 0, stop = Number.MAX_SAFE_INTEGER): number {
  const from = start < 0 ? Math.max(0, start + list.length) : start
  const to = stop < 0 ? stop + list.length : stop
  const at = list.findIndex((item, index) => index >= from && index < to && equals(item, value))
  if (at < 0) throw new Mistake(`${repr(value)} is not in the list`)
  return at
}

function pop(list: Item[], index: number): Item {
  const at = index < 0 ? index + list.length : index
  if (list.length === 0) throw new Mistake('pop from an empty list')
  if (at < 0 || at >= list.length) throw new Mistake('index out of range')
  return list.splice(at, 1)[0] ?? null
}

function sort(list: Item[], key: Item, reverse: Item, runtime: Runtime): null {
  const by = key instanceof Callable ? key : undefined
  const keyed = list.map((item) => ({
    item,
    key: by ? by.call({ positional: [item], named: new Map() }, runtime) : item,
  }))
  // A reversed sort keeps equal elements in their order, too.
  const direction = truthy(reverse) ? -1 : 1
  keyed.sort((a, b) => direction * order(a.key, b.key))
  list.splice(0, list.length, ...keyed.map(({ item }) => item))
  return null
}
