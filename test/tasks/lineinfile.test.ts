import { readFileSync, writeFileSync, lstatSync, symlinkSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import module from '../../src/tasks/lineinfile.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

/** What becomes of a text is tested in test/conformance/edits: here it is about files. */
describe.each(shells)('lineinfile with $name', (host) => {
  test('puts the line in, is content with it afterwards, and takes it out again', async () => {
    const path = join(scratch(), 'conf')
    writeFileSync(path, 'a=1\nb=2\n', { mode: 0o640 })
    const args = { path, regexp: '^a=', line: 'a=3', validate: 'grep -q a=3 %s', backup: true }
    const first = await runTask(module, args, host)
    expect(first).toMatchObject({
      plan: { summary: `change ${path}`, diff: [{ before: 'a=1\nb=2\n', after: 'a=3\nb=2\n' }] },
      result: { msg: 'line replaced' },
      again: { status: 'ok' },
      mispredicted: [],
    })
    expect(readFileSync(path, 'utf8')).toBe('a=3\nb=2\n')
    expect(lstatSync(path).mode & 0o777).toBe(0o640)
    expect(readFileSync(str(first.result['backup'] ?? null), 'utf8')).toBe('a=1\nb=2\n')
    const out = await runTask(module, { path, regexp: '^a=', state: 'absent' }, host)
    expect(out).toMatchObject({ result: { found: 1, msg: '1 line(s) removed' }, mispredicted: [] })
    expect(readFileSync(path, 'utf8')).toBe('b=2\n')
  })

  test('makes a file and the directories above it only where it may', async () => {
    const path = join(scratch(), 'sub', 'deep', 'conf')
    const refused = await runTask(module, { path, line: 'x' }, host)
    expect(refused.plan).toMatchObject({ status: 'fail', hint: 'write create: true to have it made' })
    const made = await runTask(module, { path, line: 'x', create: true, mode: '0600' }, host)
    expect(made).toMatchObject({ result: { msg: 'line added' }, again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(path, 'utf8')).toBe('x\n')
    const none = await runTask(
      module,
      { path: `${path}.none`, line: 'x', state: 'absent', create: true },
      host,
    )
    expect(none.plan).toMatchObject({ status: 'ok', result: { msg: 'file not present' } })
  })

  test('makes no directory where a link leads nowhere', async () => {
    const folder = scratch()
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    const path = join(folder, 'link/below')
    const done = await runTask(module, { path, line: 'b', create: true }, host)
    expect(done.plan).toMatchObject({
      status: 'fail',
      message: `${join(folder, 'link')} is a link to ${join(folder, 'nowhere')}, which does not exist`,
    })
  })

  test('changes what a link points to, and leaves bytes that are no UTF-8 as they are', async () => {
    const folder = scratch()
    const path = join(folder, 'real')
    writeFileSync(path, Buffer.from([0x61, 0xff, 0x0a]))
    symlinkSync(path, join(folder, 'link'))
    const done = await runTask(module, { path: join(folder, 'link'), line: 'b' }, host)
    expect(done).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(path)).toEqual(Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]))
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
    const wide = await runTask(module, { path, line: '€' }, host)
    expect(wide.plan).toMatchObject({ status: 'fail', message: expect.stringMatching(/no UTF-8/) })
  })

  test('a validator that says no keeps the old file', async () => {
    const folder = scratch()
    const path = join(folder, 'conf')
    writeFileSync(path, 'old\n')
    const refused = await runTask(module, { path, line: 'new', validate: 'grep -q never %s' }, host)
    expect(refused.failure).toMatch(/validation failed/)
    expect(readFileSync(path, 'utf8')).toBe('old\n')
    expect(readdirSync(folder)).toEqual(['conf'])
  })
})

test.each([
  [{ path: '/f' }, /line is required/],
  [{ path: '/f', state: 'absent' }, /one of line/],
  [{ path: '/f', line: 'x', backrefs: true }, /regexp is required/],
  [{ path: '/f', line: 'x', regexp: 'a', search_string: 'a' }, /exclude/],
  [{ path: '/f', line: 'x', insertafter: 'a', insertbefore: 'b' }, /exclude/],
])('%j is refused', (args, says) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(says)
})

test('a wrong expression is refused before the run', () => {
  expect(module.params.safeParse({ path: '/f', line: 'x', regexp: '(' }).error?.issues[0]?.message).toMatch(
    /regular expression/,
  )
})
