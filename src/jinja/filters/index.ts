import { iterate } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import type { Runtime } from '../runtime.ts'
import { type Args, DictView, type Item, Range } from '../things.ts'
import { addresses } from './addresses.ts'
import { basics } from './basics.ts'
import { certificates } from './certificates.ts'
import { combinations } from './combinations.ts'
import { csv } from './csv.ts'
import { dates } from './dates.ts'
import type { Filter } from './define.ts'
import { dicts } from './dicts.ts'
import { encode } from './encode.ts'
import { general } from './general.ts'
import { hardware } from './hardware-addresses.ts'
import { json } from './json.ts'
import { jsonQuery } from './json-query.ts'
import { numbers } from './numbers.ts'
import { paths } from './paths.ts'
import { random } from './random.ts'
import { regexes } from './regexes.ts'
import { select } from './select.ts'
import { sequences } from './sequences.ts'
import { structures } from './structures.ts'
import { text } from './text.ts'
import { timeUnits } from './time-units.ts'
import { yaml } from './yaml.ts'

/** All filters by name. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map(
  [
    basics,
    text,
    numbers,
    sequences,
    combinations,
    select,
    dicts,
    json,
    yaml,
    encode,
    paths,
    regexes,
    random,
    dates,
    addresses,
    hardware,
    csv,
    certificates,
    general,
    jsonQuery,
    structures,
    timeUnits,
  ].flatMap((group) => Object.entries(group)),
)

const COLLECTIONS = /^(?:ansible\.(?:builtin|legacy|utils|netcommon)|community\.(?:general|crypto))\./

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
