import type { Dict, Key, Value } from '../value.ts'

/** Where a lazy dict takes its items from. */
export interface LazySource {
  get(key: Key): Value | undefined
  keys(): Iterable<Key>
}

/**
 * A dict whose values are made when they are read, such as hostvars: rendering all variables of all hosts to
 * read one would be slow, and would fail on a variable that nobody uses.
 */
export class LazyDict extends Map<Key, Value> implements Dict {
  readonly #source: LazySource

  constructor(source: LazySource) {
    super()
    this.#source = source
  }

  override get(key: Key): Value | undefined {
    return this.#source.get(key)
  }
  override has(key: Key): boolean {
    return this.#source.get(key) !== undefined
  }
  override get size(): number {
    return [...this.#source.keys()].length
  }
  override *keys(): MapIterator<Key> {
    yield* this.#source.keys()
  }
  override *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value
  }
  override *entries(): MapIterator<[Key, Value]> {
    for (const key of this.#source.keys()) {
      const value = this.#source.get(key)
      if (value !== undefined) yield [key, value]
    }
  }
  override [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries()
  }
  override forEach(visit: (value: Value, key: Key, map: Map<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}
