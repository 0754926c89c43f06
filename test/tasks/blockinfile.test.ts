import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import module from '../../src/tasks/blockinfile.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

/** What becomes of a text is tested in test/conformance/edits. */
describe.each(shells)('blockinfile with $name', (host) => {
  test('puts the block in, changes it in its place, and takes it out', async () => {
    const path = join(scratch(), 'hosts')
    writeFileSync(path, '127.0.0.1 localhost\n')
    const args = { path, marker: '# {mark} endpoint', block: '10.0.0.10 api' }
    const first = await runTask(module, args, host)
    expect(first).toMatchObject({
      result: { msg: 'Block inserted' },
      again: { status: 'ok' },
      mispredicted: [],
    })
    const text = (line: string) => `127.0.0.1 localhost\n# BEGIN endpoint\n${line}\n# END endpoint\n`
    expect(readFileSync(path, 'utf8')).toBe(text('10.0.0.10 api'))
    await runTask(module, { ...args, block: '10.0.0.11 api\n' }, host)
    expect(readFileSync(path, 'utf8')).toBe(text('10.0.0.11 api'))
    const out = await runTask(module, { ...args, state: 'absent' }, host)
    expect(out).toMatchObject({ result: { msg: 'Block removed' }, again: { status: 'ok' } })
    expect(readFileSync(path, 'utf8')).toBe('127.0.0.1 localhost\n')
  })

  test('makes a file where it may', async () => {
    const path = join(scratch(), 'new')
    expect((await runTask(module, { path, block: 'x' }, host)).plan.status).toBe('fail')
    await runTask(module, { path, block: 'x', create: true }, host)
    expect(readFileSync(path, 'utf8')).toBe('# BEGIN ANSIBLE MANAGED BLOCK\nx\n# END ANSIBLE MANAGED BLOCK\n')
  })
})

test.each([
  // Beside another line a blank one comes between, at the ends of the file and beside a blank one none.
  ['a\nb\n', { insertafter: '^a' }, 'a\n\n# BEGIN m\nx\n# END m\n\nb\n'],
  ['a\n\nb\n', { insertafter: '^a' }, 'a\n\n# BEGIN m\nx\n# END m\n\nb\n'],
  ['a\n', {}, 'a\n\n# BEGIN m\nx\n# END m\n'],
  ['a\n', { insertbefore: 'BOF' }, '# BEGIN m\nx\n# END m\n\na\n'],
  ['', {}, '# BEGIN m\nx\n# END m\n'],
  ['a\n# BEGIN m\nold\n# END m\nb\n', {}, 'a\n\n# BEGIN m\nx\n# END m\n\nb\n'],
  ['a\n# BEGIN m\nx\n# END m\nb\n', { state: 'absent' }, 'a\nb\n'],
])('blank lines around the block in %j, %j', (text, args, after) => {
  const edit = (before: string, more: Record<string, unknown>) => {
    const params = { path: '/f', marker: '# {mark} m', block: 'x', ...args, ...more }
    const file = module.prepare(module.params.parse(params), controllerWith())
    if (file instanceof Promise) throw new TypeError('prepared at once')
    return file.edit(before).text
  }
  const both = { append_newline: true, prepend_newline: true }
  expect(edit(text, both)).toBe(after)
  expect(edit(after, both)).toBe(after)
})

test('two places for one block are refused', () => {
  const params = module.params.parse({ path: '/f', insertafter: 'a', insertbefore: 'b' })
  expect(() => module.prepare(params, controllerWith())).toThrow(/exclude/)
})
