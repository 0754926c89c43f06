import { equals } from '../jinja/compare.ts'
import { str } from '../jinja/index.ts'
import { isDict, type Dict, type Value } from '../value.ts'

/** What options of one mapping have to do with each other: required_if and its like. Defaults count as given. */
export function checkRelations(name: string, option: Dict, spec: Dict, given: Dict): string[] {
  const values = new Map(given)
  for (const [key, inner] of spec) {
    const fallback = isDict(inner) ? (inner.get('default') ?? null) : null
    if (!values.has(key) && fallback !== null) values.set(key, fallback)
  }
  const has = (key: Value) => values.has(str(key))
  const words = (keys: readonly Value[]) => keys.map((key) => str(key)).join(', ')
  const problems: string[] = []
  // What is given by a default does not exclude anything.
  for (const group of listsOf(option.get('mutually_exclusive'))) {
    const set = group.filter((key) => given.has(str(key)))
    if (set.length > 1) problems.push(`${name} may have only one of ${words(set)}`)
  }
  for (const group of listsOf(option.get('required_together'))) {
    const missing = group.filter((key) => !has(key))
    if (missing.length > 0 && missing.length < group.length)
      problems.push(`${name} needs ${words(missing)}, too: ${words(group)} belong together`)
  }
  for (const group of listsOf(option.get('required_one_of')))
    if (!group.some(has)) problems.push(`${name} needs one of ${words(group)}`)
  for (const [key = null, wanted = null, needed = null, any = false] of listsOf(option.get('required_if'))) {
    const missing = listOf(needed).filter((one) => !has(one))
    const value = values.get(str(key))
    if (value === undefined || !equals(value, wanted) || missing.length === 0) continue
    if (any !== true) problems.push(`${name} needs ${words(missing)} where ${str(key)} is ${str(wanted)}`)
    else if (missing.length === listOf(needed).length)
      problems.push(`${name} needs one of ${words(missing)} where ${str(key)} is ${str(wanted)}`)
  }
  const by = option.get('required_by')
  for (const [key, needed] of isDict(by) ? by : []) {
    const missing = listOf(needed).filter((one) => (values.get(str(one)) ?? null) === null)
    if ((values.get(str(key)) ?? null) !== null && missing.length > 0)
      problems.push(`${name} needs ${words(missing)} beside ${str(key)}`)
  }
  return problems
}

/** A list, or one item. */
export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** A list of lists. */
function listsOf(value: Value | undefined): readonly (readonly Value[])[] {
  return listOf(value).map((item) => listOf(item))
}
