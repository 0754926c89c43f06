import { crc32 } from 'node:zlib'
import { onlyNamed, filter, openFilter, type Filters } from './define.ts'
import { REQUIRED, textArgument } from '../arguments.ts'
import { equalKey, getKey, iterate, order, toKey, truthy, typeName } from '../compare.ts'
import { pairs } from '../methods/dict.ts'
import { Mistake } from '../mistakes.ts'
import { repr, str } from '../print.ts'
import { type Args, type Item, type ItemDict, isDictItem } from '../things.ts'
import { compareVersions } from '../version.ts'
import { asDict, merge, mergeStyle } from './dicts.ts'

/** Filters of the collection community.general on lists, dicts and texts. */
export const general: Filters = {
  dict: filter({}, (value) => new Map(pairs(value))),
  dict_kv: filter({ key: REQUIRED }, (value, { key }) => new Map([[toKey(key), value]])),
  counter: filter({}, counter),
  groupby_as_dict: filter({ attribute: REQUIRED }, (value, { attribute }) => byAttribute(value, attribute)),
  lists_mergeby: openFilter(mergeLists),
  crc32: filter({}, (value) => crc32(textArgument(value, 'the value')).toString(16)),
  unicode_normalize: filter({ form: 'NFC' }, (value, { form }) => {
    const name = str(form)
    if (!['NFC', 'NFD', 'NFKC', 'NFKD'].includes(name)) throw new Mistake(`'${name}' is no normal form`)
    return textArgument(value, 'the value').normalize(name)
  }),
  version_sort: filter({ reverse: false }, (value, { reverse }) => {
    const direction = truthy(reverse) ? -1 : 1
    return [...iterate(value)].sort((a, b) => direction * orderVersions(a, b))
  }),
}

function orderVersions(a: Item, b: Item): number {
  const is = (operator: string): boolean => compareVersions(a, { version: b, operator, type: 'loose' })
  if (is('lt')) return -1
  return is('gt') ? 1 : 0
}

function counter(value: Item): ItemDict {
  if (typeof value !== 'string' && !Array.isArray(value)) {
    throw new Mistake(`takes a list or a text, not ${typeName(value)}`)
  }
  const out: ItemDict = new Map()
  for (const item of iterate(value)) {
    const key = equalKey(out, toKey(item))
    const count = out.get(key)
    out.set(key, typeof count === 'number' ? count + 1 : 1)
  }
  return out
}

function byAttribute(value: Item, attribute: Item): ItemDict {
  if (!Array.isArray(value)) throw new Mistake(`takes a list of dicts, not ${typeName(value)}`)
  const out: ItemDict = new Map()
  for (const [index, element] of value.entries()) {
    if (!isDictItem(element)) throw new Mistake(`the element ${index} is no dict`)
    const name = getKey(element, toKey(attribute))
    if (name === undefined) throw new Mistake(`the element ${index} has no ${repr(attribute)}`)
    const key = equalKey(out, toKey(name))
    if (out.has(key)) throw new Mistake(`several elements have ${repr(attribute)} ${repr(name)}`)
    out.set(key, element)
  }
  return out
}

/** Dicts of several lists that agree in one value become one dict; later lists win. */
function mergeLists(value: Item, args: Args): Item {
  onlyNamed(args, 'recursive', 'list_merge')
  const style = mergeStyle(args)
  const given = [value, ...args.positional]
  const index = given.pop()
  if (given.length === 0) throw new Mistake('takes the name of the value that dicts agree in')
  const lists = given.flatMap(listsIn)
  const [first, second] = lists
  if (first === undefined) return []
  if (second === undefined) return first
  const name = textArgument(index ?? null, 'the last argument')
  return lists.reduceRight((high, low) => mergeTwo(low, high, name, style))
}

/** A list of lists stands for the lists in it. */
function listsIn(value: Item): Item[][] {
  if (!Array.isArray(value)) throw new Mistake(`takes lists, not ${typeName(value)}`)
  const inner = value.filter((item) => Array.isArray(item))
  if (value.length === 0) return []
  return inner.length === value.length ? inner : [value]
}

function mergeTwo(low: Item[], high: Item[], name: string, style: ReturnType<typeof mergeStyle>): Item[] {
  const merged: ItemDict = new Map()
  for (const element of [...low, ...high].map(asDict)) {
    const id = getKey(element, name)
    if (id === undefined) continue
    const key = equalKey(merged, toKey(id))
    const known = merged.get(key)
    const into: ItemDict = isDictItem(known) ? known : new Map()
    merged.set(key, new Map([...into, ...merge(into, element, style.recursive, style.lists)]))
  }
  return [...merged.values()].sort((a, b) => order(idOf(a, name), idOf(b, name)))
}

function idOf(element: Item, name: string): Item {
  return (isDictItem(element) ? getKey(element, name) : undefined) ?? null
}
