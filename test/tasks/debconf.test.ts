import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import apt from '../../src/tasks/apt.ts'
import debconf from '../../src/tasks/debconf.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, shells } from './harness.ts'
import { type Answers, applyOf, debian, package_, planWith } from './worlds.ts'

const said = (text: string, code = 0) => ({ code, stdout: Buffer.from(text), stderr: Buffer.alloc(0) })
const host = (lines: string, status = ''): Answers => ({
  ...debian,
  'script debconf of p': said(`hakube-status ${status}\n${lines}`),
})

test.each<[Record<string, unknown>, string, string | undefined]>([
  [{ question: 'p/q', vtype: 'string', value: 'a b' }, '', "'p p/q string a b' | "],
  [{ question: 'p/q', vtype: 'string', value: 'a b' }, '* p/q: a b\n', undefined],
  [{ question: 'p/q', vtype: 'string', value: 'a b' }, '  p/q: a b\n', undefined],
  [{ question: 'p/q', vtype: 'string', value: '' }, '  p/q:\n', undefined],
  [{ question: 'p/q', vtype: 'select', value: 'x' }, '* p/q: y\n* p/x: x\n', "'p p/q select x' | "],
  [{ question: 'p/q', vtype: 'boolean', value: true }, '* p/q: true\n', undefined],
  [{ question: 'p/q', vtype: 'boolean', value: 'False' }, '* p/q: true\n', "'p p/q boolean false' | "],
  [{ question: 'p/q', vtype: 'string', value: 'a', unseen: true }, '', 'debconf-set-selections -u'],
  [{ question: 'p/q', vtype: 'seen', value: 'true' }, '* p/q: x\n', undefined],
  [{ question: 'p/q', vtype: 'seen', value: 'true' }, '  p/q: x\n', "'p p/q seen true' | "],
  [{ question: 'p/q', vtype: 'password', value: 'geheim' }, '* p/q: (password omitted)\n', 'geheim'],
  [{}, '* p/q: y\n', undefined],
])('%j over %j', async (args, lines, wanted) => {
  const { plan, world, again } = await planWith(debconf, { name: 'p', ...args }, host(lines))
  if (wanted === undefined) {
    expect(plan.status).toBe('ok')
    return
  }
  expect(applyOf(plan)).toContain(wanted)
  if (plan.status !== 'change') return
  expect(JSON.stringify([plan.diff, plan.result, plan.summary])).not.toContain('geheim')
  expect(again(world.after(plan.effects)).status).toBe('ok')
})

test('what is returned', async () => {
  const { plan } = await planWith(debconf, { name: 'p' }, host('* p/q: y\n  p/n:\n'))
  expect(plan).toMatchObject({
    result: {
      current: new Map([
        ['p/q', 'y'],
        ['p/n', ''],
      ]),
    },
  })
  const args = { name: 'p', question: 'p/q', vtype: 'string', value: 'z' }
  expect((await planWith(debconf, args, host('* p/q: y\n'))).plan).toMatchObject({
    result: { current: new Map([['p/q', 'z']]), previous: new Map([['p/q', 'y']]) },
  })
})

describe('behind a package of check mode', () => {
  const args = { name: 'p', question: 'p/q', vtype: 'string', value: 'a' }
  const after = async (task: Record<string, unknown>, lines: string, status: string) => {
    const { world, again } = await planWith(debconf, args, host(lines, status))
    const there = status === 'installed' ? package_('p', '1') : {}
    const { plan } = await planWith(apt, { name: 'p', ...task }, { ...debian, ...there })
    if (plan.status !== 'change') throw new Error(plan.status)
    return again(world.after(plan.effects)).status
  }
  test('that comes', async () => {
    expect(await after({}, '', '')).toBe('unknown')
    expect(await after({}, '* p/q: a\n', '')).toBe('ok')
  })
  test('that goes', async () => {
    expect(await after({ state: 'absent' }, '* p/q: a\n', 'installed')).toBe('ok')
    expect(await after({ state: 'absent', purge: true }, '* p/q: a\n', 'installed')).toBe('change')
  })
})

test.each([
  [{ question: 'p/q' }, /go together/],
  [{ question: 'p/q', vtype: 'string', value: 'a\nb' }, /more than one line/],
  [{ question: 'p q', vtype: 'string', value: 'a' }, /has a blank/],
])('%j is refused', (args, why) => {
  expect(() => debconf.prepare(debconf.params.parse({ name: 'p', ...args }), controllerWith())).toThrow(why)
})

test('a host without debconf is refused when it is reached', async () => {
  expect(
    (await planWith(debconf, { name: 'p' }, { ...debian, 'script debconf of p': said('', 4) })).plan,
  ).toMatchObject({ status: 'fail', message: 'this host has no debconf-show' })
})

test.each(shells)('a password is found in the files of debconf alone: $name', async (shell) => {
  const args = { name: 'p', question: 'p/q', vtype: 'password', value: 'a "x"  b' }
  const prepared = await debconf.prepare(debconf.params.parse(args), controllerWith())
  const ask = debconf.asks(prepared).at(-1)
  if (ask?.kind !== 'script') throw new Error('no question')
  const { text } = ask.ask.text
  const own = `Name: p/other\nValue: a "x"  b\n\nName: p/q\nTemplate: p/q\nValue: a "x"  b\nOwners: p\n`
  const says = (name: string, content: string): string => {
    const folder = scratch()
    writeFileSync(join(folder, name), content)
    return shell.run({ text: text.replace('/var/cache/debconf', folder) }).stdout.toString()
  }
  expect(says('passwords.dat', own)).toBe('same\n')
  // Where the question had an answer of another type, that is where it stays.
  expect(says('config.dat', own)).toBe('same\n')
  expect(says('passwords.dat', own.replaceAll('Name: p/q', 'Name: p/qq'))).toBe('')
})

test('what a question had before a password is no password', async () => {
  const args = { name: 'p', question: 'p/q', vtype: 'password', value: 'geheim' }
  const asked = 'script debconf password ["p","p/q"] "geheim"'
  const says = async (lines: string) =>
    (await planWith(debconf, args, { ...host(lines), [asked]: said('same\n') })).plan.status
  expect(await says('* p/q: (password omitted)\n')).toBe('ok')
  expect(await says('* p/q: geheim\n')).toBe('change')
  // In check mode an answer of another type makes the password another one.
  const answers = { ...host('* p/q: (password omitted)\n'), [asked]: said('same\n') }
  const { plan } = await planWith(debconf, { ...args, vtype: 'string', value: 'x' }, answers)
  const { world, again } = await planWith(debconf, args, answers)
  expect(plan.status === 'change' && again(world.after(plan.effects)).status).toBe('change')
  const other = await planWith(debconf, { ...args, value: 'other' }, answers)
  expect(other.plan.status === 'change' && again(world.after(other.plan.effects)).status).toBe('change')
})

test('a question that is not there cannot be marked', async () => {
  const args = { name: 'p', question: 'p/q', vtype: 'seen', value: 'true' }
  expect((await planWith(debconf, args, host(''))).plan).toMatchObject({
    status: 'fail',
    message: 'p has no question p/q that could be marked',
  })
})
