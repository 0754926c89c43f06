import { iterate } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import type { Runtime } from '../runtime.ts'
import { type Args, DictView, type Item, Range } from '../things.ts'
import { basics } from './basics.ts'
import type { Filter } from './define.ts'

/** All filters by name. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map(Object.entries({ ...basics }))

const COLLECTIONS = /^(?:ansible\.(?:builtin|legacy|utils|netcommon)|community\.general)\./

/** The name without its collection. */
export function canonicalFilter(name: string): string {
  return name.replace(COLLECTIONS, '')
}

/** Runs a filter; what is only a view or a range comes back as a list, as in Ansible. */
export function runFilter(name: string, value: Item, args: Args, runtime: Runtime): Item {
  const run = FILTERS.get(canonicalFilter(name))
  if (!run) throw new Mistake(`there is no filter '${name}'`, { code: 'unknown-filter' })
  try {
    const result = run(value, args, runtime)
    return result instanceof DictView || result instanceof Range ? [...iterate(result)] : result
  } catch (error) {
    if (!(error instanceof Mistake) || error.code === 'template-limit') throw error
    const message = error.message.startsWith('|') ? error.message : `|${name}: ${error.message}`
    throw new Mistake(message, { code: error.code, hint: error.hint, at: error.at })
  }
}
