import { contains, equals, truthy } from './compare.ts'
import { Mistake } from './mistakes.ts'
import type { Runtime } from './runtime.ts'
import type { Args, Item } from './things.ts'
import { Undefined } from './undefined.ts'

export type Test = (value: Item, args: Args, runtime: Runtime) => boolean

export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['defined', (value) => !(value instanceof Undefined)],
  ['undefined', (value) => value instanceof Undefined],
  ['none', (value) => value === null],
  ['in', (value, { positional }) => contains(positional[0] ?? null, value)],
  ['equalto', (value, { positional }) => equals(positional[0] ?? null, value)],
  ['truthy', (value) => truthy(value)],
])

export function canonicalTest(name: string): string {
  return name.replace(/^ansible\.(?:builtin|legacy|utils)\./, '')
}

export function runTest(name: string, value: Item, args: Args, runtime: Runtime): boolean {
  const run = TESTS.get(canonicalTest(name))
  if (!run) throw new Mistake(`there is no test '${name}'`, { code: 'unknown-test' })
  return run(value, args, runtime)
}
