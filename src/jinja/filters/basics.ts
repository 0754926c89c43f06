import { REQUIRED } from '../arguments.ts'
import { equals, iterate, length, toList, truthy, typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import { type Item } from '../things.ts'
import { noSuch, Undefined } from '../undefined.ts'
import { filter, type Filters } from './define.ts'
import { attributeGetter } from './attributes.ts'

const orDefault = filter(
  { default_value: '', boolean: false },
  (value, { default_value, boolean }) =>
    value instanceof Undefined || (truthy(boolean) && !truthy(value)) ? default_value : value,
  { undefinedValue: true, undefinedArguments: true },
)
const size = filter({}, (value) => length(value))

/** Filters that nearly every playbook uses. */
export const basics: Filters = {
  d: orDefault,
  default: orDefault,
  mandatory: filter({ msg: null }, mandatory, { undefinedValue: true }),
  count: size,
  length: size,
  bool: filter({}, toBool),
  ternary: filter({ true_val: REQUIRED, false_val: REQUIRED, none_val: null }, ternary, {
    undefinedArguments: true,
  }),
  list: filter({}, (value) => [...iterate(value)]),
  string: filter({}, (value) => str(value)),
  join: filter({ d: '', attribute: null }, (value, { d, attribute }, runtime) => {
    const get = attribute === null ? undefined : attributeGetter(attribute, runtime)
    const texts: string[] = []
    for (const item of iterate(value)) texts.push(str(get ? get(item) : item))
    runtime.size(texts.reduce((sum, text) => sum + text.length, 0))
    return texts.join(str(d))
  }),
  type_debug: filter({}, (value) => typeName(value), { undefinedValue: true }),
  first: filter({}, first),
  last: filter({}, last),
}

function mandatory(value: Item, { msg }: { msg: Item }): Item {
  if (!(value instanceof Undefined)) return value
  throw new Mistake(msg === null ? `a mandatory variable is missing: ${value.message}` : str(msg), {
    code: 'undefined-variable',
  })
}

/** Ansible's idea of true in text: anything else than these is false. */
function toBool(value: Item): Item {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return ['yes', 'on', '1', 'true'].includes(value.toLowerCase())
  return equals(value, 1)
}

function ternary(value: Item, args: { true_val: Item; false_val: Item; none_val: Item }): Item {
  if (value === null && args.none_val !== null) return args.none_val
  return truthy(value) ? args.true_val : args.false_val
}

function last(value: Item): Item {
  const found = toList(value).at(-1)
  // Not ??: None is an item.
  return found === undefined ? noSuch('there is no last item, the list is empty') : found
}

function first(value: Item): Item {
  for (const item of iterate(value)) return item
  return noSuch('there is no first item, the list is empty')
}
