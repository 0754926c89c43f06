import { allDefined, bind, type Bound, type Parameters } from '../arguments.ts'
import type { Runtime } from '../runtime.ts'
import type { Args, Item } from '../things.ts'

export type Method<T> = (object: T, args: Args, runtime: Runtime) => Item

/** A method with named parameters, as Python's have. */
export function define<T, P extends Parameters>(
  parameters: P,
  run: (object: T, bound: Bound<P>, runtime: Runtime) => Item,
  options: { undefinedArguments?: boolean } = {},
): Method<T> {
  return (object, args, runtime) => {
    if (options.undefinedArguments !== true) allDefined(args)
    return run(object, bind(parameters, args), runtime)
  }
}
