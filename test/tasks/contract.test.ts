import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { describeParams } from '../../src/tasks/describe-module.ts'
import { findModule, moduleNames, modules } from '../../src/tasks/index.ts'
import { shellWords } from '../../src/inventory/shlex.ts'
import { World, id } from '../../src/world/world.ts'
import { kinds } from '../../src/world/kinds.ts'
import { fromJson, type Value } from '../../src/value.ts'
import type { Kind } from '../../src/world/kind.ts'
import { controllerWith } from './harness.ts'

/** Of an endpoint with one node, for modules that derive it. */
const variables: Record<string, Value> = {
  inventory_hostname: 'm1',
  groups: fromJson({ all: ['m1'], masters: ['m1'] }),
  hostvars: fromJson({ m1: { ha_vip: '10.0.0.10/24', ip: '10.0.0.1' } }),
}

const controller = controllerWith({
  readFile: (name) => Promise.resolve({ path: name, content: Buffer.from('content\n') }),
  renderTemplate: (name) => Promise.resolve({ path: name, text: 'content\n' }),
  evaluate: () => true,
  test: () => true,
  variable: (name) => variables[name],
})

/** The arguments of the task in a module's example. */
function exampleArgs(name: string, text: string): Record<string, unknown> {
  const [task] = parse(text, { version: '1.1' })
  const given = task[name]
  const module = modules.get(name)
  if (typeof given !== 'string') return { ...given, ...task.args }
  if (module?.freeForm !== undefined) return { [module.freeForm]: given, ...task.args }
  return { ...Object.fromEntries(shellWords(given).map((word) => word.split(/=(.*)/s))), ...task.args }
}

function syntaxError(text: string): string {
  const { status, stderr } = spawnSync('dash', ['-n'], { input: text })
  return status === 0 ? '' : stderr.toString()
}

describe.each([...modules.values()].map((module) => [module.name, module] as const))('%s', (name, module) => {
  test('says what it does, in one sentence', () => {
    expect(module.summary).toMatch(/^[A-Z].*\.$/s)
  })

  test('has its names, and nobody else has them', () => {
    for (const other of [name, ...module.aliases]) expect(findModule(other)).toBe(module)
    if (!name.startsWith('ha_')) expect(module.aliases.some((alias) => alias.endsWith(`.${name}`))).toBe(true)
  })

  test('describes every parameter, and refuses any other', () => {
    for (const param of describeParams(module)) expect(param.meaning, param.name).toMatch(/\S{2}/)
    for (const refused of Object.keys(module.unsupported ?? {})) {
      expect(Object.keys(module.params.shape), `${refused} is refused`).not.toContain(refused)
    }
  })

  test('has a file of tests', () => {
    expect(existsSync(path.join(import.meta.dirname, `${name}.test.ts`))).toBe(true)
  })

  test('takes its own example, and makes shell text out of it', async () => {
    const params = module.params.safeParse(exampleArgs(name, module.example))
    expect(params.error).toBeUndefined()
    if (!params.success || module.kind(params.data) === 'local') return
    const prepared = await module.prepare(params.data, controller)
    for (const { kind, ask } of module.asks(prepared)) {
      const implementation: Kind<unknown, unknown> = kinds[kind]
      expect(syntaxError(implementation.probe([ask]).text)).toBe('')
    }
  })
})

test('every name leads to a module', () => {
  expect(moduleNames().length).toBeGreaterThan(modules.size)
  expect(new Set(moduleNames()).size).toBe(moduleNames().length)
  expect(findModule('no_such_module')).toBeUndefined()
  expect(new World(new Map([[id('unit', 'a'), { known: false }]])).get('unit', { name: 'a' })).toEqual({
    known: false,
  })
})
