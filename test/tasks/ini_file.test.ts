import { lstatSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import module from '../../src/tasks/ini_file.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

/** What becomes of a text is tested in test/conformance/edits: here it is about files. */
describe.each(shells)('ini_file with $name', (host) => {
  test('puts the option in, is content with it afterwards, and takes it out again', async () => {
    const path = join(scratch(), 'conf')
    writeFileSync(path, '[a]\nx = 1\n', { mode: 0o640 })
    const args = { path, section: 'a', option: 'x', value: 2, backup: true }
    const first = await runTask(module, args, host)
    expect(first).toMatchObject({
      plan: { summary: `change ${path}` },
      result: { msg: 'option changed', path },
      again: { status: 'ok', result: { msg: 'OK' } },
      mispredicted: [],
    })
    expect(readFileSync(path, 'utf8')).toBe('[a]\nx = 2\n')
    expect(lstatSync(path).mode & 0o777).toBe(0o640)
    expect(readFileSync(str(first.result['backup_file'] ?? null), 'utf8')).toBe('[a]\nx = 1\n')
    const out = await runTask(module, { path, section: 'a', state: 'absent', mode: '0600' }, host)
    expect(out).toMatchObject({
      result: { msg: 'section removed' },
      again: { status: 'ok' },
      mispredicted: [],
    })
    expect(readFileSync(path, 'utf8')).toBe('')
  })

  test('makes a file and the directories above it only where it may', async () => {
    const folder = scratch()
    const args = { path: join(folder, 'sub/conf'), section: 's', option: 'o', values: ['1', '2'] }
    expect((await runTask(module, { ...args, create: false }, host)).plan).toMatchObject({ status: 'fail' })
    const gone = { path: args.path, section: 's', state: 'absent' }
    expect((await runTask(module, gone, host)).plan).toMatchObject({ status: 'ok' })
    expect((await runTask(module, { ...gone, create: false }, host)).plan).toMatchObject({ status: 'fail' })
    expect(readdirSync(folder)).toEqual([])
    const made = await runTask(module, { ...args, no_extra_spaces: true }, host)
    expect(made).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(args.path, 'utf8')).toBe('\n[s]\no=1\no=2\n')
  })
})

test.each([
  [{ path: '/f', section: 's', option: 'o' }, /value\(s\) must be given/],
  [{ path: '/f', section: 's', option: 'o', value: 'a', values: ['b'] }, /exclude/],
  [{ path: '/f', state: 'absent' }, /section or option/],
])('%j is refused', (args, says) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(says)
})
