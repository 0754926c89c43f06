import type { Dict, Value } from '../value.ts'
import { allDefined } from './arguments.ts'
import { truthy } from './compare.ts'
import { Mistake, suggestion } from './mistakes.ts'
import type { Runtime, Scope } from './runtime.ts'
import type { Args, Item } from './things.ts'
import { toValue } from './result.ts'
import { BUILT_IN_LOOKUPS } from './lookups-pure.ts'

/** What a lookup may use. */
export interface LookupContext {
  scope: Scope
  random(): number
}

/**
 * A lookup plugin: terms and options in, a list out. It throws a HakubeError, or any Error whose message
 * says what failed; both end the template, unless the template says errors='ignore' or 'warn'.
 */
export type Lookup = (terms: Value[], options: Dict, context: LookupContext) => Value[]
export type Lookups = ReadonlyMap<string, Lookup>

/** The name without the collection that is Ansible's own. */
export function shortName(name: string): string {
  return name.replace(/^(?:ansible\.(?:builtin|legacy)|community\.general)\./, '')
}

/** `query(…)`: the lookup's whole list. */
export function query(args: Args, runtime: Runtime): Item {
  return run(args, runtime).items
}

/** `lookup(…)`: texts joined by commas, a single other value as itself. */
export function lookup(args: Args, runtime: Runtime): Item {
  const { items, wantList, ignored } = run(args, runtime)
  if (ignored && !wantList) return null
  if (wantList || items.length === 0) return items
  if (items.every((item) => typeof item === 'string')) return items.join(',')
  return items.length === 1 ? (items[0] ?? null) : items
}

interface Found {
  items: Value[]
  wantList: boolean
  /** It failed, and the template said to go on. */
  ignored: boolean
}

function run(args: Args, runtime: Runtime): Found {
  allDefined(args)
  const [name, ...terms] = args.positional
  if (typeof name !== 'string') throw new Mistake('lookup() takes the name of a lookup first')
  const found = findLookup(name, runtime.environment.lookups)
  const { wantlist = false, errors = 'strict', ...options } = Object.fromEntries(args.named)
  const named: Dict = new Map(Object.entries(options).map(([key, value]) => [key, toValue(value)]))
  const wantList = truthy(wantlist)
  try {
    return { items: found(terms.map(toValue), named, context(runtime)), wantList, ignored: false }
  } catch (error) {
    if ((errors === 'ignore' || errors === 'warn') && error instanceof LookupFailure)
      return { items: [], wantList, ignored: true }
    if (error instanceof LookupFailure) throw new Mistake(error.message, { code: 'lookup-failed' })
    throw error
  }
}

/** A lookup's own failure, such as a missing file: `errors='ignore'` may pass over it. */
export class LookupFailure extends Error {}

/** A lookup by its name. Throws Mistake for one that is not there. */
export function findLookup(name: string, own: Lookups | undefined): Lookup {
  const short = shortName(name)
  const found = own?.get(short) ?? BUILT_IN_LOOKUPS.get(short)
  if (found) return found
  const known = [...(own?.keys() ?? []), ...BUILT_IN_LOOKUPS.keys()]
  throw unknownLookup(name, known)
}

/** What to write for lookups of Ansible's that are not there. */
export const LOOKUPS_INSTEAD: ReadonlyMap<string, string> = new Map([
  ['url', 'Register the answer of the module uri, with delegate_to: localhost for this machine.'],
  ['config', "Write the setting's value out."],
  ['redis', "Use lookup('pipe', 'redis-cli get …')."],
  ['filetree', "Use copy or template with a list of the files, or lookup('pipe', 'find …')."],
  ['lookup', "Use lookup('pipe', 'dig +short …')."],
  ['dig', "Use lookup('pipe', 'dig +short …')."],
  ['hashi_vault', "Use lookup('pipe', 'vault read …')."],
])

export function unknownLookup(name: string, known: readonly string[], at?: number): Mistake {
  const hint =
    LOOKUPS_INSTEAD.get(shortName(name)) ??
    suggestion(name, known) ??
    `These are known: ${[...known].sort().join(', ')}.`
  return new Mistake(`there is no lookup '${name}'`, { code: 'unknown-lookup', hint, at })
}

function context(runtime: Runtime): LookupContext {
  return { scope: runtime.scope, random: () => random(runtime) }
}

/** A random number from the environment. */
export function random(runtime: Runtime): number {
  if (runtime.environment.random) return runtime.environment.random()
  throw new Mistake('random numbers are not available here', { hint: 'Give a seed.' })
}
