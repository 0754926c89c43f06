import { Callable, type Args, type Item, Tuple } from '../things.ts'
import type { Runtime } from '../runtime.ts'
import { isInt, isFloat, plain } from '../numbers.ts'
import { Mistake } from '../mistakes.ts'
import { DICT_METHODS } from './dict.ts'
import type { Method } from './define.ts'
import { LIST_METHODS, MUTATORS as LIST_MUTATORS } from './list.ts'
import { TEXT_METHODS } from './text.ts'

/** The method of this name that Python's type of the object has. */
export function method(object: Item, name: string): Callable | undefined {
  const run = find(object, name)
  if (!run) return undefined
  return new Callable(name, (args, runtime) => {
    try {
      return run(args, runtime)
    } catch (error) {
      if (!(error instanceof Mistake)) throw error
      throw new Mistake(`${name}(): ${error.message}`, { code: error.code, hint: error.hint, at: error.at })
    }
  })
}

type Run = (args: Args, runtime: Runtime) => Item

function find(object: Item, name: string): Run | undefined {
  if (typeof object === 'string') return bound(TEXT_METHODS, name, object)
  if (object instanceof Map) return bound(DICT_METHODS, name, object)
  if (object instanceof Tuple && LIST_MUTATORS.has(name)) return undefined
  if (Array.isArray(object)) return bound(LIST_METHODS, name, object)
  if (isFloat(object) && name === 'is_integer') return () => Number.isInteger(plain(object))
  if (isInt(object) && name === 'bit_length') {
    return () => (object === 0 ? 0 : BigInt(object).toString(2).replace('-', '').length)
  }
  return undefined
}

function bound<T>(methods: ReadonlyMap<string, Method<T>>, name: string, object: T): Run | undefined {
  const run = methods.get(name)
  return run && ((args, runtime) => run(object, args, runtime))
}

/** The methods that change their object in place. */
export const MUTATING_METHODS: ReadonlySet<string> = new Set([
  ...LIST_MUTATORS,
  'update',
  'setdefault',
  'popitem',
  'clear',
])
