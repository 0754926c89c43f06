import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/make.ts'
import { scratch } from '../world/hosts.ts'
import { hostWithOnly } from '../support/tools.ts'
import { runTask, shells } from './harness.ts'

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
      result: { stdout: 'cp src out\n', command: 'make -j 2 -f rules out' },
    })
    expect((await runTask(module, args, host)).plan).toMatchObject({ status: 'ok' })
    writeFileSync(join(chdir, 'src'), 'y')
    await runTask(module, { chdir, file: 'rules', params: { TO: 'a b'.replace(' ', '_') } }, host)
    expect(existsSync(join(chdir, 'a_b'))).toBe(true)
    expect((await runTask(module, { ...args, target: 'check' }, host)).failure).toMatch(/Error 3/)
    expect((await runTask(module, { ...args, target: 'none' }, host)).failure).toMatch(
      /No rule to make target/,
    )
  })
})

test('a directory that is not there, and no make', async () => {
  const bare = hostWithOnly('bare', [])
  expect((await runTask(module, { chdir: '/none' }, bare)).plan).toMatchObject({ status: 'fail' })
  expect((await runTask(module, { chdir: '/tmp' }, bare)).plan).toMatchObject({
    message: 'make is not installed',
  })
})
