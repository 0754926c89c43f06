import { describe, expect, test } from 'vitest'
import apt from '../../src/tasks/apt.ts'
import { listsAsk } from '../../src/tasks/package-apt.ts'
import { pathBecomes, pathGone } from '../../src/world/path-effects.ts'
import type { PackageReply } from '../../src/world/replies.ts'
import { type Effect, id } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'
import { type Answers, applyOf, bare, debian, el, package_, planWith } from './worlds.ts'

/** The words of apt-get's call that matter here. */
function call(text: string): string {
  const line = text.split('\n').findLast((each) => each.startsWith('apt-get')) ?? ''
  return line.replace(/-o \S+ /g, '').replace(' </dev/null', '')
}

test.each<[Record<string, unknown>, Answers, string | undefined]>([
  [{ name: 'a' }, package_('a', '1'), undefined],
  [{ name: 'a' }, {}, 'apt-get -y -q install -- a'],
  [{ name: ['a', 'b'] }, package_('a', '1'), 'apt-get -y -q install -- b'],
  [{ pkg: 'a, b' }, {}, 'apt-get -y -q install -- a b'],
  [{ name: 'a', state: 'latest' }, package_('a', '1', { candidate: '1' }), undefined],
  [{ name: 'a', state: 'latest' }, package_('a', '1'), undefined],
  [{ name: 'a', state: 'latest' }, package_('a', '1', { candidate: '2' }), 'apt-get -y -q install -- a'],
  // As check mode predicts it after a=1.*
  [{ name: 'a', state: 'latest' }, package_('a', '1.*', { candidate: '1.2' }), undefined],
  [{ name: 'a', state: 'latest' }, package_('a', '1.*', { candidate: '2.2' }), 'apt-get -y -q install -- a'],
  [{ name: 'a', state: 'latest', only_upgrade: true }, {}, undefined],
  [{ name: 'a=1.*' }, package_('a=1.*', '1.2'), undefined],
  [{ name: 'a=1.*' }, package_('a=1.*', '2.2'), "apt-get -y -q install -- 'a=1.*'"],
  [
    { name: 'a=1', allow_downgrade: true },
    package_('a=1', '2'),
    'apt-get -y -q --allow-downgrades install -- a=1',
  ],
  [{ name: 'awk' }, package_('awk', '1', { providedBy: 'mawk' }), undefined],
  [{ name: 'a', state: 'absent' }, {}, undefined],
  [{ name: 'a', state: 'absent' }, package_('a', '1'), 'apt-get -y -q remove -- a'],
  [{ name: 'awk', state: 'absent' }, package_('awk', '1', { providedBy: 'mawk' }), undefined],
  [
    { name: 'a', state: 'removed', purge: true },
    package_('a', undefined, { residue: true }),
    'apt-get -y -q --purge remove -- a',
  ],
  [
    { name: 'a', state: 'absent', autoremove: true },
    package_('a', '1'),
    'apt-get -y -q --auto-remove remove -- a',
  ],
  [{ name: 'a', default_release: 'x-backports' }, {}, 'apt-get -y -q -t x-backports install -- a'],
])('%j on %j', async (args, answers, wanted) => {
  const { plan, world, again } = await planWith(apt, args, { ...debian, ...answers })
  if (wanted === undefined) {
    expect(plan.status).toBe('ok')
    return
  }
  expect(call(applyOf(plan))).toBe(wanted)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

describe('sources or preferences that an earlier task changes, whichever it is', () => {
  const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
  const made = { type: 'file', mode: 0o644, ...root } as const
  const installed = package_('a', '1', { candidate: '2' })
  test.each<[Record<string, unknown>, Answers, Effect, string]>([
    [{ state: 'latest' }, installed, pathBecomes('/etc/apt/sources.list.d/x.list', made), 'unknown'],
    [{ state: 'latest' }, installed, pathGone('/etc/apt/preferences.d/x'), 'unknown'],
    [{ state: 'latest' }, installed, pathBecomes('/etc/apt.conf', made), 'change'],
    [{}, package_('a', '1'), pathGone('/etc/apt/sources.list'), 'ok'],
    // What no list has may be in those of the other source.
    [{}, package_('a', undefined, { unlisted: true }), pathGone('/etc/apt/sources.list'), 'change'],
    [{}, package_('a', undefined, { unlisted: true }), pathGone('/etc/hosts'), 'fail'],
  ])('%j on %j', async (args, answers, effect, status) => {
    const { world, again } = await planWith(apt, { name: 'a', ...args }, { ...debian, ...answers })
    expect(again(world.after([effect])).status).toBe(status)
  })
})

test('never a prompt, never a config overwritten, always a bounded wait for the lock', async () => {
  const text = applyOf(
    (await planWith(apt, { name: 'a', lock_timeout: 5, install_recommends: false }, debian)).plan,
  )
  for (const part of [
    'DEBIAN_FRONTEND=noninteractive',
    'LC_ALL=C',
    'Dpkg::Options::=--force-confdef',
    'Dpkg::Options::=--force-confold',
    'DPkg::Lock::Timeout=5',
    'APT::Install-Recommends=no',
    '</dev/null',
  ]) {
    expect(text).toContain(part)
  }
  expect(text).not.toContain('apt-get -q -o DPkg::Lock::Timeout=60 update')
})

async function asksOf(args: Record<string, unknown>): Promise<string> {
  return JSON.stringify(apt.asks(await apt.prepare(apt.params.parse(args), controllerWith())))
}

describe('the lists', () => {
  test('are fetched before an installation, but not where nothing is to be installed', async () => {
    const args = { name: 'a', update_cache: true }
    expect(applyOf((await planWith(apt, args, debian)).plan)).toMatch(/update <\/dev\/null[^]*install -- a/)
    expect((await planWith(apt, args, { ...debian, ...package_('a', '1') })).plan.status).toBe('ok')
  })
  test('alone are fetched every time, or when they are old', async () => {
    expect(applyOf((await planWith(apt, { update_cache: true }, debian)).plan)).toContain('apt-get -q')
    const key = id('script', listsAsk(60).id)
    const reply = (text: string) => ({
      [key]: { code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) },
    })
    const args = { cache_valid_time: 60 }
    expect((await planWith(apt, args, { ...debian, ...reply('fresh\n') })).plan.status).toBe('ok')
    expect((await planWith(apt, args, { ...debian, ...reply('') })).plan.status).toBe('change')
  })
  test('are asked for anew with state: latest only', async () => {
    expect(await asksOf({ name: 'a', update_cache: true, state: 'latest' })).toContain('"refresh":0')
    expect(await asksOf({ name: 'a', update_cache: true })).not.toContain('refresh')
  })
})

test.each([
  [el, 'apt is not for this host'],
  [bare, 'no package manager'],
])('%j: %s', async (platform, message) => {
  const { plan } = await planWith(apt, { name: 'a' }, platform)
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining(message) })
})

test.each<[Record<string, unknown>, string]>([
  [{}, 'needs the name'],
  [{ name: 'a', pkg: 'b' }, 'named twice'],
  [{ name: 'a', purge: true }, 'state: absent'],
  [{ name: '@group' }, 'group'],
])('%j is refused: %s', async (args, message) => {
  await expect(planWith(apt, args, debian)).rejects.toThrow(message)
})

interface PinnedTask {
  name?: string
  update_cache?: boolean
  allow_downgrade?: boolean
}

describe('what apt does not know', () => {
  const nosuch = { ...debian, ...package_('nosuch', undefined, { unlisted: true }) }
  const of = (task: Record<string, unknown>) => planWith(apt, { name: 'nosuch', ...task }, nosuch)

  test('a package fails before apt is started, unless the lists are fetched', async () => {
    expect((await of({})).plan).toEqual({
      status: 'fail',
      message: 'no package nosuch in the lists of apt',
      hint: 'update_cache: yes fetches them anew',
    })
    expect((await of({ update_cache: true })).plan.status).toBe('change')
    expect((await of({ state: 'absent' })).plan.status).toBe('ok')
    const { world, again } = await of({})
    const lists = await planWith(apt, { update_cache: true }, debian)
    if (lists.plan.status !== 'change') throw new Error(lists.plan.status)
    expect(again(world.after(lists.plan.effects)).status).toBe('change')
    // Which versions there are then is not known either.
    const old = package_('ab=9', undefined, { versions: [{ version: '1', offered: true }] })
    const pinned = await planWith(apt, { name: 'ab=9' }, { ...debian, ...old })
    expect(pinned.plan.status).toBe('fail')
    expect(pinned.again(pinned.world.after(lists.plan.effects)).status).toBe('change')
  })

  test.each<[string, Partial<PackageReply>, PinnedTask, string]>([
    ['the newest that fits', {}, {}, '2.6-3'],
    ['its own', {}, { name: 'ab=2.6-1' }, '2.6-1'],
    ['none', {}, { name: 'ab=2.7*' }, 'no version 2.7* of ab in the lists of apt'],
    [
      'one that no source has any more',
      {},
      { name: 'ab=2.6-2*' },
      'ab=2.6-2* means 2.6-2 for apt, which no source has any more',
    ],
    ['none, but lists are fetched', {}, { name: 'ab=2.7*', update_cache: true }, '2.7*'],
    [
      'an older one',
      { installed: '2.7-1' },
      { name: 'ab=2.6-1' },
      'ab 2.7-1 is installed, which is newer than 2.6-1',
    ],
    [
      'an older one by permission',
      { installed: '2.7-1' },
      { name: 'ab=2.6-1', allow_downgrade: true },
      '2.6-1',
    ],
    ['a newer one', { installed: '2.6-0' }, { name: 'ab=2.6-1' }, '2.6-1'],
    [
      'one of another epoch',
      { installed: '1:2.6-0' },
      { name: 'ab=2.6-1' },
      'ab 1:2.6-0 is installed, which is newer than 2.6-1',
    ],
  ])('a version that is wanted: %s', async (_name, more, task, wanted) => {
    const versions = ['2.6-3', '2.6-2', '2.6-1'].map((version) => ({ version, offered: version !== '2.6-2' }))
    const { name = 'ab=2.6*' } = task
    const there = package_(name, undefined, { versions, ...more })
    const { plan } = await planWith(apt, { ...task, name }, { ...debian, ...there })
    if (plan.status === 'fail') expect(plan.message).toBe(wanted)
    else expect(plan).toMatchObject({ diff: [{ fields: [{ name: 'ab', after: wanted }] }] })
  })

  test('is asked about only where a plain name is to be installed', async () => {
    const asked = async (task: Record<string, unknown>) => {
      const prepared = await apt.prepare(apt.params.parse(task), controllerWith())
      return apt
        .asks(prepared)
        .flatMap((question) =>
          question.kind === 'package' && question.ask.listed ? [question.ask.name] : [],
        )
    }
    expect(await asked({ name: ['ab', 'cd=1.*', 'g++'] })).toEqual(['ab', 'cd=1.*'])
    expect(await asked({ name: 'a', update_cache: true })).toEqual([])
    expect(await asked({ name: 'a', state: 'absent' })).toEqual([])
  })
})
