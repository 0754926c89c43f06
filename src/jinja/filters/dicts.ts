import { REQUIRED } from '../arguments.ts'
import { contains, equals, getKey, iterate, order, toKey, truthy, typeName } from '../compare.ts'
import { Mistake, suggestion } from '../mistakes.ts'
import { repr, str } from '../print.ts'
import { type Args, type Item, type ItemDict, tuple } from '../things.ts'
import { folded } from './attributes.ts'
import { filter, onlyNamed, openFilter, type Filters } from './define.ts'
import { flatten } from './sequences.ts'
import { noSuch, Undefined } from '../undefined.ts'

const names = { key_name: 'key', value_name: 'value' }

/** Filters on dicts, and from and to lists of their entries. */
export const dicts: Filters = {
  combine: openFilter(combine),
  dict2items: filter(names, (value, { key_name, value_name }) =>
    [...asDict(value)].map(
      ([key, item]) =>
        new Map([
          [toKey(key_name), key],
          [toKey(value_name), item],
        ]),
    ),
  ),
  items2dict: filter(names, itemsToDict),
  dictsort: filter({ case_sensitive: false, by: 'key', reverse: false }, dictSort),
  items: filter(
    {},
    // As in Jinja, what is undefined has no items.
    (value) =>
      value instanceof Undefined ? [] : [...asDict(value)].map(([key, item]) => tuple([key, item])),
    { undefinedValue: true },
  ),
  rekey_on_member: filter({ key: REQUIRED, duplicates: 'error' }, rekey),
}

export function asDict(value: Item): ItemDict {
  if (value instanceof Map) return value
  throw new Mistake(`takes a dict, not ${typeName(value)}`)
}

const MERGES = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']

/** How dicts and the lists in them meet. */
export function mergeStyle({ named }: Args): { recursive: boolean; lists: string } {
  const lists = str(named.get('list_merge') ?? 'replace')
  if (!MERGES.includes(lists)) {
    const hint = suggestion(lists, MERGES) ?? `It knows: ${MERGES.join(', ')}.`
    throw new Mistake(`list_merge cannot be '${lists}'`, { hint })
  }
  return { recursive: truthy(named.get('recursive') ?? false), lists }
}

/** Later dicts win over earlier ones; `recursive` goes into dicts within, `list_merge` says how lists meet. */
function combine(value: Item, args: Args): Item {
  onlyNamed(args, 'recursive', 'list_merge')
  const { recursive, lists } = mergeStyle(args)
  const terms = flatten([value, ...args.positional], 1, true).map(asDict)
  const last = terms.pop()
  if (!last) return new Map()
  return terms.reduceRight((high, low) => merge(low, high, recursive, lists), last)
}

export function merge(low: ItemDict, high: ItemDict, recursive: boolean, lists: string): ItemDict {
  if (low.size === 0 || equals(low, high)) return new Map(high)
  if (high.size === 0) return low
  const out: ItemDict = new Map(low)
  for (const [key, value] of high) {
    const old = getKey(out, key)
    out.set(key, old === undefined ? value : met(old, value, recursive, lists))
  }
  return out
}

function met(old: Item, value: Item, recursive: boolean, lists: string): Item {
  if (old instanceof Map && value instanceof Map)
    return recursive ? merge(old, value, recursive, lists) : value
  if (!Array.isArray(old) || !Array.isArray(value)) return value
  const others = (): Item[] => old.filter((item) => !contains(value, item))
  switch (lists) {
    case 'keep':
      return old
    case 'append':
      return [...old, ...value]
    case 'prepend':
      return [...value, ...old]
    case 'append_rp':
      return [...others(), ...value]
    case 'prepend_rp':
      return [...value, ...others()]
    default:
      return value
  }
}

function itemsToDict(value: Item, args: { key_name: Item; value_name: Item }): ItemDict {
  if (!Array.isArray(value)) throw new Mistake(`takes a list of dicts, not ${typeName(value)}`)
  const out: ItemDict = new Map()
  for (const item of value) {
    const [key, inner] = [member(item, args.key_name), member(item, args.value_name)]
    if (key === undefined || inner === undefined) {
      throw new Mistake(`every dict needs the keys ${repr(args.key_name)} and ${repr(args.value_name)}`)
    }
    out.set(toKey(key), inner)
  }
  return out
}

/** The item of a dict by its key, or of a list (which dictsort makes) by its place. */
function member(from: Item, key: Item): Item | undefined {
  if (Array.isArray(from) && typeof key === 'number') return from.at(key)
  return getKey(asDict(from), toKey(key))
}

function dictSort(value: Item, args: { case_sensitive: Item; by: Item; reverse: Item }): Item[] {
  const fold = truthy(args.case_sensitive) ? (item: Item): Item => item : folded
  if (args.by !== 'key' && args.by !== 'value') throw new Mistake('by is either "key" or "value"')
  const at = args.by === 'key' ? 0 : 1
  const direction = truthy(args.reverse) ? -1 : 1
  const entries = [...asDict(value)].map(([key, item]): [Item, Item] => [key, item])
  return entries.sort((a, b) => direction * order(fold(a[at]), fold(b[at]))).map((entry) => tuple(entry))
}

function rekey(value: Item, { key, duplicates }: { key: Item; duplicates: Item }): ItemDict {
  if (duplicates !== 'error' && duplicates !== 'overwrite') {
    throw new Mistake(`duplicates is error or overwrite, not ${repr(duplicates)}`)
  }
  const out: ItemDict = new Map()
  for (const item of value instanceof Map ? value.values() : iterate(value)) {
    const dict = asDict(item)
    const name = toKey(getKey(dict, toKey(key)) ?? noSuch(`Key ${str(key)} was not found`))
    if (out.has(name) && duplicates === 'error') {
      throw new Mistake(`Key ${str(name)} is not unique, cannot correctly turn into dict`)
    }
    out.set(name, dict)
  }
  return out
}
