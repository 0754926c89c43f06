import { equals } from './compare.ts'
import { Mistake } from './mistakes.ts'
import { type Args, Callable, type Item, Opaque, tuple } from './things.ts'
import { noSuch } from './undefined.ts'

/** The variable `loop` inside a for. */
export class Loop extends Opaque {
  readonly typeName = 'LoopContext'
  readonly #items: readonly Item[]
  readonly #depth: number
  readonly #recurse: ((items: Item) => string) | undefined
  #index = -1
  #lastChanged: Item | undefined

  constructor(items: readonly Item[], depth: number, recurse: ((items: Item) => string) | undefined) {
    super()
    this.#items = items
    this.#depth = depth
    this.#recurse = recurse
  }

  /** Goes on to the next item. */
  advance(): void {
    this.#index += 1
  }

  override attribute(name: string): Item | undefined {
    const { length } = this.#items
    const index = this.#index
    switch (name) {
      case 'index':
        return index + 1
      case 'index0':
        return index
      case 'revindex':
        return length - index
      case 'revindex0':
        return length - index - 1
      case 'first':
        return index === 0
      case 'last':
        return index === length - 1
      case 'length':
        return length
      case 'depth':
        return this.#depth + 1
      case 'depth0':
        return this.#depth
      case 'previtem':
        return index > 0 ? this.#item(index - 1) : noSuch('there is no previous item')
      case 'nextitem':
        return index < length - 1 ? this.#item(index + 1) : noSuch('there is no next item')
      case 'cycle':
        return new Callable('cycle', ({ positional }) => this.#cycle(positional))
      case 'changed':
        return new Callable('changed', ({ positional }) => this.#changed(tuple(positional)))
      default:
        return undefined
    }
  }

  #item(index: number): Item {
    return this.#items[index] ?? null
  }

  #cycle(items: Item[]): Item {
    if (items.length === 0) throw new Mistake('no items for cycling given')
    return items[this.#index % items.length] ?? null
  }

  #changed(value: Item): boolean {
    if (this.#lastChanged !== undefined && equals(this.#lastChanged, value)) return false
    this.#lastChanged = value
    return true
  }

  /** A recursive loop renders its body again for inner items. */
  override call({ positional }: Args): Item {
    const [items] = positional
    if (!this.#recurse) throw new Mistake("the loop needs the word 'recursive' to be called")
    if (items === undefined) throw new Mistake('loop() takes the items to loop over')
    return this.#recurse(items)
  }
}
