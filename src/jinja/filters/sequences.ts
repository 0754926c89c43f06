import { intArgument, REQUIRED } from '../arguments.ts'
import { spend } from '../budget.ts'
import { item as itemOf } from '../access.ts'
import { contains, equals, iterate, order, toList, truthy, typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { operate } from '../operators.ts'
import { repr } from '../print.ts'
import type { Runtime } from '../runtime.ts'
import { Float } from '../../value.ts'
import { Group, type Item, tuple } from '../things.ts'
import { noSuch, Undefined } from '../undefined.ts'
import { attributeGetter, attributesGetter, folded } from './attributes.ts'
import { filter, type Filters } from './define.ts'

const byAttribute = { case_sensitive: false, attribute: null }

/** Filters that turn lists into lists, or into one of their elements. */
export const sequences: Filters = {
  sort: filter({ reverse: false, case_sensitive: false, attribute: null }, sort),
  unique: filter({ case_sensitive: null, attribute: null }, (value, args, runtime) =>
    unique([...iterate(value)], truthy(args.case_sensitive), args.attribute, runtime),
  ),
  union: filter({ b: REQUIRED }, (value, { b }) => distinct([...list(value), ...list(b)])),
  intersect: filter({ b: REQUIRED }, (value, { b }) => distinct(toList(value).filter(memberOf(b)))),
  difference: filter({ b: REQUIRED }, (value, { b }) => distinct(toList(value).filter(not(memberOf(b))))),
  symmetric_difference: filter({ b: REQUIRED }, (value, { b }) =>
    distinct([...list(value), ...list(b)]).filter(not(both(memberOf(value), memberOf(b)))),
  ),
  reverse: filter({}, (value) =>
    typeof value === 'string' ? Array.from(value).reverse().join('') : [...iterate(value)].reverse(),
  ),
  flatten: filter({ levels: null, skip_nulls: true }, (value, { levels, skip_nulls }) =>
    flatten(value, levels === null ? undefined : intArgument(levels, 'levels'), truthy(skip_nulls)),
  ),
  batch: filter({ linecount: REQUIRED, fill_with: null }, batch),
  slice: filter({ slices: REQUIRED, fill_with: null }, slices),
  min: filter(byAttribute, (value, args, runtime) => extreme(value, args, -1, runtime)),
  max: filter(byAttribute, (value, args, runtime) => extreme(value, args, 1, runtime)),
  sum: filter({ attribute: null, start: 0 }, (value, { attribute, start }, runtime) => {
    if (typeof start === 'string') throw new Mistake("can't sum texts: use join")
    const get = attributeGetter(attribute, runtime)
    let total: Item = start
    for (const item of iterate(value)) total = operate('+', total, get(item), runtime)
    return total
  }),
  groupby: filter({ attribute: REQUIRED, default: null, case_sensitive: false }, groupBy),
  extract: filter({ container: REQUIRED, morekeys: null }, extract),
  subelements: filter({ subelements: REQUIRED, skip_missing: false }, subelements),
}

function list(value: Item): Item[] {
  if (Array.isArray(value)) return value
  throw new Mistake(`takes lists, not ${typeName(value)}`)
}

/** The keys are made once per element; equal elements keep their order, also in reverse. */
function sort(
  value: Item,
  args: { reverse: Item; case_sensitive: Item; attribute: Item },
  runtime: Runtime,
): Item[] {
  const get = attributesGetter(args.attribute, runtime)
  const fold = truthy(args.case_sensitive) ? (item: Item): Item => item : folded
  const keyed = Array.from(iterate(value), (item) => ({ item, key: get(item).map(fold) }))
  const direction = truthy(args.reverse) ? -1 : 1
  keyed.sort((a, b) => direction * order(a.key, b.key))
  return keyed.map(({ item }) => item)
}

function isScalar(item: Item): boolean {
  return item === null || typeof item !== 'object' || item instanceof Float
}

/** Keeps the first of equal elements; scalars are found by a set, so that long lists stay quick. */
function unique(items: Item[], caseSensitive: boolean, attribute: Item, runtime: Runtime): Item[] {
  const get = attributeGetter(attribute, runtime)
  // What cannot be hashed, Ansible compares as it is.
  const fold =
    caseSensitive || !items.every((item) => isScalar(get(item))) ? (item: Item): Item => item : folded
  return distinct(items, (item) => fold(get(item)))
}

function distinct(items: Item[], keyOf: (item: Item) => Item = (item) => item): Item[] {
  const scalars = new Set<string>()
  const others: Item[] = []
  return items.filter((item) => {
    const key = keyOf(item)
    if (key instanceof Undefined) throw key.error()
    if (!isScalar(key)) {
      if (others.some((other) => equals(other, key))) return false
      others.push(key)
      return true
    }
    const mark = scalarMark(key)
    if (scalars.has(mark)) return false
    scalars.add(mark)
    return true
  })
}

type Holds = (item: Item) => boolean
const not =
  (holds: Holds): Holds =>
  (item) =>
    !holds(item)
const both =
  (one: Holds, other: Holds): Holds =>
  (item) =>
    one(item) && other(item)

/** Whether something is in a list, for asking often: scalars are looked up, all else is compared. */
function memberOf(container: Item): Holds {
  if (typeof container === 'string') return (item) => contains(container, item)
  const elements = [...iterate(container)]
  const scalars = new Set(elements.filter(isScalar).map(scalarMark))
  const others = elements.filter(not(isScalar))
  return (item) =>
    isScalar(item) ? scalars.has(scalarMark(item)) : others.some((other) => equals(other, item))
}

/** The same for what Python holds equal: 1, 1.0 and True. */
function scalarMark(key: Item): string {
  if (typeof key === 'boolean') return key ? '1' : '0'
  return key instanceof Float ? String(key.value) : repr(key)
}

export function flatten(value: Item, levels: number | undefined, skipNulls: boolean): Item[] {
  const out: Item[] = []
  spend()
  for (const item of iterate(value)) {
    if (skipNulls && (item === null || item === 'None' || item === 'null')) continue
    if (!Array.isArray(item)) out.push(item)
    else if (levels === undefined) out.push(...flatten(item, undefined, skipNulls))
    else if (levels >= 1) out.push(...flatten(item, levels - 1, skipNulls))
    else out.push(item)
  }
  return out
}

function batch(value: Item, args: { linecount: Item; fill_with: Item }, runtime: Runtime): Item[] {
  const size = intArgument(args.linecount, 'linecount')
  if (args.fill_with !== null) runtime.size(size)
  if (size < 1) throw new Mistake('linecount must be at least 1')
  const items = [...iterate(value)]
  const out: Item[][] = []
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size))
  const last = out.at(-1)
  if (last && args.fill_with !== null) while (last.length < size) last.push(args.fill_with)
  return out
}

function slices(value: Item, args: { slices: Item; fill_with: Item }, runtime: Runtime): Item[] {
  const count = intArgument(args.slices, 'slices')
  runtime.size(count)
  if (count < 1) throw new Mistake('slices must be at least 1')
  const items = [...iterate(value)]
  const size = Math.floor(items.length / count)
  const longer = items.length % count
  return Array.from({ length: count }, (_, index) => {
    const start = index * size + Math.min(index, longer)
    const part = items.slice(start, start + size + (index < longer ? 1 : 0))
    if (args.fill_with !== null && index >= longer) part.push(args.fill_with)
    return part
  })
}

function extreme(
  value: Item,
  args: { case_sensitive: Item; attribute: Item },
  direction: 1 | -1,
  runtime: Runtime,
): Item {
  const get = attributeGetter(args.attribute, runtime)
  const fold = truthy(args.case_sensitive) ? (item: Item): Item => item : folded
  let best: { item: Item; key: Item } | undefined
  for (const item of iterate(value)) {
    const key = fold(get(item))
    if (!best || order(key, best.key) * direction > 0) best = { item, key }
  }
  return best ? best.item : noSuch('there is no smallest or greatest item, the list is empty')
}

function groupBy(
  value: Item,
  args: { attribute: Item; default: Item; case_sensitive: Item },
  runtime: Runtime,
): Item[] {
  const get = attributeGetter(args.attribute, runtime, args.default)
  const fold = truthy(args.case_sensitive) ? (item: Item): Item => item : folded
  const keyed = Array.from(iterate(value), (item) => ({ item, key: fold(get(item)) }))
  keyed.sort((a, b) => order(a.key, b.key))
  const groups: { key: Item; items: Item[] }[] = []
  for (const { item, key } of keyed) {
    const last = groups.at(-1)
    if (last && equals(last.key, key)) last.items.push(item)
    else groups.push({ key, items: [item] })
  }
  return groups.map(({ items }) => Group.make(get(items[0] ?? null), items))
}

function extract(value: Item, args: { container: Item; morekeys: Item }, runtime: Runtime): Item {
  const more = args.morekeys === null ? [] : Array.isArray(args.morekeys) ? args.morekeys : [args.morekeys]
  let at = args.container
  for (const key of [value, ...more]) at = itemOf(at, key, runtime)
  return at
}

function subelements(value: Item, args: { subelements: Item; skip_missing: Item }): Item[] {
  const elements = value instanceof Map ? [...value.values()] : value
  if (!Array.isArray(elements)) throw new Mistake('takes a list of dicts or a dict of dicts')
  const path = typeof args.subelements === 'string' ? args.subelements.split('.') : args.subelements
  if (!Array.isArray(path)) throw new Mistake('subelements must be a list or a string')
  return elements.flatMap((element) =>
    inner(element, path, truthy(args.skip_missing)).map((item) => tuple([element, item])),
  )
}

function inner(element: Item, path: Item[], skipMissing: boolean): Item[] {
  let at: Item = element
  for (const key of path) {
    if (!(at instanceof Map))
      throw new Mistake(`the key ${repr(key)} should point to a dictionary, got ${repr(at)}`)
    const next = typeof key === 'string' ? at.get(key) : undefined
    if (next === undefined && skipMissing) return []
    if (next === undefined) throw new Mistake(`could not find ${repr(key)} key in iterated item ${repr(at)}`)
    at = next
  }
  if (!Array.isArray(at))
    throw new Mistake(`the key ${repr(path.at(-1) ?? null)} should point to a list, got ${typeName(at)}`)
  return at
}
