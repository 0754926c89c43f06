import { describe, expect, test } from 'vitest'
import type { TaskModule } from '../../src/task.ts'
import apt from '../../src/tasks/apt.ts'
import dnf from '../../src/tasks/dnf.ts'
import { Unknown } from '../../src/world/kind.ts'
import { controllerWith } from './harness.ts'
import { type Answers, applyOf, debian, el, package_, planWith, unit } from './worlds.ts'

const FAMILIES: Readonly<Record<string, Answers>> = { apt: debian, dnf: el }

/** The last words of the call, without options that any call has. */
async function call(name: 'apt' | 'dnf', args: Record<string, unknown>): Promise<string> {
  const module: TaskModule = name === 'apt' ? apt : dnf
  expect(module.kind(module.params.parse(args))).toBe('action')
  const { plan } = await planWith(module, args, FAMILIES[name] ?? {})
  expect(plan).toMatchObject({ status: 'change', once: true })
  const line = applyOf(plan).split('\n').at(-1) ?? ''
  return line.replace(/-o \S+ /g, '').replace(' </dev/null', '')
}

test.each<['apt' | 'dnf', Record<string, unknown>, string]>([
  ['apt', { upgrade: 'dist' }, 'apt-get -y -q dist-upgrade'],
  ['apt', { upgrade: true }, 'apt-get -y -q upgrade --with-new-pkgs'],
  ['apt', { upgrade: 'full', autoremove: true }, 'apt-get -y -q --auto-remove dist-upgrade'],
  ['apt', { name: '*', state: 'latest' }, 'apt-get -y -q upgrade --with-new-pkgs'],
  ['apt', { upgrade: 'safe', fail_on_autoremove: true }, 'apt-get -y -q --no-remove upgrade --with-new-pkgs'],
  ['apt', { autoremove: true, purge: true }, 'apt-get -y -q --purge autoremove'],
  ['apt', { autoclean: true }, 'apt-get -y -q autoclean'],
  ['apt', { clean: true }, 'apt-get -y -q clean'],
  ['dnf', { name: '*', state: 'latest' }, '"$tool" -y upgrade'],
  [
    'dnf',
    { name: '*', state: 'latest', security: true, bugfix: true, update_cache: true },
    '"$tool" -y --refresh upgrade --security --bugfix',
  ],
  ['dnf', { autoremove: true }, '"$tool" -y autoremove'],
  [
    'dnf',
    {
      name: '*',
      state: 'latest',
      conf_file: '/c',
      disable_excludes: 'all',
      disable_plugin: 'x',
      sslverify: 'no',
    },
    '"$tool" -y --config=/c --disableexcludes=all --disableplugin=x --setopt=sslverify=False upgrade',
  ],
])('%s %j', async (name, args, wanted) => {
  expect(await call(name, args)).toBe(wanted)
})

const answer = (stdout: string) => ({ code: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) })

describe('what was done', () => {
  test.each<['apt' | 'dnf', Record<string, unknown>, string, boolean]>([
    [
      'apt',
      { upgrade: 'dist' },
      'Done\n0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.\n',
      false,
    ],
    ['apt', { upgrade: 'dist' }, '1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n', true],
    ['apt', { upgrade: 'dist' }, '0 upgraded, 0 newly installed, 2 to remove and 0 not upgraded.\n', true],
    ['apt', { autoremove: true }, 'The following packages will be REMOVED:\n  x\n', true],
    ['apt', { autoremove: true }, '0 upgraded\n', false],
    ['apt', { autoclean: true }, 'Reading\nDel x 1 [3 kB]\n', true],
    ['apt', { clean: true }, '', false],
    ['dnf', { name: '*', state: 'latest' }, 'Dependencies resolved.\nNothing to do.\nComplete!\n', false],
    ['dnf', { name: '*', state: 'latest' }, 'Transaction Summary\n====\nUpgrade  1 Package\n', true],
  ])('%s %j: %j', async (name, args, stdout, changed) => {
    const module: TaskModule = name === 'apt' ? apt : dnf
    const prepared = await module.prepare(module.params.parse(args), controllerWith())
    expect(module.result?.(prepared, answer(stdout))).toMatchObject({ changed })
  })
})

test('which releases there are then is unknown', async () => {
  const { plan, world } = await planWith(apt, { upgrade: 'dist' }, { ...debian, ...package_('a', '1') })
  if (plan.status !== 'change') throw new Error(plan.status)
  expect(world.after(plan.effects).peek('package', { name: 'a' })).toBeInstanceOf(Unknown)
})

describe('what else is not known then', () => {
  const there = { exists: true, type: 'file', mode: 0o600, uid: 0, gid: 0, owner: 'root', group: 'root' }
  const host: Answers = {
    ...unit('old.service'),
    ...unit('stopped.service', { activity: 'inactive' }),
    ...unit('masked.service', { enablement: 'masked', activity: 'inactive' }),
    'path /usr/bin/old': there,
    'path /usr/bin/new': { exists: false },
    'path /srv/own': there,
    'path /var/cache/apt/archives/a.deb': there,
    'path /var/lib/apt/periodic/update-success-stamp': { ...there, mtime: 1 },
    'user new': { exists: false },
  }
  const known = async (module: TaskModule, args: Record<string, unknown>) => {
    const family = module === apt ? debian : el
    const { plan, world } = await planWith(module, args, { ...family, ...host })
    if (plan.status !== 'change') throw new Error(plan.status)
    const after = world.after(plan.effects)
    const out: string[] = []
    for (const key of Object.keys(host)) {
      const [kind = '', name = ''] = key.split(' ')
      const reply =
        kind === 'path'
          ? after.peek('path', { path: name })
          : kind === 'unit'
            ? after.peek('unit', { name })
            : after.peek('user', { name })
      if (reply instanceof Unknown) out.push(name)
    }
    return out
  }
  const UPGRADE = ['/usr/bin/new', 'new']
  const GOES = ['old.service', 'stopped.service', '/usr/bin/old']
  const CACHE = '/var/cache/apt/archives/a.deb'

  test.each<['apt' | 'dnf', Record<string, unknown>, readonly string[]]>([
    ['apt', { clean: true }, [CACHE]],
    ['apt', { autoclean: true }, [CACHE]],
    ['apt', { autoremove: true }, [...GOES, CACHE]],
    ['apt', { upgrade: 'safe' }, ['stopped.service', ...UPGRADE, CACHE]],
    ['apt', { upgrade: 'safe', autoremove: true }, [...GOES, ...UPGRADE, CACHE]],
    ['apt', { upgrade: 'dist' }, [...GOES, ...UPGRADE, CACHE]],
    ['apt', { update_cache: true }, [CACHE]],
    ['dnf', { autoremove: true }, [...GOES, CACHE]],
    ['dnf', { name: '*', state: 'latest' }, [...GOES, ...UPGRADE, CACHE]],
  ])('%s %j', async (name, args, wanted) => {
    expect((await known(name === 'apt' ? apt : dnf, args)).toSorted()).toEqual(wanted.toSorted())
  })

  test('the stamp of an update', async () => {
    const stamp = async (args: object, answers: Answers) => {
      const { plan, world } = await planWith(apt, { update_cache: true, ...args }, { ...debian, ...answers })
      if (plan.status !== 'change') throw new Error(plan.status)
      return world.after(plan.effects).get('path', { path: '/var/lib/apt/periodic/update-success-stamp' })
    }
    const none = { 'path /var/lib/apt/periodic/update-success-stamp': { exists: false } }
    expect(await stamp({}, none)).toMatchObject({ exists: true, type: 'file', mode: 0o644 })
    expect(await stamp({}, host)).toMatchObject({ exists: true, mode: 0o600, mtime: Number.NaN })
  })
})

test.each<[TaskModule, Record<string, unknown>, RegExp]>([
  [apt, { name: 'a', upgrade: 'dist' }, /upgrade goes without the name/],
  [apt, { name: 'a', autoclean: true }, /autoclean goes without the name/],
  [apt, { clean: true, autoremove: true }, /clean and autoremove are two things/],
  [apt, { upgrade: 'all' }, /upgrade: all is not one of/],
  [apt, { name: '*' }, /goes with state: latest/],
  [dnf, { name: '*' }, /goes with state: latest/],
  [dnf, { name: 'a', security: true }, /security goes with name/],
])('%# is refused', (module, args, why) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(why)
})
