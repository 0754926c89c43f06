import { describe, expect, test } from 'vitest'
import type { TaskModule } from '../../src/task.ts'
import apt from '../../src/tasks/apt.ts'
import dnf from '../../src/tasks/dnf.ts'
import package_module from '../../src/tasks/package.ts'
import { Unknown } from '../../src/world/kind.ts'
import { pathBecomes } from '../../src/world/path-effects.ts'
import { World } from '../../src/world/world.ts'
import { controllerWith, planOf } from './harness.ts'
import { type Answers, applyOf, debian, el, planWith, unit } from './worlds.ts'

const DEB = '/srv/a.deb'
const RPM = '/srv/a.rpm'
const root = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' }
const there = (path: string): Answers => ({
  [`path ${path}/.`]: { exists: true, type: 'file', inode: 7, digests: {}, ...root },
})

/** What the look at the file of this task finds. */
async function found(
  module: TaskModule,
  args: Record<string, unknown>,
  stdout: string,
  code = 0,
): Promise<Answers> {
  const prepared: unknown = await module.prepare(module.params.parse(args), controllerWith())
  const ids = module.asks(prepared).flatMap(({ kind, ask }) => (kind === 'script' ? [ask.id] : []))
  const reply = { code, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) }
  return { ...Object.fromEntries(ids.map((one) => [`script ${one}`, reply])), ...paths(module, prepared) }
}

function paths(module: TaskModule, prepared: unknown): Answers {
  const all = module
    .asks(prepared)
    .flatMap(({ kind, ask }) => (kind === 'path' && /\/a\./.test(ask.path) ? [ask.path] : []))
  return Object.assign({}, ...all.map(there))
}

const info = (version: string, ...installed: string[]) =>
  `info\nPackage: a\nVersion: ${version}\nArchitecture: all\n${installed.map((one) => `${one}\n`).join('')}`

describe('what is done', () => {
  test.each<[string, TaskModule, Record<string, unknown>, string, RegExp | undefined | string]>([
    ['new', apt, { deb: DEB }, info('1.0-1'), /install -- \/srv\/a\.deb <\/dev\/null$/],
    ['older there', apt, { deb: DEB }, info('1.0-2', 'all|1.0-1'), /install -- \/srv\/a\.deb/],
    ['there', apt, { deb: DEB }, info('1.0-1', 'all|1.0-1'), undefined],
    ['newer there', apt, { deb: DEB }, info('1.0-1', 'amd64|1:0.1'), 'fail'],
    [
      'back',
      apt,
      { deb: DEB, allow_downgrade: true },
      info('1.0-1', 'all|2.0'),
      /--allow-downgrades install/,
    ],
    [
      'forced',
      apt,
      { deb: DEB, force: true },
      info('1.0-1', 'all|2.0'),
      /--allow-unauthenticated .*--allow-remove-essential.* install/,
    ],
    ['no package', apt, { deb: DEB }, 'info\n\n', 'fail'],
    ['new', dnf, { name: RPM }, info('1.0-1'), /--setopt=localpkg_gpgcheck=True install -- \/srv\/a\.rpm/],
    ['unsigned', dnf, { name: RPM, disable_gpg_check: true }, info('1.0-1'), /-y --nogpgcheck install/],
    ['there', dnf, { name: RPM }, info('0:1.0-1', 'noarch|1.0-1'), undefined],
    ['newer there', dnf, { name: RPM }, info('1.0-1', 'noarch|1:0.5-1'), undefined],
    ['only what is there', dnf, { name: RPM, update_only: true }, info('1.0-1'), undefined],
    ['by package', package_module, { name: RPM }, info('1.0-1'), /install -- \/srv\/a\.rpm/],
  ])('%# %s', async (_what, module, args, said, wanted) => {
    const family = module === apt ? debian : el
    const { plan, world, again } = await planWith(module, args, {
      ...family,
      ...(await found(module, args, said)),
    })
    if (wanted === undefined)
      expect(plan).toMatchObject({ status: 'ok', reason: expect.stringContaining('a ') })
    else if (typeof wanted === 'string') expect(plan.status).toBe(wanted)
    else {
      expect(applyOf(plan)).toMatch(wanted)
      if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
    }
  })
})

describe('a URL', () => {
  const args = { deb: 'https://user:secret@pkg.test/a.deb' }
  test('is fetched into a private directory, and asked for when its turn has come', async () => {
    const { plan } = await planWith(apt, args, {
      ...debian,
      ...(await found(apt, args, `exit 0\n${info('1.0')}`)),
    })
    expect(applyOf(plan)).toMatch(/mktemp -d[^]*>"\$hk_dir"\/0\.deb[^]*install -- "\$hk_dir"\/0\.deb/)
    expect(apt.late?.(apt.params.parse(args))).toBe(true)
    expect(apt.late?.(apt.params.parse({ deb: DEB }))).toBe(false)
  })
  test.each([
    ['HTTP/1.1 404 Not Found\r\n\r\nexit 0\ninfo\n\n', /status 404 Not Found/],
    ['exit 7\ninfo\n\n', /could not be fetched/],
    ['HTTP/1.1 200 OK\r\n\r\nexit 0\ninfo\n\n', /is no \.deb package/],
  ])('%j', async (said, why) => {
    const { plan } = await planWith(apt, args, { ...debian, ...(await found(apt, args, said, 3)) })
    expect(plan).toMatchObject({ status: 'fail', message: expect.stringMatching(why) })
    expect(JSON.stringify(plan)).not.toContain('secret')
  })
})

describe('in check mode', () => {
  test('a file that is yet to come may bring anything', async () => {
    const args = { deb: DEB }
    const answers = {
      ...debian,
      ...(await found(apt, args, '', 3)),
      [`path ${DEB}/.`]: { exists: false },
      ...unit('x.service', { activity: 'inactive' }),
      'user x': { exists: false },
      'path /etc/haproxy/x': { exists: false },
      'path /srv/x': { exists: false },
    }
    const { world, again } = await planWith(apt, args, answers)
    expect(again(world)).toMatchObject({ status: 'fail', message: `there is no file ${DEB} on the host` })
    const plan = again(world.after([pathBecomes(DEB, { type: 'file', ...root })]))
    expect(plan).toMatchObject({ status: 'unknown', why: `the content of ${DEB}` })
    if (plan.status !== 'unknown' || !plan.effects) throw new Error(plan.status)
    const later = world.after(plan.effects)
    expect(later.peek('unit', { name: 'x.service' })).toBeInstanceOf(Unknown)
    expect(later.peek('user', { name: 'x' })).toBeInstanceOf(Unknown)
    expect(later.peek('path', { path: '/etc/haproxy/x' })).toBeInstanceOf(Unknown)
    expect(later.peek('path', { path: '/srv/x' })).toEqual({ exists: false })
  })
  test('a removal of the package before counts', async () => {
    const args = { name: RPM }
    const { world, again } = await planWith(dnf, args, {
      ...el,
      ...(await found(dnf, args, info('1.0-1', 'noarch|1.0-1'))),
    })
    expect(again(world).status).toBe('ok')
    const gone = await planWith(
      dnf,
      { name: 'a', state: 'absent' },
      { ...el, 'package a': { installed: '1.0-1', candidate: undefined } },
    )
    if (gone.plan.status !== 'change') throw new Error(gone.plan.status)
    expect(again(world.after(gone.plan.effects)).status).toBe('change')
  })
})

describe('policy_rc_d', () => {
  const after = async (args: Record<string, unknown>, answers: Answers = {}) => {
    const { plan, world } = await planWith(apt, { name: 'haproxy', ...args }, { ...debian, ...answers })
    if (plan.status !== 'change') throw new Error(plan.status)
    return {
      text: plan.apply.text,
      unit: world.after(plan.effects).peek('unit', { name: 'haproxy.service' }),
    }
  }
  const config = {
    'path /etc/haproxy/haproxy.cfg': { exists: true, type: 'file', inode: 1, digests: {}, ...root },
  }
  const own = { 'path /usr/sbin/policy-rc.d': { exists: true, type: 'file', inode: 1, digests: {}, ...root } }

  test('keeps a service from starting, whatever the host says', async () => {
    const { text, unit: now } = await after({ policy_rc_d: 101 }, { ...config, ...own })
    expect(now).toMatchObject({ enablement: 'enabled', activity: 'inactive' })
    expect(text).toMatch(/'exit 101' >"\$hk_policy"[^]*apt-get/)
  })
  test('or has it start', async () => {
    expect((await after({ policy_rc_d: 0 }, own)).unit).toMatchObject({ activity: 'active' })
    expect((await after({}, own)).unit).toBeInstanceOf(Unknown)
    expect((await after({ policy_rc_d: 5 })).unit).toBeInstanceOf(Unknown)
  })
  test('what is removed then may go on running', async () => {
    const answers = {
      'package haproxy': { installed: '1', candidate: undefined },
      ...unit('haproxy.service'),
    }
    expect((await after({ state: 'absent' }, answers)).unit).toEqual({ known: false })
    expect((await after({ state: 'absent', policy_rc_d: 101 }, answers)).unit).toBeInstanceOf(Unknown)
  })
})

test.each<[TaskModule, Record<string, unknown>, RegExp]>([
  [apt, { deb: 'a.deb' }, /not an absolute path/],
  [apt, { deb: DEB, name: 'a' }, /deb goes without names/],
  [apt, { deb: DEB, upgrade: 'dist' }, /goes without/],
  [apt, { deb: DEB, state: 'latest' }, /state: present/],
  [apt, { name: DEB }, /package file/],
  [dnf, { name: RPM, state: 'absent' }, /cannot be removed/],
  [dnf, { name: 'x/a.rpm' }, /not an absolute path/],
])('%# is refused', async (module, args, why) => {
  await expect(async () => module.prepare(module.params.parse(args), controllerWith())).rejects.toThrow(why)
})

test('an rpm file is not for a Debian-like host', async () => {
  const prepared = await package_module.prepare(package_module.params.parse({ name: RPM }), controllerWith())
  expect(planOf(package_module, prepared, new World(new Map(Object.entries(debian))))).toMatchObject({
    status: 'fail',
  })
})
