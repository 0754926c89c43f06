import { type Dict, isDict, type Value } from '../value.ts'
import { equals } from './compare.ts'
import { type LookupContext, LookupFailure } from './lookups.ts'
import { repr, str } from './print.ts'
import { search } from './regex.ts'
import { asItem } from './things.ts'

const FITS: ReadonlyMap<string, (name: string, pattern: string) => boolean> = new Map([
  ['prefix', (name, pattern) => name.startsWith(pattern)],
  ['suffix', (name, pattern) => name.endsWith(pattern)],
  ['regex', (name, pattern) => search(pattern, name) !== undefined],
])

/** community.general's `merge_variables`: all lists or dicts whose names fit, merged in the order of their names. */
export function mergeVariables(terms: Value[], options: Dict, { scope }: LookupContext): Value[] {
  const by = str(options.get('pattern_type') ?? 'regex')
  const override = str(options.get('override') ?? 'error')
  const fits = FITS.get(by)
  if (!fits) throw new LookupFailure(`pattern_type is prefix, suffix or regex, not ${by}`)
  if (override === 'warn')
    throw new LookupFailure("override='warn' does not work here: write error or ignore")
  if (override !== 'error' && override !== 'ignore')
    throw new LookupFailure(`override is error, warn or ignore, not ${override}`)
  const names = [...new Set(scope.names?.() ?? [])].sort()
  return terms.map((term) => {
    if (typeof term !== 'string') throw new LookupFailure('merge_variables takes patterns of names, as texts')
    const initial = options.get('initial_value') ?? null
    let merged = initial === null ? undefined : mergeable(initial, 'initial_value')
    for (const name of names.filter((one) => fits(one, term))) {
      const value = mergeable(scope.lookup(name) ?? null, name)
      if (merged === undefined) merged = value
      else if (Array.isArray(merged) && Array.isArray(value)) merged = [...merged, ...value]
      else if (isDict(merged) && isDict(value)) merged = mergeDicts(merged, value, [name], override)
      else
        throw new LookupFailure(
          `${name} cannot be merged: it is no ${Array.isArray(merged) ? 'list' : 'dict'}`,
        )
    }
    return merged ?? null
  })
}

function mergeable(value: Value, name: string): Value[] | Dict {
  if (Array.isArray(value) || isDict(value)) return value
  throw new LookupFailure(`${name} cannot be merged: it is neither a list nor a dict`)
}

/** Dicts within are merged too, lists within are joined; a value in the way of another one is the later one's. */
function mergeDicts(left: Dict, right: Dict, path: readonly string[], override: 'error' | 'ignore'): Dict {
  const merged: Dict = new Map(left)
  for (const [key, value] of right) {
    const before = merged.get(key)
    const inner = [...path, str(key)]
    if (isDict(value) && (before === undefined || isDict(before)))
      merged.set(key, mergeDicts(before ?? new Map(), value, inner, override))
    else if (Array.isArray(value) && Array.isArray(before)) merged.set(key, [...before, ...value])
    else if (override === 'error' && before !== undefined && !equals(asItem(before), asItem(value)))
      throw new LookupFailure(
        `${inner.join('.')} would replace ${repr(asItem(before))} by ${repr(asItem(value))}: write override='ignore' if it may`,
      )
    else merged.set(key, value)
  }
  return merged
}
