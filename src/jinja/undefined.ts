import type { HakubeError, Place } from '../errors.ts'
import { UndefinedVariable } from './mistakes.ts'
import { type Args, type Item, Opaque } from './things.ts'

/**
 * A value that is not there. It may be passed around, tested with `is defined` and replaced by `default`;
 * its attributes are again itself, and any other use raises the error of the place where it arose.
 */
export class Undefined extends Opaque {
  readonly typeName = 'AnsibleUndefined'
  readonly message: string
  /** Counts as an empty text wherever it is used, as what an inline if without else leaves does. */
  readonly lenient: boolean
  readonly #hint: () => string | undefined
  readonly #place: () => Place | undefined
  readonly #cause: HakubeError | undefined

  constructor(
    message: string,
    details: {
      hint?: () => string | undefined
      place?: () => Place | undefined
      cause?: HakubeError
      lenient?: boolean
    } = {},
  ) {
    super()
    this.lenient = details.lenient ?? false
    this.message = message
    this.#hint = details.hint ?? (() => undefined)
    this.#place = details.place ?? (() => undefined)
    this.#cause = details.cause
  }

  /** The error that using it is. The template of a variable that failed is the better place, so it goes first. */
  error(): HakubeError {
    if (this.#cause) return this.#cause
    return new UndefinedVariable(this.message, {
      code: 'undefined-variable',
      hint: this.#hint(),
      place: this.#place(),
    })
  }

  override attribute(): Item {
    return this
  }

  override repr(): string {
    if (this.lenient) return ''
    throw this.error()
  }

  override elements(): Iterable<Item> {
    if (this.lenient) return []
    throw this.error()
  }

  override call(_args: Args): Item {
    throw this.error()
  }
}

/** The item itself, unless it is undefined. */
export function defined(item: Item): Item {
  if (item instanceof Undefined && !item.lenient) throw item.error()
  return item
}

/** For results such as the first item of an empty list. */
export function noSuch(message: string): Undefined {
  return new Undefined(message)
}
