import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import alternatives from '../../src/tasks/alternatives.ts'
import { Unknown } from '../../src/world/kind.ts'
import { pathBecomes, pathGone } from '../../src/world/path-effects.ts'
import type { Effect } from '../../src/world/world.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, shells } from './harness.ts'
import { type Answers, applyOf, planWith } from './worlds.ts'

const file = {
  exists: true,
  type: 'file',
  mode: 0o755,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  digests: {},
}
const GROUP = `a - auto mode
  link currently points to /opt/1
  link a is /usr/bin/a
  slave b is /usr/bin/b
/opt/1 - priority 50
  slave b: /opt/b1
/opt/2 - priority 20
`
const host = (text: string, code = 0): Answers => ({
  'script alternatives of a': { code, stdout: Buffer.from(text), stderr: Buffer.alloc(0) },
  'path /opt/1/.': file,
  'path /opt/2/.': file,
  'path /opt/3/.': file,
})
const MANUAL = GROUP.replace('auto mode', 'manual mode')
const b1 = { name: 'b', link: '/usr/bin/b', path: '/opt/b1' }

/** The words behind update-alternatives, a call each. */
const calls = (text: string): string[] =>
  [...text.matchAll(/update-alternatives (.*) <\/dev\/null/g)].map(([, words = '']) => words)

test.each<[Record<string, unknown>, string, string[]]>([
  [{ path: '/opt/1' }, GROUP, []],
  [{ path: '/opt/1', state: 'present' }, GROUP, []],
  [{ path: '/opt/2' }, GROUP, ['--set a /opt/2']],
  [{ path: '/opt/2', state: 'present' }, GROUP, []],
  [{ path: '/opt/2', state: 'present', priority: 20 }, GROUP, []],
  [{ path: '/opt/2', state: 'present', priority: 70 }, GROUP, ['--install /usr/bin/a a /opt/2 70']],
  // Auto mode would choose the other one then.
  [{ path: '/opt/1', priority: 10 }, GROUP, ['--install /usr/bin/a a /opt/1 10', '--set a /opt/1']],
  [{ path: '/opt/3' }, GROUP, ['--install /usr/bin/a a /opt/3 50', '--set a /opt/3']],
  [{ path: '/opt/3', link: '/usr/bin/a', state: 'auto' }, '', ['--install /usr/bin/a a /opt/3 50']],
  [{ path: '/opt/3', link: '/usr/bin/a' }, '', ['--install /usr/bin/a a /opt/3 50', '--set a /opt/3']],
  [{ path: '/opt/1', state: 'auto' }, GROUP, []],
  [{ path: '/opt/1', state: 'auto' }, MANUAL, ['--auto a']],
  [{ path: '/opt/1', subcommands: [b1] }, GROUP, []],
  [
    { path: '/opt/1', subcommands: [{ ...b1, path: '/opt/b2' }] },
    GROUP,
    ['--install /usr/bin/a a /opt/1 50 --slave /usr/bin/b b /opt/b2'],
  ],
  [{ path: '/opt/1', subcommands: [] }, GROUP, ['--install /usr/bin/a a /opt/1 50']],
  [{ path: '/opt/1', state: 'absent' }, GROUP, ['--remove a /opt/1']],
  [{ path: '/opt/3', state: 'absent' }, GROUP, []],
  [{ path: '/opt/3', state: 'absent' }, '', []],
])('%# %j', async (args, text, wanted) => {
  const { plan, world, again } = await planWith(alternatives, { name: 'a', ...args }, host(text))
  if (wanted.length === 0) {
    expect(plan.status).toBe('ok')
    return
  }
  expect(calls(applyOf(plan))).toEqual(wanted)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

describe('the links', () => {
  const after = async (args: Record<string, unknown>, text: string, more: Answers = {}) => {
    const paths = ['/usr/bin/a', '/etc/alternatives/a', '/usr/bin/b', '/usr/bin/c']
    const there = Object.fromEntries(paths.map((path) => [`path ${path}`, { ...file, type: 'link' }]))
    const { plan, world } = await planWith(
      alternatives,
      { name: 'a', ...args },
      { ...host(text), ...there, ...more },
    )
    if (plan.status !== 'change') throw new Error(plan.status)
    const later = world.after(plan.effects)
    return Object.fromEntries(
      paths.map((path) => {
        const reply = later.peek('path', { path })
        if (reply instanceof Unknown) return [path, reply.why]
        return [path, reply.exists ? (reply.target ?? 'as before') : 'gone']
      }),
    )
  }
  test('lead where the choice is; those that go along are not known', async () => {
    expect(await after({ path: '/opt/2' }, GROUP)).toEqual({
      '/usr/bin/a': '/etc/alternatives/a',
      '/etc/alternatives/a': '/opt/2',
      '/usr/bin/b': '/usr/bin/b is going to be another link',
      '/usr/bin/c': 'as before',
    })
  })
  test('go with the last alternative', async () => {
    const one =
      'a - auto mode\n  link currently points to /opt/1\n  link a is /usr/bin/a\n/opt/1 - priority 50\n'
    expect(await after({ path: '/opt/1', state: 'absent' }, one)).toMatchObject({
      '/usr/bin/a': 'gone',
      '/etc/alternatives/a': 'gone',
    })
  })
  test('come back where they are missing, whatever is changed', async () => {
    const missing = { 'path /usr/bin/a': { exists: false }, 'path /etc/alternatives/a': { exists: false } }
    const args = { path: '/opt/2', state: 'present', priority: 30 }
    expect(await after(args, GROUP, missing)).toMatchObject({
      '/usr/bin/a': '/etc/alternatives/a',
      '/etc/alternatives/a': '/opt/1',
    })
    expect((await after(args, GROUP, { 'path /usr/bin/a': file }))['/usr/bin/a']).toBe('as before')
  })
  test('spare a file in their place', async () => {
    const args = { path: '/opt/3', link: '/usr/bin/a', state: 'present' }
    expect((await after(args, '', { 'path /usr/bin/a': file }))['/usr/bin/a']).toBe('as before')
  })
})

test.each<[Record<string, unknown>, string, number, RegExp]>([
  [{ path: '/opt/9', link: '/usr/bin/a' }, '', 0, /there is no \/opt\/9/],
  [{ path: '/opt/3' }, '', 0, /its link is not known/],
  [{ path: '/opt/3' }, '', 4, /no update-alternatives/],
])('%j fails: %j', async (args, text, code, message) => {
  const { plan } = await planWith(alternatives, { name: 'a', ...args }, host(text, code))
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringMatching(message) })
})

describe('the tool knows no alternative whose file is missing', () => {
  const group = `${GROUP}stored /usr/bin/a\nstored /opt/1\nstored /opt/2\nstored /opt/3\n`
  const says = async (args: Record<string, unknown>, ...effects: readonly Effect[]) => {
    const answers = { ...host(group), 'path /opt/3/.': { exists: false } }
    const { world, again } = await planWith(alternatives, { name: 'a', ...args }, answers)
    return again(world.after(effects))
  }
  const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
  const made = pathBecomes('/opt/3', { type: 'file', mode: 0o755, ...root })

  test('its own: it is none of them, and cannot be', async () => {
    expect(await says({ path: '/opt/1' }, pathGone('/opt/1'))).toMatchObject({
      status: 'fail',
      message: 'there is no /opt/1 on the host',
    })
    expect(await says({ path: '/opt/1', state: 'absent' }, pathGone('/opt/1'))).toMatchObject({
      status: 'ok',
    })
  })
  test('what others there are then is unknown', async () => {
    expect(await says({ path: '/opt/1' }, pathGone('/opt/2'))).toMatchObject({
      status: 'unknown',
      why: 'which alternatives a has once /opt/2 is gone',
    })
    expect(await says({ path: '/opt/1' }, made)).toMatchObject({
      status: 'unknown',
      why: 'which alternatives a has once /opt/3 is there',
    })
    expect(await says({ path: '/opt/3' }, made)).toMatchObject({ status: 'unknown' })
    expect(await says({ path: '/opt/1' }, pathGone('/opt/4'))).toMatchObject({ status: 'ok' })
  })
})

test.each(shells)(
  'what the database has without a file is told beside what the tool shows: $name',
  async (shell) => {
    const prepared = await alternatives.prepare(
      alternatives.params.parse({ name: 'hakube-none', path: '/opt/1' }),
      controllerWith(),
    )
    const ask = alternatives.asks(prepared).find(({ kind }) => kind === 'script')
    if (ask?.kind !== 'script') throw new Error('no question')
    const folder = scratch()
    writeFileSync(
      join(folder, 'hakube-none'),
      'manual\n/usr/bin/a\n\n/opt/1\n10\n/opt/2\n20\n/bin/sh\n30\n\n',
    )
    // Whatever the tool says of a name that it does not know.
    writeFileSync(join(folder, 'update-alternatives'), '#!/bin/sh\nexit 2\n', { mode: 0o755 })
    const text = `PATH=${folder}:$PATH\n${ask.ask.text.text.replace('/var/lib/dpkg/alternatives', folder)}`
    const { code, stdout } = shell.run({ text })
    expect([code, stdout.toString()]).toEqual([0, 'stored /usr/bin/a\nstored /opt/1\nstored /opt/2\n'])
  },
)
