import { Mistake } from './mistakes.ts'
import type { Args, Item } from './things.ts'
import type { Runtime } from './runtime.ts'

export function now(_args: Args, _runtime: Runtime): Item {
  throw new Mistake('now() is not there yet')
}
