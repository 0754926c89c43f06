import type { Target } from './ast.ts'
import { toList, typeName } from './compare.ts'
import { Mistake } from './mistakes.ts'
import { Namespace } from './globals.ts'
import type { Runtime } from './runtime.ts'
import type { Item } from './things.ts'

/** The names that a block has set; what it does not know, its parent may. */
export class Frame {
  readonly #names = new Map<string, Item>()
  readonly parent: Frame | undefined

  constructor(parent?: Frame) {
    this.parent = parent
  }

  get(name: string): Item | undefined {
    const value = this.#names.get(name)
    return value === undefined ? this.parent?.get(name) : value
  }

  set(name: string, value: Item): void {
    this.#names.set(name, value)
  }

  /** The names of this frame alone: what a template exports. */
  own(): ReadonlyMap<string, Item> {
    return this.#names
  }

  *names(): Iterable<string> {
    yield* this.#names.keys()
    if (this.parent) yield* this.parent.names()
  }
}

/** Assigns a value to a name, to several by unpacking, or to a namespace's field. */
export function assign(target: Target, value: Item, frame: Frame, runtime: Runtime): void {
  if (target.kind === 'name') return frame.set(target.name, value)
  runtime.at = target.at
  if (target.kind === 'field') {
    const object = frame.get(target.object)
    if (object instanceof Namespace) return object.set(target.name, value)
    throw new Mistake(`cannot assign an attribute on '${target.object}'`, {
      hint: `Make it with {% set ${target.object} = namespace() %} first.`,
    })
  }
  const values = unpack(value)
  if (values.length !== target.items.length) {
    const hint =
      typeof value === 'string' ? 'A dict gives its keys with their values by .items().' : undefined
    throw new Mistake(`cannot unpack ${values.length} values into ${target.items.length} names`, { hint })
  }
  for (const [index, inner] of target.items.entries()) assign(inner, values[index] ?? null, frame, runtime)
}

function unpack(value: Item): Item[] {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') {
    throw new Mistake(`cannot unpack a value of type '${typeName(value)}' into several names`)
  }
  return toList(value)
}
