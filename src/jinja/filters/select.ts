import { own } from '../access.ts'
import { REQUIRED } from '../arguments.ts'
import { iterate, truthy, typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import type { Runtime } from '../runtime.ts'
import type { Args, Item } from '../things.ts'
import { noSuch } from '../undefined.ts'
import { attributeGetter } from './attributes.ts'
import { filter, openFilter, type Filters } from './define.ts'

const lazy = { undefinedArguments: true }

/** Filters that apply another filter or test to every element. */
export const select: Filters = {
  map: openFilter(map, lazy),
  select: openFilter((value, args, runtime) => choose(value, args, runtime, false, true), lazy),
  reject: openFilter((value, args, runtime) => choose(value, args, runtime, false, false), lazy),
  selectattr: openFilter((value, args, runtime) => choose(value, args, runtime, true, true), lazy),
  rejectattr: openFilter((value, args, runtime) => choose(value, args, runtime, true, false), lazy),
  attr: filter(
    { name: REQUIRED },
    (value, { name }) =>
      // Not a dict's keys: that is what the filter is for.
      own(value, str(name)) ?? noSuch(`the ${typeName(value)} has no attribute '${str(name)}'`),
  ),
}

/** What is false, such as None, counts as nothing to go through. */
function elements(value: Item): Item[] {
  return truthy(value) ? [...iterate(value)] : []
}

function map(value: Item, { positional, named }: Args, runtime: Runtime): Item[] {
  const [name, ...rest] = positional
  const items = elements(value)
  if (name === undefined) {
    const { attribute, default: fallback, ...others } = Object.fromEntries(named)
    const [unknown] = Object.keys(others)
    if (unknown !== undefined) throw new Mistake(`unknown argument '${unknown}'`)
    if (attribute === undefined) throw new Mistake('takes the name of a filter, or attribute=')
    return items.map(attributeGetter(attribute, runtime, fallback))
  }
  if (typeof name !== 'string') throw new Mistake('takes the name of a filter first')
  return items.map((item) => {
    runtime.step()
    return runtime.library.filter(name, item, { positional: rest, named }, runtime)
  })
}

function choose(
  value: Item,
  { positional, named }: Args,
  runtime: Runtime,
  byAttribute: boolean,
  wanted: boolean,
): Item[] {
  const [attribute] = positional
  if (byAttribute && attribute === undefined) throw new Mistake('takes the name of an attribute first')
  const get = byAttribute ? attributeGetter(attribute ?? null, runtime) : (item: Item): Item => item
  const [test, ...rest] = byAttribute ? positional.slice(1) : positional
  if (test !== undefined && typeof test !== 'string') throw new Mistake('takes the name of a test')
  return elements(value).filter((item) => {
    runtime.step()
    const subject = get(item)
    const holds =
      test === undefined
        ? truthy(subject)
        : runtime.library.test(test, subject, { positional: rest, named }, runtime)
    return holds === wanted
  })
}
