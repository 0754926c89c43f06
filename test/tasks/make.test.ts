import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/make.ts'
import { scratch } from '../world/hosts.ts'
import { hostWithOnly } from '../support/tools.ts'
import { pathGone } from '../../src/world/path-effects.ts'
import { replyWith } from '../../src/world/script-reply.ts'
import { id } from '../../src/world/world.ts'
import { directory } from './accounts.ts'
import { controllerWith, runTask, shells } from './harness.ts'
import { planWith } from './worlds.ts'

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
    message: 'this host has no make',
  })
})

test('what earlier tasks change in files may be something to make', async () => {
  const args = { chdir: '/src', target: 'all' }
  const wish = await module.prepare(module.params.parse(args), controllerWith())
  const [, asked] = module.asks(wish)
  if (asked?.kind !== 'script') throw new Error('make is not asked')
  const answers = { ...directory('/src'), [id('script', asked.ask.id)]: replyWith([]) }
  const { plan, world, again } = await planWith(module, args, answers)
  expect(plan).toMatchObject({ status: 'ok', reason: 'all is made' })
  expect(again(world.after([pathGone('/src/x')]))).toMatchObject({ status: 'unknown' })
})
