import { bind, intArgument } from './arguments.ts'
import { pairs } from './methods/dict.ts'
import { lookup, query } from './lookups.ts'
import { Mistake } from './mistakes.ts'
import { repr, str } from './print.ts'
import type { Runtime } from './runtime.ts'
import { type Args, Callable, type Item, type ItemDict, Opaque, Range } from './things.ts'
import { Undefined } from './undefined.ts'
import { now } from './dates.ts'

/** A bag of fields that inner blocks may set, where a plain `set` would stay inside. */
export class Namespace extends Opaque {
  readonly typeName = 'Namespace'
  readonly #fields: Map<string, Item>

  constructor(fields: Map<string, Item>) {
    super()
    this.#fields = fields
  }

  set(name: string, value: Item): void {
    this.#fields.set(name, value)
  }

  override attribute(name: string): Item | undefined {
    return this.#fields.get(name)
  }

  override repr(): string {
    return `<Namespace ${repr(this.#fields)}>`
  }
}

class Cycler extends Opaque {
  readonly typeName = 'Cycler'
  readonly #items: Item[]
  #at = 0

  constructor(items: Item[]) {
    super()
    if (items.length === 0) throw new Mistake('at least one item has to be provided')
    this.#items = items
  }

  override attribute(name: string): Item | undefined {
    if (name === 'current') return this.#items[this.#at] ?? null
    if (name === 'next') return new Callable('next', () => this.#next())
    if (name === 'reset') return new Callable('reset', () => this.#reset())
    return undefined
  }

  #next(): Item {
    const current = this.#items[this.#at] ?? null
    this.#at = (this.#at + 1) % this.#items.length
    return current
  }

  #reset(): null {
    this.#at = 0
    return null
  }
}

/** Nothing the first time it is called, the separator afterwards. */
function joiner(separator: string): Callable {
  let used = false
  return new Callable('joiner', () => {
    const out = used ? separator : ''
    used = true
    return out
  })
}

/** The functions that every template knows, unless a variable has their name. */
export const GLOBALS: ReadonlyMap<string, Item> = new Map<string, Item>([
  ['range', new Callable('range', range)],
  ['dict', new Callable('dict', dict)],
  ['namespace', new Callable('namespace', namespace)],
  ['cycler', new Callable('cycler', ({ positional }) => new Cycler(positional))],
  ['joiner', new Callable('joiner', (args) => joiner(str(bind({ sep: ', ' }, args).sep)))],
  ['lookup', new Callable('lookup', lookup)],
  ['query', new Callable('query', query)],
  ['q', new Callable('q', query)],
  ['now', new Callable('now', now)],
  ['undef', new Callable('undef', undef)],
])

function range({ positional, named }: Args, runtime: Runtime): Item {
  if (named.size > 0) throw new Mistake('range() takes no keyword arguments')
  const numbers = positional.map((item) => intArgument(item, 'range()'))
  const [first, second, step = 1, ...more] = numbers
  if (first === undefined || more.length > 0) throw new Mistake('range() takes 1 to 3 arguments')
  if (step === 0) throw new Mistake('range() arg 3 must not be zero')
  const made = second === undefined ? new Range(0, first, 1) : new Range(first, second, step)
  // Most ranges become lists, whose elements take more room than a character.
  runtime.size(made.length * 10)
  return made
}

function dict({ positional, named }: Args): Item {
  const [from, ...more] = positional
  if (more.length > 0) throw new Mistake('dict() takes at most one positional argument')
  const out: ItemDict = new Map(from === undefined ? [] : pairs(from))
  for (const [key, value] of named) out.set(key, value)
  return out
}

function namespace({ positional, named }: Args): Item {
  const fields = new Map<string, Item>()
  for (const [key, value] of positional.flatMap((from) => [...pairs(from)])) fields.set(str(key), value)
  for (const [key, value] of named) fields.set(key, value)
  return new Namespace(fields)
}

function undef(args: Args): Item {
  const { hint } = bind({ hint: '' }, args)
  const given = hint instanceof Undefined || hint === '' || hint === null
  return new Undefined(given ? 'Mandatory variable has not been overridden' : str(hint))
}
