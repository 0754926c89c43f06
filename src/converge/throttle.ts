import pLimit, { type LimitFunction } from 'p-limit'

/** Lets at most so many hosts into a task at a time. */
export class Throttle {
  readonly #limits = new Map<object, LimitFunction>()

  /** `task`: what they come together at, the same object for all of them. `most`: 0 for no limit. */
  pass<T>(task: object, most: number, through: () => Promise<T>): Promise<T> {
    if (most < 1) return through()
    let limit = this.#limits.get(task)
    if (!limit) this.#limits.set(task, (limit = pLimit(Math.floor(most))))
    return limit(through)
  }
}
