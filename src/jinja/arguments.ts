import { typeName } from './compare.ts'
import { Mistake, suggestion } from './mistakes.ts'
import { asNumber, isFloat, isInt, plain } from './numbers.ts'
import { str } from './print.ts'
import type { Args, Item } from './things.ts'
import { defined } from './undefined.ts'

/** Marks a parameter that has no default. */
export class Required {
  readonly #mark = true

  static is(value: unknown): value is Required {
    return value instanceof Required && value.#mark
  }
}
export const REQUIRED = new Required()

/** The parameters of a filter, test or method in their order, with their defaults. */
export type Parameters = Readonly<Record<string, Item | Required>>
export type Bound<P extends Parameters> = { [K in keyof P]: Item }

/** Puts arguments to parameters as Python does; what fits nowhere is a mistake. */
export function bind<P extends Parameters>(parameters: P, args: Args): Bound<P> {
  const names = Object.keys(parameters)
  if (args.positional.length > names.length) throw tooMany(names.length, args.positional.length)
  const bound: Record<string, Item> = {}
  for (const [index, item] of args.positional.entries()) bound[names[index] ?? ''] = item
  for (const [name, item] of args.named) {
    if (!names.includes(name)) throw unknownArgument(name, names)
    if (Object.hasOwn(bound, name)) throw new Mistake(`got two values for the argument '${name}'`)
    bound[name] = item
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (Object.hasOwn(bound, name)) continue
    if (Required.is(value)) throw new Mistake(`the argument '${name}' is missing`)
    bound[name] = value
  }
  // Every parameter has got its value above; only the compiler cannot follow that.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return bound as Bound<P>
}

export function tooMany(expected: number, given: number): Mistake {
  const takes = expected === 0 ? 'no arguments' : `at most ${expected} argument${expected === 1 ? '' : 's'}`
  return new Mistake(`takes ${takes}, got ${given}`)
}

export function unknownArgument(name: string, names: readonly string[]): Mistake {
  const hint = suggestion(name, names) ?? (names.length > 0 ? `It knows: ${names.join(', ')}.` : undefined)
  return new Mistake(`unknown argument '${name}'`, { hint })
}

/** The arguments must all be defined. */
export function allDefined(args: Args): void {
  for (const item of args.positional) defined(item)
  for (const item of args.named.values()) defined(item)
}

/** An argument that must be an int. */
export function intArgument(item: Item, name: string): number {
  const number = asNumber(item)
  if (number !== undefined && isInt(number)) return Number(number)
  throw new Mistake(`${name} must be an integer, not ${typeName(item)}`)
}

/** An argument that must be a number. */
export function numberArgument(item: Item, name: string): number {
  const number = asNumber(item)
  if (number !== undefined && (isInt(number) || isFloat(number))) return plain(number)
  throw new Mistake(`${name} must be a number, not ${typeName(item)}`)
}

/** An argument that must be a text. */
export function textArgument(item: Item, name: string): string {
  if (typeof item === 'string') return item
  throw new Mistake(`${name} must be a string, not ${typeName(item)}`)
}

/** Anything as a text, the way str() prints it. */
export function text(item: Item): string {
  return str(item)
}
