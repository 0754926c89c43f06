import { describe, expect, test } from 'vitest'
import dnf from '../../src/tasks/dnf.ts'
import { readUpdates } from '../../src/tasks/package-dnf.ts'
import { pathGone } from '../../src/world/path-effects.ts'
import type { ScriptReply } from '../../src/world/replies.ts'
import type { Effect } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'
import { type Answers, applyOf, debian, el, package_, planWith } from './worlds.ts'

function call(text: string): string {
  const line = text.split('\n').findLast((each) => each.startsWith('"$tool"')) ?? ''
  return line.replace('"$tool" -y ', '').replace(' </dev/null', '')
}

const reply = (code: number, stdout = '', stderr = ''): ScriptReply => ({
  code,
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
})

/** The answers with what check-update says. */
function withUpdates(args: Record<string, unknown>, said: ScriptReply): Answers {
  const prepared = dnf.prepare(dnf.params.parse(args), controllerWith())
  if (prepared instanceof Promise) throw new Error('prepare is not expected to wait')
  const asks = dnf.asks(prepared).flatMap((question) => (question.kind === 'script' ? [question.ask.id] : []))
  return Object.fromEntries(asks.map((ask) => [`script ${ask}`, said]))
}

test.each<[Record<string, unknown>, Answers, string | undefined]>([
  [{ name: 'a' }, package_('a', '1-1'), undefined],
  [{ name: 'a' }, {}, 'install -- a'],
  [
    { name: ['a', 'b'], enablerepo: 'x,y', disablerepo: ['z'] },
    package_('a', '1-1'),
    '--disablerepo=z --enablerepo=x --enablerepo=y install -- b',
  ],
  [{ name: 'a-1.0' }, package_('a-1.0', '1.0-1'), undefined],
  [{ name: 'a-2.0' }, package_('a', '1.0-1'), 'install -- a-2.0'],
  // As Ansible: only with a release is it held against what is installed.
  [{ name: 'a-1.0' }, package_('a', '2.0-1'), 'install -- a-1.0'],
  [{ name: 'a-1.0-1' }, package_('a', '2.0-1'), undefined],
  [{ name: 'a-1.0-1', allow_downgrade: true }, package_('a', '2.0-1'), 'install -- a-1.0-1'],
  [{ name: 'a-1.29.*' }, {}, "install -- 'a-1.29.*'"],
  [{ name: 'a-1.29.*' }, package_('a', '1.29.3-1'), undefined],
  [{ name: 'a-1.29.*' }, package_('a', '1.30.0-1'), "install -- 'a-1.29.*'"],
  [{ name: 'a = 1.29.0' }, {}, "install -- 'a = 1.29.0'"],
  [{ name: 'a = 1.29.0' }, package_('a', '1.29.0-3'), undefined],
  [{ name: 'a = 1.29.0' }, package_('a', '1.29.1-1'), "install -- 'a = 1.29.0'"],
  [{ name: 'a >= 1.29' }, package_('a', '1.30-1'), undefined],
  [{ name: 'a >= 1.29' }, package_('a', '1.28-1'), "install -- 'a >= 1.29'"],
  [{ name: 'a < 1.29' }, package_('a', '1:1.1-1'), "install -- 'a < 1.29'"],
  [{ name: '/usr/bin/a' }, package_('/usr/bin/a', '1-1', { providedBy: 'a' }), undefined],
  [{ name: 'a', update_only: true }, {}, undefined],
  [
    { name: 'a', state: 'absent' },
    package_('a', '1-1'),
    '--setopt=clean_requirements_on_remove=False remove -- a',
  ],
  [
    { name: 'a', state: 'absent', autoremove: true },
    package_('a', '1-1'),
    '--setopt=clean_requirements_on_remove=True remove -- a',
  ],
  [{ name: 'a', state: 'absent' }, {}, undefined],
  [
    { name: 'a', update_cache: true, disable_gpg_check: true, nobest: true },
    {},
    '--nogpgcheck --nobest --refresh install -- a',
  ],
])('%j on %j', async (args, answers, wanted) => {
  const { plan, world, again } = await planWith(dnf, args, { ...el, ...answers })
  if (wanted === undefined) {
    expect(plan.status).toBe('ok')
    return
  }
  expect(call(applyOf(plan))).toBe(wanted)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

describe('state: latest', () => {
  const args = { name: ['a', 'b'], state: 'latest' }
  const installed = { ...el, ...package_('a', '1-1'), ...package_('b', '1-1') }
  test('nothing to update', async () => {
    expect((await planWith(dnf, args, { ...installed, ...withUpdates(args, reply(0)) })).plan.status).toBe(
      'ok',
    )
  })
  test('one transaction for updates and what is missing', async () => {
    const answers = {
      ...el,
      ...package_('a', '1-1'),
      ...withUpdates(args, reply(100, '\na.noarch  1:2.0-1.el9   repo\n')),
    }
    const { plan, world, again } = await planWith(dnf, args, answers)
    expect(call(applyOf(plan))).toBe('install -- a-1:2.0-1.el9.noarch b')
    expect(plan).toMatchObject({ summary: 'change a from 1-1 to 1:2.0-1.el9, install b' })
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })
  test.each<[Effect, string]>([
    [pathGone('/etc/yum.repos.d/x.repo'), 'unknown'],
    [pathGone('/etc/dnf/dnf.conf'), 'unknown'],
    [pathGone('/etc/hosts'), 'ok'],
  ])('repositories that an earlier task changes, whichever it is', async (effect, status) => {
    const { world, again } = await planWith(dnf, args, { ...installed, ...withUpdates(args, reply(0)) })
    expect(again(world.after([effect])).status).toBe(status)
  })
  test('they count no longer behind the update itself', async () => {
    const answers = { ...installed, ...withUpdates(args, reply(100, '\na.noarch  2-1  repo\n')) }
    const { plan, world, again } = await planWith(dnf, args, answers)
    const updated = world.after([pathGone('/etc/hosts'), ...(plan.status === 'change' ? plan.effects : [])])
    expect(again(updated).status).toBe('ok')
    expect(again(updated.after([pathGone('/etc/yum.repos.d/x.repo')])).status).toBe('unknown')
  })
  test('dnf that cannot tell leaves it unknown, and says why', async () => {
    const { plan } = await planWith(dnf, args, {
      ...installed,
      ...withUpdates(args, reply(1, '', 'Error: no repo\n')),
    })
    expect(plan).toMatchObject({ status: 'unknown', why: expect.stringContaining('Error: no repo') })
  })
})

test('updates are read in columns, over broken lines, up to what is obsoleted', () => {
  const text =
    'a.x86_64   2-1   repo\na-very-long-name.noarch\n           3-1  repo\nObsoleting Packages\nc.x86_64 1-1 repo\n'
  expect([...(readUpdates(reply(100, text)) ?? [])]).toEqual([
    ['a', { version: '2-1', spec: 'a-2-1.x86_64' }],
    ['a-very-long-name', { version: '3-1', spec: 'a-very-long-name-3-1.noarch' }],
  ])
})

test('a Debian-like host is refused, with what to write', async () => {
  const { plan } = await planWith(dnf, { name: 'a' }, debian)
  expect(plan).toMatchObject({ status: 'fail', hint: expect.stringContaining('package:') })
})

test('the lists alone: never a change', async () => {
  const { plan } = await planWith(dnf, { update_cache: true }, el)
  expect(plan).toMatchObject({ status: 'change', counts: false })
  expect(call(applyOf(plan))).toBe('--refresh makecache')
})
