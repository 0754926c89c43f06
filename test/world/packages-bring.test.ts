import { describe, expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { NEWEST, afterInstall, afterUpgrade, bringQuestions } from '../../src/world/packages-bring.ts'
import { afterRemoval } from '../../src/world/packages-go.ts'
import type { UnitReply } from '../../src/world/replies.ts'
import { unitOf } from '../../src/world/unit-files.ts'
import { World, id } from '../../src/world/world.ts'

/** A host on which nothing is installed. */
function blank(names: readonly string[], more: Record<string, unknown> = {}): World {
  const answers = new Map<string, unknown>()
  for (const { kind, ask } of bringQuestions(names)) {
    const key = 'path' in ask ? ask.path : 'name' in ask ? ask.name : ''
    answers.set(id(kind, key), kind === 'unit' ? { known: false } : { exists: false })
  }
  for (const name of ['haproxy', 'keepalived', 'curl', 'haproxy=2.6*']) {
    answers.set(id('package', name), { installed: undefined, candidate: undefined })
  }
  answers.set(id('group', 'haproxy'), { exists: false })
  answers.set(id('unit', 'other.service'), { known: false })
  answers.set(id('path', '/etc/other'), { exists: false })
  answers.set(id('path', '/root/other'), { exists: false })
  for (const [key, reply] of Object.entries(more)) answers.set(key, reply)
  return new World(answers)
}

const file = replyOf({ type: 'file', mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' })
const masked: UnitReply = { known: true, enablement: 'masked', activity: 'inactive', needsReload: false }

function unitAfter(name: string, family: 'Debian' | 'RedHat', more: Record<string, unknown> = {}): unknown {
  const world = blank([name], more)
  return world.after(afterInstall(name, undefined, family, world)).peek('unit', { name: `${name}.service` })
}

describe('the unit after an installation', () => {
  test.each([
    ['haproxy', 'Debian', 'enabled', 'active'],
    ['keepalived', 'Debian', 'enabled', 'inactive'],
    ['haproxy', 'RedHat', 'disabled', 'inactive'],
    ['keepalived', 'RedHat', 'disabled', 'inactive'],
  ] as const)('%s on %s: %s and %s', (name, family, enablement, activity) => {
    expect(unitAfter(name, family)).toMatchObject({ known: true, enablement, activity })
  })
  test('one that was masked before stays so', () => {
    expect(unitAfter('haproxy', 'Debian', { [id('unit', 'haproxy.service')]: masked })).toEqual(masked)
  })
  test('a config that is there already decides, so nobody can tell', () => {
    const config = id('path', '/etc/keepalived/keepalived.conf')
    expect(unitAfter('keepalived', 'Debian', { [config]: file })).toBeInstanceOf(Unknown)
    expect(unitAfter('keepalived', 'RedHat', { [config]: file })).toMatchObject({ activity: 'inactive' })
  })
  test('policy-rc.d decides as well', () => {
    const policy = id('path', '/usr/sbin/policy-rc.d')
    expect(unitAfter('haproxy', 'Debian', { [policy]: file })).toBeInstanceOf(Unknown)
  })
})

describe('everything else after an installation', () => {
  const world = blank(['haproxy'])
  const after = world.after(afterInstall('haproxy', undefined, 'Debian', world))
  test('the package', () => {
    expect(after.get('package', { name: 'haproxy' }).installed).toBe(NEWEST)
    expect(after.peek('package', { name: 'haproxy=2.6*' })).toBeInstanceOf(Unknown)
    expect(after.get('package', { name: 'curl' }).installed).toBeUndefined()
  })
  test('files and directories', () => {
    expect(after.get('path', { path: '/etc/haproxy' })).toMatchObject({ type: 'directory', mode: 0o755 })
    expect(after.get('path', { path: '/etc/haproxy/haproxy.cfg' })).toMatchObject({
      type: 'file',
      digests: {},
    })
    expect(after.get('path', { path: '/usr/sbin/haproxy' })).toMatchObject({ mode: 0o755 })
  })
  test('user and group', () => {
    expect(after.get('user', { name: 'haproxy' })).toMatchObject({ exists: true, home: '/var/lib/haproxy' })
    expect(after.get('group', { name: 'haproxy' })).toMatchObject({ exists: true })
  })
  test('a file that somebody wrote before stays', () => {
    const before = blank(['haproxy'], { [id('path', '/etc/haproxy/haproxy.cfg')]: file })
    const later = before.after(afterInstall('haproxy', undefined, 'RedHat', before))
    expect(later.get('path', { path: '/etc/haproxy/haproxy.cfg' })).toBe(file)
  })
  test.each([
    ['RedHat', { mode: 0o755, owner: 'root', uid: 0 }],
    ['Debian', { mode: 0o700, owner: 'daemon', uid: 1 }],
  ] as const)('a directory that somebody made before: on %s it is %j', (family, attributes) => {
    const made = { type: 'directory', mode: 0o700, uid: 1, gid: 1, owner: 'daemon', group: 'daemon' } as const
    const own = { ...made, mode: 0o755, uid: 9, gid: 9, owner: 'haproxy', group: 'haproxy' }
    const before = blank(['haproxy'], {
      [id('path', '/etc/haproxy')]: replyOf(made),
      [id('path', '/var/lib/haproxy')]: replyOf(own),
    })
    const later = before.after(afterInstall('haproxy', undefined, family, before))
    expect(later.get('path', { path: '/etc/haproxy' })).toMatchObject(attributes)
    expect(later.get('path', { path: '/var/lib/haproxy' })).toMatchObject({ owner: 'haproxy', uid: 9 })
  })
  test('what only some releases bring is not known, looked at in any way', () => {
    const blankEl = blank(['haproxy'], {
      [id('path', '/etc/haproxy/conf.d/.')]: { exists: false },
      [id('path', '/etc/haproxy/conf.d/a.cfg')]: { exists: false },
    })
    const later = blankEl.after(afterInstall('haproxy', undefined, 'RedHat', blankEl))
    expect(later.peek('path', { path: '/etc/haproxy/conf.d', follow: true })).toBeInstanceOf(Unknown)
    expect(later.peek('path', { path: '/etc/haproxy/conf.d/a.cfg' })).toBeInstanceOf(Unknown)
  })
  test('what is named after it and not listed may come all the same, in places of packages', () => {
    const absent = { exists: false }
    const asked = ['/etc/rsyslog.d/49-haproxy.conf', '/usr/local/bin/haproxy', '/etc/haproxy/own.cfg']
    const world = blank(['haproxy'], Object.fromEntries(asked.map((path) => [id('path', path), absent])))
    const after = world.after(afterInstall('haproxy', undefined, 'Debian', world))
    expect(asked.map((path) => after.peek('path', { path }) instanceof Unknown)).toEqual([true, false, false])
  })
  test('what no release brings stays absent', () => {
    const path = '/usr/libexec/keepalived/check'
    const world = blank(['keepalived'], { [id('path', path)]: { exists: false } })
    const later = world.after(afterInstall('keepalived', undefined, 'Debian', world))
    expect(later.peek('path', { path })).toEqual({ exists: false })
  })
  test('nothing that the package is known not to bring becomes unknown', () => {
    expect(after.get('unit', { name: 'other.service' })).toEqual({ known: false })
  })
})

describe('a package nobody has listed', () => {
  const world = blank(['keepalived'])
  const after = world.after(afterInstall('curl', '8.0', 'Debian', world))
  test('may bring whatever is absent, where packages put things', () => {
    expect(() => unitOf(after, 'other.service')).toThrow('package curl may bring it')
    expect(after.peek('group', { name: 'haproxy' })).toBeInstanceOf(Unknown)
    expect(after.peek('path', { path: '/etc/other' })).toBeInstanceOf(Unknown)
    expect(after.get('path', { path: '/root/other' })).toEqual({ exists: false })
    expect(after.get('path', { path: '/etc/keepalived/keepalived.conf' })).toEqual({ exists: false })
  })
  test('has the version that was asked for', () => {
    expect(after.get('package', { name: 'curl' }).installed).toBe('8.0')
  })
})

test('an upgrade has the new version and may bring more', () => {
  const after = blank([]).after(afterUpgrade('curl', '9.0', 'RedHat'))
  expect(after.get('package', { name: 'curl' }).installed).toBe('9.0')
  expect(() => unitOf(after, 'other.service')).toThrow('package curl may bring it')
})

test('an upgrade by rpm may reset what is not as it was shipped', () => {
  const at = (mode: number) => replyOf({ type: 'file', mode, uid: 0, gid: 0, owner: 'root', group: 'root' })
  const world = blank([], {
    [id('path', '/etc/sysconfig/haproxy')]: at(0o755),
    [id('path', '/etc/logrotate.d/haproxy')]: at(0o644),
    [id('path', '/usr/sbin/haproxy')]: at(0o755),
    [id('path', '/etc/haproxy/haproxy.cfg')]: at(0o640),
    [id('path', '/etc/other')]: at(0o755),
  })
  const unknown = (family: 'Debian' | 'RedHat') =>
    [
      '/etc/sysconfig/haproxy',
      '/etc/logrotate.d/haproxy',
      '/usr/sbin/haproxy',
      '/etc/haproxy/haproxy.cfg',
      '/etc/other',
    ].filter(
      (path) => world.after(afterUpgrade('haproxy', '2', family)).peek('path', { path }) instanceof Unknown,
    )
  expect(unknown('RedHat')).toEqual(['/etc/sysconfig/haproxy'])
  expect(unknown('Debian')).toEqual([])
})

test('what a removal may have left stays open through the next installation', () => {
  const world = blank(['keepalived'], {
    [id('path', '/etc/keepalived')]: replyOf({ ...file, type: 'directory' }),
    [id('unit', 'keepalived.service')]: masked,
  })
  const removed = world.after(afterRemoval('keepalived', 'Debian', false))
  const again = removed.after(afterInstall('keepalived', undefined, 'Debian', removed))
  expect(again.peek('path', { path: '/etc/keepalived' })).toBeInstanceOf(Unknown)
})

test('a removal takes the unit, and leaves open what is named after the package', () => {
  const up: UnitReply = { ...masked, enablement: 'enabled', activity: 'active' }
  const world = blank([], {
    [id('unit', 'haproxy.service')]: up,
    [id('unit', 'other.service')]: up,
    [id('unit', 'haproxy-exporter.service')]: up,
    [id('path', '/etc/haproxy/haproxy.cfg')]: file,
    [id('path', '/etc/other')]: file,
    [id('path', '/root/haproxy')]: file,
  })
  const offer = { [id('package', 'haproxy')]: { installed: '1', candidate: '2' } }
  expect(
    blank([], offer)
      .after(afterRemoval('haproxy', 'Debian', true))
      .get('package', { name: 'haproxy' }),
  ).toEqual({
    installed: undefined,
    candidate: '2',
  })
  const after = world.after(afterRemoval('haproxy', 'Debian', false))
  expect(after.get('package', { name: 'haproxy' })).toMatchObject({ installed: undefined, residue: true })
  expect(after.get('unit', { name: 'haproxy.service' })).toEqual({ known: false })
  expect(after.get('unit', { name: 'other.service' })).toBe(up)
  expect(after.peek('unit', { name: 'haproxy-exporter.service' })).toBeInstanceOf(Unknown)
  expect(after.peek('path', { path: '/etc/haproxy/haproxy.cfg' })).toBeInstanceOf(Unknown)
  expect(after.get('path', { path: '/etc/other' })).toBe(file)
  expect(after.get('path', { path: '/root/haproxy' })).toBe(file)
  const purged = world.after(afterRemoval('haproxy', 'Debian', true))
  expect(purged.get('package', { name: 'haproxy' }).residue).toBeUndefined()
})

test('a mask stays when its package goes, because it is not of the package', () => {
  const world = blank([], { [id('unit', 'haproxy.service')]: masked })
  for (const family of ['Debian', 'RedHat'] as const) {
    const after = world.after(afterRemoval('haproxy', family, true))
    expect(after.get('unit', { name: 'haproxy.service' })).toEqual(masked)
  }
})

test.each([
  ['Debian', true, false],
  ['Debian', false, true],
  ['RedHat', true, true],
] as const)('on %s, removal with purge: %s leaves the account: %s', (family, purge, left) => {
  const user = { exists: true, name: 'haproxy' }
  const world = blank([], { [id('user', 'haproxy')]: user, [id('group', 'haproxy')]: user })
  const after = world.after(afterRemoval('haproxy', family, purge))
  expect(after.get('user', { name: 'haproxy' }).exists).toBe(left)
  expect(after.get('group', { name: 'haproxy' }).exists).toBe(left)
})

test('what belongs to an account that goes shows its number, if that is known', () => {
  const [own, fresh] = [
    { ...file, uid: 990, owner: 'haproxy' },
    { ...file, gid: Number.NaN, group: 'haproxy' },
  ]
  const world = blank([], {
    [id('path', '/srv/own')]: own,
    [id('path', '/srv/new')]: fresh,
    [id('path', '/srv/mine')]: file,
  })
  const after = world.after(afterRemoval('haproxy', 'Debian', true))
  expect(after.get('path', { path: '/srv/own' })).toEqual({ ...own, owner: '990' })
  expect(after.peek('path', { path: '/srv/new' })).toBeInstanceOf(Unknown)
  expect(after.get('path', { path: '/srv/mine' })).toBe(file)
  expect(world.after(afterRemoval('haproxy', 'RedHat', true)).get('path', { path: '/srv/own' })).toBe(own)
})

test('what a lost account has left may belong to the new one', () => {
  const left = { ...file, uid: 990, owner: '990' }
  const world = blank(['haproxy'], { [id('path', '/srv/left')]: left, [id('path', '/srv/mine')]: file })
  const later = world.after(afterInstall('haproxy', undefined, 'Debian', world))
  expect(later.peek('path', { path: '/srv/left' })).toBeInstanceOf(Unknown)
  expect(later.peek('path', { path: '/srv/mine' })).toBe(file)
})

test('Debian starts a stopped service when its package is upgraded', () => {
  const known = { known: true as const, enablement: 'enabled', needsReload: false }
  const after = (activity: string, family: 'Debian' | 'RedHat') => {
    const reply: UnitReply = { ...known, activity }
    const world = blank([], { [id('unit', 'haproxy.service')]: reply })
    return world.after(afterUpgrade('haproxy', '2', family)).peek('unit', { name: 'haproxy.service' })
  }
  expect(after('inactive', 'Debian')).toBeInstanceOf(Unknown)
  expect(after('active', 'Debian')).toMatchObject({ activity: 'active' })
  expect(after('inactive', 'RedHat')).toMatchObject({ activity: 'inactive' })
})

test('an upgrade may bring the account whose number a file has', () => {
  const orphan = { ...file, owner: '997' }
  const answers = { [id('path', '/srv/left')]: orphan, [id('path', '/srv/own')]: file }
  const after = blank([], answers).after(afterUpgrade('curl', '9.0', 'RedHat'))
  expect(after.peek('path', { path: '/srv/left' })).toMatchObject({ why: 'package curl may bring its owner' })
  expect(after.peek('path', { path: '/srv/own' })).toBe(file)
})

test('an upgrade that is permitted leaves the hold, an installation releases it', () => {
  const held = (installed: string | undefined) =>
    blank([], { [id('package', 'curl')]: { installed, candidate: undefined, held: true } })
  const ask = { name: 'curl' }
  expect(
    held('8')
      .after(afterUpgrade('curl', '9', 'Debian'))
      .peek('package', ask),
  ).toMatchObject({
    installed: '9',
    held: true,
  })
  const world = held(undefined)
  const installed = world.after(afterInstall('curl', '9', 'Debian', world)).peek('package', ask)
  expect(installed).toEqual({ installed: '9', candidate: undefined })
})
