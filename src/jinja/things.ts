import type { Float, Key, Value } from '../value.ts'
import { Mistake } from './mistakes.ts'
import type { Runtime } from './runtime.ts'

/** What an expression can meet while it is evaluated: every Value, and things that never leave the engine. */
export type Item = null | boolean | number | bigint | string | Float | Item[] | ItemDict | Opaque
export type ItemDict = Map<Key, Item>

export interface Args {
  positional: Item[]
  named: Map<string, Item>
}

/** Something of the engine's own (undefined, functions, loop, namespace, views): no Value, cannot be returned. */
export abstract class Opaque {
  /** Python's name of the type, for messages. */
  abstract readonly typeName: string

  /** The attribute of this name, or undefined where there is none. */
  attribute(_name: string): Item | undefined {
    return undefined
  }

  repr(): string {
    return `<${this.typeName} object>`
  }

  /** The elements, for things that can be looped over. */
  elements(): Iterable<Item> | undefined {
    return undefined
  }

  /** The text that stands for it outside of the engine, for things that have one. */
  text(): string | undefined {
    return undefined
  }

  /** Whether Python takes the other for equal. */
  same(other: Opaque): boolean {
    return this.repr() === other.repr()
  }

  /** How it compares, for things that have an order. */
  order(_other: Item): number | undefined {
    return undefined
  }

  /** The result of an arithmetic operator, for things that have it. */
  operate(_operator: string, _other: Item): Item | undefined {
    return undefined
  }

  call(_args: Args, _runtime: Runtime): Item {
    throw new Mistake(`'${this.typeName}' object is not callable`)
  }
}

/** A function that templates can call. */
export class Callable extends Opaque {
  readonly typeName = 'function'
  readonly name: string
  readonly #run: (args: Args, runtime: Runtime) => Item

  constructor(name: string, run: (args: Args, runtime: Runtime) => Item) {
    super()
    this.name = name
    this.#run = run
  }

  override repr(): string {
    return `<function ${this.name}>`
  }

  override call(args: Args, runtime: Runtime): Item {
    return this.#run(args, runtime)
  }
}

/** A Python tuple: a list that prints with parentheses and equals no list. */
export class Tuple<T extends Item = Item> extends Array<T> {
  // What map, slice and filter make of a tuple is a plain array.
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

export function tuple<T extends Item>(items: Iterable<T>): Tuple<T> {
  const out = new Tuple<T>()
  for (const item of items) out.push(item)
  return out
}

/** The live views that a dict's keys(), values() and items() give. */
export class DictView extends Opaque {
  readonly typeName: 'dict_keys' | 'dict_values' | 'dict_items'
  readonly of: ItemDict

  constructor(typeName: DictView['typeName'], of: ItemDict) {
    super()
    this.typeName = typeName
    this.of = of
  }

  override *elements(): Iterable<Item> {
    if (this.typeName === 'dict_keys') yield* this.of.keys()
    else if (this.typeName === 'dict_values') yield* this.of.values()
    else for (const [key, value] of this.of) yield tuple([key, value])
  }
}

/** What range() gives: never spelled out before somebody loops over it. */
export class Range extends Opaque {
  readonly typeName = 'range'
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly length: number

  constructor(start: number, stop: number, step: number) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
    this.length = Math.max(0, Math.ceil((stop - start) / step))
  }

  at(index: number): number {
    return this.start + index * this.step
  }

  override *elements(): Iterable<Item> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index)
  }

  override repr(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1 ? '' : `, ${this.step}`})`
  }
}

/** A Value is an Item as it is; the reverse needs `toValue`. */
export function asItem(value: Value): Item {
  return value
}

export function isDictItem(item: Item | undefined): item is ItemDict {
  return item instanceof Map
}

/** What groupby makes: the tuple (grouper, list) with names for its parts. */
export class Group extends Tuple {
  static make(grouper: Item, list: Item[]): Group {
    const group = new Group()
    group.push(grouper, list)
    return group
  }

  /** The part of this name. */
  part(name: string): Item | undefined {
    if (name === 'grouper') return this[0]
    return name === 'list' ? this[1] : undefined
  }
}
