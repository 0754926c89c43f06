import { toJson, type Value } from './value.ts'

const TRUE: ReadonlySet<string> = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0'])
const FALSE: ReadonlySet<string> = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0'])

/** Ansible's booleans: YAML's, and the usual words and numbers for them; undefined for anything else. */
export function truthOf(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  const word = String(toJson(value)).toLowerCase()
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined
}
