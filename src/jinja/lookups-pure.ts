import { spend } from './budget.ts'
import { str } from './print.ts'
import type { Dict, Value } from '../value.ts'
import { isDict } from '../value.ts'
import { typeName } from './compare.ts'
import { type Lookup, type LookupContext, LookupFailure } from './lookups.ts'
import { mergeVariables } from './lookups-merge.ts'
import { search } from './regex.ts'
import { UndefinedVariable } from './mistakes.ts'
import type { Scope } from './runtime.ts'
import { tuple } from './things.ts'

/** The lookups that need nothing but their terms and the variables. */
export const BUILT_IN_LOOKUPS: ReadonlyMap<string, Lookup> = new Map<string, Lookup>([
  ['list', (terms) => terms],
  ['items', (terms) => terms.flatMap((term) => term)],
  ['flattened', (terms) => flat(terms)],
  ['dict', (terms) => terms.flatMap(entries)],
  ['indexed_items', (terms) => terms.flat(1).map((item, index) => pair(index, item))],
  ['together', together],
  ['nested', (terms) => product(terms.map(asList))],
  ['cartesian', (terms) => product(terms.map(asList))],
  ['subelements', subelements],
  [
    'sequence',
    (terms, options) =>
      terms.concat(terms.length === 0 ? [''] : []).flatMap((term) => sequence(term, options)),
  ],
  ['random_choice', (terms, _options, context) => choose(terms, context)],
  ['vars', vars],
  ['varnames', varnames],
  ['merge_variables', mergeVariables],
])

function asList(value: Value): Value[] {
  if (Array.isArray(value)) return value
  return typeof value === 'string' || value === null ? [value] : [value]
}

function flat(values: Value[]): Value[] {
  return values.flatMap((value) => (Array.isArray(value) ? flat(value) : [value]))
}

function pair(...items: Value[]): Value {
  return tuple(items)
}

function entries(term: Value): Value[] {
  if (Array.isArray(term)) return term.flatMap(entries)
  if (!isDict(term)) throw new LookupFailure(`with_dict expects a dict, not ${typeName(term)}`)
  return [...term].map(
    ([key, value]) =>
      new Map<string, Value>([
        ['key', key],
        ['value', value],
      ]),
  )
}

function together(terms: Value[]): Value[] {
  const lists = terms.map(asList)
  if (lists.length === 0) throw new LookupFailure('with_together requires at least one element in each list')
  const longest = Math.max(...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.map((list) => list[index] ?? null))
}

function product(lists: Value[][]): Value[] {
  if (lists.length === 0)
    throw new LookupFailure('with_nested requires at least one element in the nested list')
  let rows: Value[][] = [[]]
  for (const list of lists) {
    spend(rows.length * list.length)
    rows = rows.flatMap((row) => list.map((item) => [...row, item]))
  }
  return rows
}

function subelements([from, path, flags]: Value[]): Value[] {
  if (from === undefined || typeof path !== 'string') {
    throw new LookupFailure('subelements takes a list or dict, and the name of the list in its elements')
  }
  const skipMissing = isDict(flags) && flags.get('skip_missing') === true
  const elements = isDict(from) ? [...from.values()] : asList(from)
  return elements.flatMap((element) => subelement(element, path, skipMissing))
}

function subelement(element: Value, path: string, skipMissing: boolean): Value[] {
  let inner: Value | undefined = element
  for (const key of path.split('.')) inner = isDict(inner) ? inner.get(key) : undefined
  if (inner === undefined && skipMissing) return []
  if (!Array.isArray(inner))
    throw new LookupFailure(`the key ${path} should point to a list in every element`)
  const rest = without(element, path.split('.'))
  return inner.map((item) => pair(rest, item))
}

/** The element as the lookup hands it out: without the list it was opened for. */
function without(element: Value, path: readonly string[]): Value {
  const [key, ...deeper] = path
  if (!isDict(element) || key === undefined) return element
  const copy = new Map(element)
  const inner = copy.get(key)
  if (deeper.length === 0) copy.delete(key)
  else if (inner !== undefined) copy.set(key, without(inner, deeper))
  return copy
}

const SHORTCUT = /^(?:(0?x?[\da-f]+)-)?(0?x?[\da-f]+)(?:\/(0?x?[\da-f]+))?(?::(.+))?$/i

/** Ansible's numbers from start to end: `start=1 end=5 stride=2 format=web%02d`, or `1-5/2:web%02d`. */
function sequence(term: Value, options: Dict): Value[] {
  const text = typeof term === 'string' ? term.trim() : str(term)
  const given = new Map<string, string>([...options].map(([key, value]) => [String(key), str(value)]))
  const short = SHORTCUT.exec(text)
  if (short) {
    const [, start, end, stride, format] = short
    for (const [key, value] of Object.entries({ start, end, stride, format })) {
      if (value !== undefined) given.set(key, value)
    }
  } else {
    for (const part of text.split(/\s+/).filter((word) => word !== '')) {
      const at = part.indexOf('=')
      if (at < 0) throw new LookupFailure(`sequence does not understand '${part}'`)
      given.set(part.slice(0, at), part.slice(at + 1))
    }
  }
  return count(given)
}

function count(given: Map<string, string>): Value[] {
  const start = Number(given.get('start') ?? 1)
  const total = given.get('count')
  const hasEnd = given.has('end')
  if (hasEnd === (total !== undefined)) throw new LookupFailure('sequence takes either end or count')
  const stride = Number(given.get('stride') ?? 1)
  if (total === '0') return []
  const end = total === undefined ? Number(given.get('end')) : start + (Number(total) - 1) * stride
  if ([start, end, stride].some((number) => !Number.isInteger(number))) {
    throw new LookupFailure('sequence takes whole numbers')
  }
  if (stride > 0 && end < start)
    throw new LookupFailure('sequence counts backwards only with a negative stride')
  if (stride < 0 && end > start)
    throw new LookupFailure('sequence counts forward only with a positive stride')
  if (stride === 0 || (end - start) / stride > 1e6) throw new LookupFailure('sequence would not end')
  const format = given.get('format') ?? '%d'
  const out: Value[] = []
  for (let at = start; stride > 0 ? at <= end : at >= end; at += stride) out.push(numbered(format, at))
  return out
}

function numbered(format: string, value: number): string {
  return format.replace(/%(0?)(\d*)([dxXo])/, (_, zero: string, width: string, type: string) => {
    if (Number(width) > 1000) throw new LookupFailure(`sequence makes no numbers of ${width} digits`)
    const base = type === 'd' ? 10 : type === 'o' ? 8 : 16
    const digits = value.toString(base)
    return (type === 'X' ? digits.toUpperCase() : digits).padStart(Number(width), zero === '0' ? '0' : ' ')
  })
}

function choose(terms: Value[], context: LookupContext): Value[] {
  const chosen = terms[Math.floor(context.random() * terms.length)]
  return chosen === undefined ? [] : [chosen]
}

function vars(terms: Value[], options: Dict, { scope }: LookupContext): Value[] {
  return terms.map((term) => {
    // The default stands in for what the variable's own template misses, too; none is no default.
    const fallback = options.get('default') ?? undefined
    const value = fallback === undefined ? scope.lookup(str(term)) : definedOr(scope, str(term), fallback)
    if (value === undefined) throw new LookupFailure(`No variable found with this name: ${str(term)}`)
    return value
  })
}

function definedOr(scope: Scope, name: string, fallback: Value): Value {
  try {
    return scope.lookup(name) ?? fallback
  } catch (error) {
    if (error instanceof UndefinedVariable) return fallback
    throw error
  }
}

function varnames(terms: Value[], _options: Dict, { scope }: LookupContext): Value[] {
  const names = [...(scope.names?.() ?? [])]
  return terms.flatMap((term) => names.filter((name) => search(str(term), name) !== undefined))
}
