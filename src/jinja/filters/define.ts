import { allDefined, bind, type Bound, type Parameters } from '../arguments.ts'
import { Mistake } from '../mistakes.ts'
import type { Runtime } from '../runtime.ts'
import type { Args, Item } from '../things.ts'
import { defined, Undefined } from '../undefined.ts'

export type Filter = (value: Item, args: Args, runtime: Runtime) => Item
export type Filters = Readonly<Record<string, Filter>>

interface Options {
  /** The value may be undefined. */
  undefinedValue?: boolean
  /** The arguments may be undefined. */
  undefinedArguments?: boolean
}

/** A filter with named parameters. Undefined values and arguments are errors unless it says otherwise. */
export function filter<P extends Parameters>(
  parameters: P,
  run: (value: Item, bound: Bound<P>, runtime: Runtime) => Item,
  options: Options = {},
): Filter {
  return (value, args, runtime) => {
    check(value, args, options)
    return run(settled(value, options), bind(parameters, args), runtime)
  }
}

/** A filter that takes any number of arguments. */
export function openFilter(
  run: (value: Item, args: Args, runtime: Runtime) => Item,
  options: Options = {},
): Filter {
  return (value, args, runtime) => {
    check(value, args, options)
    return run(settled(value, options), args, runtime)
  }
}

/** What an inline if without else leaves is an empty text to a filter. */
function settled(value: Item, options: Options): Item {
  return value instanceof Undefined && options.undefinedValue !== true ? '' : value
}

function check(value: Item, args: Args, options: Options): void {
  if (options.undefinedValue !== true) defined(value)
  if (options.undefinedArguments !== true) allDefined(args)
}

/** Splits arguments into those of known parameters and the positional ones before them. */
export function onlyNamed(args: Args, ...names: string[]): void {
  for (const name of args.named.keys()) {
    if (!names.includes(name)) throw new Mistake(`unknown argument '${name}'`)
  }
}
