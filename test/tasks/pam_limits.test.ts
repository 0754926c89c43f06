import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import module from '../../src/tasks/pam_limits.ts'
import { editLimit, valueProblem } from '../../src/tasks/pam_limits-edit.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

const joe = { domain: 'joe', limit_type: 'soft', limit_item: 'nofile', value: 64000 }

/** What becomes of a text is tested in test/conformance/edits: here it is about files. */
describe.each(shells)('pam_limits with $name', (host) => {
  test('puts the limit in, changes it, and is content with it afterwards', async () => {
    const dest = join(scratch(), 'limits.conf')
    writeFileSync(dest, '# a comment\n', { mode: 0o640 })
    const first = await runTask(module, { ...joe, dest }, host)
    const line = 'joe\tsoft\tnofile\t64000\n'
    expect(first).toMatchObject({
      plan: { summary: `change ${dest}` },
      result: { msg: line },
      again: { status: 'ok', result: { msg: line } },
      mispredicted: [],
    })
    expect(readFileSync(dest, 'utf8')).toBe(`# a comment\n${line}`)
    const second = await runTask(module, { ...joe, dest, value: 'unlimited', backup: true }, host)
    expect(second).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(dest, 'utf8')).toBe('# a comment\njoe\tsoft\tnofile\tunlimited\n')
    expect(lstatSync(dest).mode & 0o777).toBe(0o640)
    expect(readFileSync(str(second.result['backup_file'] ?? null), 'utf8')).toBe(`# a comment\n${line}`)
    const kept = await runTask(module, { ...joe, dest, use_max: true, backup: true }, host)
    expect(kept.plan).toMatchObject({ status: 'ok', result: { msg: 'joe\tsoft\tnofile\tunlimited\n' } })
  })

  test('makes the file, but not the directory; follows a link', async () => {
    const folder = scratch()
    const made = await runTask(module, { ...joe, dest: join(folder, 'new') }, host)
    expect(made).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    const lost = await runTask(module, { ...joe, dest: join(folder, 'none/new') }, host)
    expect(lost.plan).toMatchObject({
      status: 'fail',
      message: `the directory ${folder}/none does not exist`,
    })
    mkdirSync(join(folder, 'sub'))
    const inside = await runTask(module, { ...joe, dest: join(folder, 'sub') }, host)
    expect(inside.plan).toMatchObject({ status: 'fail', message: `${folder}/sub is a directory, not a file` })
    symlinkSync('new', join(folder, 'link'))
    const linked = await runTask(module, { ...joe, value: 1, dest: join(folder, 'link') }, host)
    expect(linked).toMatchObject({ again: { status: 'ok' }, mispredicted: [] })
    expect(readFileSync(join(folder, 'new'), 'utf8')).toBe('joe\tsoft\tnofile\t1\n')
    expect(readdirSync(folder).toSorted()).toEqual(['link', 'new', 'sub'])
  })

  test('a file with something that is no limit stays as it is', async () => {
    const dest = join(scratch(), 'limits.conf')
    writeFileSync(dest, 'joe soft nofile many\n')
    const { plan } = await runTask(module, { ...joe, dest }, host)
    expect(plan).toMatchObject({ status: 'fail' })
    expect(JSON.stringify(plan)).toContain(`${dest}: it has a line that is no limit`)
  })
})

test('a last line without an end gets one', () => {
  const wish = { domain: 'b', type: '-', item: 'core', value: '0', keep: undefined, comment: '' }
  expect(editLimit('a soft core 1', wish).text).toBe('a soft core 1\nb\t-\tcore\t0\n')
})

test.each([
  ['nofile', '0', true],
  ['nofile', '-1', true],
  ['nofile', '-2', false],
  ['nofile', '', false],
  ['nofile', '1.5', false],
  ['chroot', '/srv', false],
  ['nice', '-20', true],
  ['nice', '20', false],
  ['priority', 'unlimited', false],
])('%s %s', (item, value, good) => {
  expect(valueProblem(item, value) === undefined).toBe(good)
})

test.each([
  [{ ...joe, value: 'many' }, /"many" is no value for nofile/],
  [{ ...joe, limit_item: 'nice', value: 30 }, /-20 to 19/],
  [{ ...joe, use_max: true, use_min: true }, /exclude/],
])('%j is refused', (args, says) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(says)
})
