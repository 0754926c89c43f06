import { item as itemOf } from '../access.ts'
import { REQUIRED } from '../arguments.ts'
import { iterate, truthy, typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { asNumber } from '../numbers.ts'
import { str } from '../print.ts'
import { matchStart } from '../regex.ts'
import type { Runtime } from '../runtime.ts'
import { type Item, type ItemDict, isDictItem } from '../things.ts'
import type { Key } from '../../value.ts'
import { Undefined } from '../undefined.ts'
import { filter, type Filters } from './define.ts'

const byKeys = { target: REQUIRED, matching_parameter: 'equality' }

/** Filters of the collection ansible.utils that go through nested data. */
export const structures: Filters = {
  get_path: filter({ path: REQUIRED, wantlist: false }, (value, { path, wantlist }, runtime) => {
    let at = value
    for (const part of pathParts(str(path))) at = itemOf(at, part, runtime)
    if (at instanceof Undefined) throw at.error()
    // As Ansible has it: what is found went through a text, so that numbers come back as one.
    const found = at === null || asNumber(at) !== undefined ? (typeof at === 'boolean' ? at : str(at)) : at
    return truthy(wantlist) ? [found] : found
  }),
  to_paths: filter({ prepend: null, wantlist: false }, (value, { prepend, wantlist }) => {
    const out: ItemDict = new Map()
    collectPaths(value, prepend === null ? '' : str(prepend), out)
    return truthy(wantlist) ? [out] : out
  }),
  index_of: filter(
    { test: REQUIRED, value: null, key: null, fail_on_missing: false, wantlist: false },
    indexOf,
  ),
  keep_keys: filter(byKeys, (value, args) => keep(collection(value), matcher(args))),
  remove_keys: filter(byKeys, (value, args) => withoutEmpty(remove(collection(value), matcher(args)))),
  replace_keys: filter(byKeys, (value, args) => replaceKeys(collection(value), args)),
  param_list_compare: filter({ target: REQUIRED }, (value, { target }) => compareParameters(value, target)),
}

/** `a.b[0]['c d']` as its parts. */
function pathParts(path: string): (string | number)[] {
  const found = path.matchAll(/\[\s*(?:'([^']*)'|"([^"]*)"|(-?\d+))\s*\]|([^.[\]]+)/g)
  return Array.from(found, ([, single, double, index, name]) => {
    if (index !== undefined) return Number(index)
    return single ?? double ?? (/^\d+$/.test(name ?? '') ? Number(name) : (name ?? ''))
  })
}

function collectPaths(value: Item, path: string, out: ItemDict): void {
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries()) collectPaths(item, `${path}[${index}]`, out)
  } else if (isDictItem(value) && value.size > 0) {
    for (const [key, item] of value) collectPaths(item, joined(path, key), out)
  } else out.set(path, value)
}

function joined(path: string, key: Key): string {
  const name = String(key)
  if (path === '') return name
  return /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}['${name}']`
}

function indexOf(
  data: Item,
  args: { test: Item; value: Item; key: Item; fail_on_missing: Item; wantlist: Item },
  runtime: Runtime,
): Item {
  if (!Array.isArray(data)) throw new Mistake(`takes a list, not ${typeName(data)}`)
  const [, negation, name = ''] = /^(!|not )?(.*)$/s.exec(str(args.test)) ?? []
  const test = negation === '!' && name === '=' ? '==' : name
  const other = test === 'in' && !Array.isArray(args.value) ? [args.value] : args.value
  const call = { positional: other === null ? [] : [other], named: new Map<string, Item>() }
  const hits = [...data.entries()].filter(([, element]) => {
    const subject = args.key === null ? element : itemOf(element, args.key, runtime)
    if (subject instanceof Undefined) {
      if (truthy(args.fail_on_missing)) throw subject.error()
      return false
    }
    return runtime.library.test(test, subject, call, runtime) !== (negation !== undefined)
  })
  const indices = hits.map(([index]) => index)
  if (truthy(args.wantlist) || indices.length > 1) return indices
  return indices[0] ?? []
}

function collection(value: Item): Item {
  if (Array.isArray(value) || isDictItem(value)) return value
  throw new Mistake(`takes a list or a dict, not ${typeName(value)}`)
}

type Matches = (key: Key) => boolean

function matcher({ target, matching_parameter }: { target: Item; matching_parameter: Item }): Matches {
  const wanted = Array.from(iterate(target), str)
  const fits = fitting(str(matching_parameter))
  return (key) => wanted.some((one) => fits(one, String(key)))
}

function fitting(how: string): (wanted: string, key: string) => boolean {
  switch (how) {
    case 'equality':
      return (wanted, key) => wanted === key
    case 'starts_with':
      return (wanted, key) => key.startsWith(wanted)
    case 'ends_with':
      return (wanted, key) => key.endsWith(wanted)
    case 'regex':
      return (wanted, key) => matchStart(wanted, key) !== undefined
    default:
      throw new Mistake(`matching_parameter cannot be '${how}'`, {
        hint: 'It knows: equality, starts_with, ends_with, regex.',
      })
  }
}

function isEmpty(item: Item): boolean {
  return (Array.isArray(item) || isDictItem(item)) && !truthy(item)
}

/** Only scalars are kept by their key; dicts and lists are kept for what is kept in them. */
function keep(value: Item, matches: Matches): Item {
  if (Array.isArray(value)) return value.map((item) => keep(item, matches))
  if (!isDictItem(value)) return value
  const out: ItemDict = new Map()
  for (const [key, item] of value) {
    if (!Array.isArray(item) && !isDictItem(item)) {
      if (matches(key)) out.set(key, item)
      continue
    }
    const inner = keep(item, matches)
    const kept = Array.isArray(inner) ? inner.filter((one) => !isEmpty(one)) : inner
    const onlyTexts = Array.isArray(kept) && kept.every((one) => typeof one === 'string')
    if (!onlyTexts && !isEmpty(kept)) out.set(key, kept)
  }
  return out
}

function remove(value: Item, matches: Matches): Item {
  if (Array.isArray(value)) return value.map((item) => remove(item, matches))
  if (!isDictItem(value)) return value
  const left = [...value].filter(([key]) => !matches(key))
  return new Map(left.map(([key, item]) => [key, remove(item, matches)]))
}

/** Lists lose what is empty or false in them. */
function withoutEmpty(value: Item): Item {
  if (isDictItem(value)) return new Map([...value].map(([key, item]) => [key, withoutEmpty(item)]))
  return Array.isArray(value) ? value.filter(truthy).map(withoutEmpty) : value
}

function replaceKeys(value: Item, args: { target: Item; matching_parameter: Item }): Item {
  const fits = fitting(str(args.matching_parameter))
  const renames = Array.from(iterate(args.target), (one): [string, string] => {
    if (!isDictItem(one)) throw new Mistake('target is a list of dicts with before and after')
    return [str(one.get('before') ?? ''), str(one.get('after') ?? '')]
  })
  const rename = (item: Item): Item => {
    if (Array.isArray(item)) return item.map(rename)
    if (!isDictItem(item)) return item
    const out = new Map(item)
    for (const [before, after] of renames) {
      for (const key of [...out.keys()].filter((one) => fits(before, String(one)))) {
        const moved = out.get(key) ?? null
        out.delete(key)
        out.set(after, moved)
      }
    }
    return new Map([...out].map(([key, inner]) => [key, rename(inner)]))
  }
  return rename(value)
}

/** `all` is everything of the base, `!x` takes x away from it. */
function compareParameters(base: Item, target: Item): Item {
  const [known, wanted] = [Array.from(iterate(base), str), Array.from(iterate(target), str)]
  const [away, asked] = [
    wanted.filter((name) => name.startsWith('!')),
    wanted.filter((name) => !/^!|^all$/.test(name)),
  ]
  const chosen = new Set(wanted.includes('all') ? known : [])
  for (const name of away) chosen.delete(name.slice(1))
  for (const name of asked) if (known.includes(name)) chosen.add(name)
  return new Map<string, Item>([
    ['actionable', [...chosen].sort()],
    ['unsupported', asked.filter((name) => !known.includes(name))],
  ])
}
