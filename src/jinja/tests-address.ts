import type { Runtime } from './runtime.ts'
import type { Args, Item } from './things.ts'

type Test = (value: Item, args: Args, runtime: Runtime) => boolean

export const ADDRESS_TESTS: Readonly<Record<string, Test>> = {}
