import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/make.ts'
import { scratch } from '../world/hosts.ts'
import { hostWithOnly } from '../support/tools.ts'
import { runLocal } from '../support/run-local.ts'
import { EVAL, hostOf, runTask, shells } from './harness.ts'

const MAKEFILE = 'out: src\n\tcp src $(TO)\n\ncheck:\n\t@echo checked; exit 3\nTO = out\n'

describe.runIf(spawnSync('make', ['--version']).status === 0)('make', () => {
  test.each(shells)('with $name: only what is not made yet', async (host) => {
    const chdir = scratch()
    writeFileSync(join(chdir, 'rules'), MAKEFILE)
    writeFileSync(join(chdir, 'src'), 'x')
    const args = { chdir, target: 'out', file: 'rules', jobs: 2 }
    const first = await runTask(module, args, host)
    expect(first).toMatchObject({
      plan: { status: 'change' },
      result: { stdout: 'cp src out', command: 'make -j 2 -f rules out' },
    })
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'ok' })
    writeFileSync(join(chdir, 'src'), 'y')
    await runTask(module, { chdir, file: 'rules', params: { TO: 'a b'.replace(' ', '_') } }, host)
    expect(existsSync(join(chdir, 'a_b'))).toBe(true)
    expect((await runTask(module, { ...args, target: 'check' }, host)).failure).toMatch(/Error 3/)
  })

  const RECIPES = 'sub:\n\t$(MAKE) -C below\n\ncheck:\n\t@echo checked; exit 3\n'
  test.each([
    ['a target without a rule', RECIPES, 'none', { status: 'fail', message: /No rule to make target/ }],
    ['a file that is no Makefile', 'x\n', 'none', { status: 'fail', message: /missing separator/ }],
    ['a recipe that cannot be tried', RECIPES, 'sub', { status: 'change', maybe: true }],
    ['a recipe that fails', RECIPES, 'check', { status: 'change' }],
  ])('%s', async (_what, makefile, target, expected) => {
    const { message, ...plan }: { message?: RegExp; status: string; maybe?: boolean } = expected
    const chdir = scratch()
    writeFileSync(join(chdir, 'Makefile'), makefile)
    const found = await runTask(module, { chdir, target }, hostOf('sh', ['sh', '-c', EVAL]))
    expect(found.plan).toMatchObject({ ...plan, ...(message && { message: expect.stringMatching(message) }) })
    expect('maybe' in found.plan).toBe('maybe' in plan)
  })

  test('a directory that cannot be entered', async () => {
    const chdir = scratch()
    const no = hostOf('sh', ['sh', '-c', `cd() { echo "no way to $1" >&2; return 1; }; ${EVAL}`])
    expect((await runTask(module, { chdir }, no)).plan).toMatchObject({
      status: 'unknown',
      why: `whether there is something to make: no way to ${chdir}`,
    })
  })

  test('in a run: when its turn has come, with its environment', async () => {
    const folder = scratch()
    const tasks = `
- hosts: a
  gather_facts: false
  tasks:
    - copy: { content: x, dest: '{{ playbook_dir }}/src' }
    - make: { chdir: '{{ playbook_dir }}', target: all }
      environment: { TO: there }
`
    writeFileSync(join(folder, 'Makefile'), 'all: $(TO)\n$(TO): src\n\tcp src $(TO)\n')
    expect((await runLocal(tasks, { folder, check: true })).story[1]).toBe('a make unknown')
    expect((await runLocal(tasks, { folder })).story).toEqual(['a copy changed', 'a make changed'])
    expect(existsSync(join(folder, 'there'))).toBe(true)
    expect((await runLocal(tasks, { folder })).story).toEqual(['a copy ok', 'a make ok'])
  })
})

test('a directory that is not there, and no make', async () => {
  const bare = hostWithOnly('bare', [])
  expect((await runTask(module, { chdir: '/none' }, bare)).plan).toMatchObject({ status: 'fail' })
  expect((await runTask(module, { chdir: '/tmp' }, bare)).plan).toMatchObject({
    message: 'make is not installed',
  })
})
