import { expect, test } from 'vitest'
import timezone from '../../src/tasks/timezone.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { type Made, replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, bare, debian, el, planWith, type Answers } from './worlds.ts'

const ROOT = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' }
const at = (path: string, made: Omit<Made, keyof typeof ROOT>, follow = true): Answers => ({
  [id('path', pathKey(path, follow))]: replyOf({ ...made, ...ROOT }),
})
const text = (path: string, content: string) => at(path, { type: 'file', content: Buffer.from(content) })
const zones = text('/usr/share/zoneinfo/Europe/Berlin', 'TZif')
const link = (zone: string) =>
  at('/etc/localtime', { type: 'link', target: `/usr/share/zoneinfo/${zone}` }, false)
const tools = script('timezone tools', ['timedatectl', 'hwclock'])
const base = { ...debian, ...zones, ...link('Etc/UTC'), ...tools, ...text('/etc/timezone', 'Etc/UTC\n') }
const berlin = { name: 'Europe/Berlin' }

test.each([
  [berlin, base, 'timedatectl set-timezone Europe/Berlin'],
  [{ rtc: 'local' }, base, 'timedatectl set-local-rtc yes'],
  [
    { hwclock: 'UTC' },
    { ...base, ...text('/etc/adjtime', '0 0 0\n0\nLOCAL\n') },
    'timedatectl set-local-rtc no',
  ],
  [berlin, { ...base, ...script('timezone tools', []) }, 'hk_path=/etc/timezone'],
  [
    berlin,
    {
      ...base,
      ...el,
      ...script('timezone tools', []),
      ...text('/etc/sysconfig/clock', 'A=1\nZONE="Etc/UTC"\n'),
    },
    'hk_path=/etc/sysconfig/clock',
  ],
  [berlin, { ...base, ...bare, ...script('timezone tools', []) }, 'mv -Tf "$hk_new" /etc/localtime'],
  [
    { hwclock: 'local' },
    { ...base, ...bare, ...script('timezone tools', ['hwclock']) },
    'hwclock --systohc --localtime',
  ],
])('%j', async (args, answers, command) => {
  const renamed = 'rtc' in args ? { hwclock: args.rtc } : args
  const { plan, world, again } = await planWith(timezone, renamed, answers)
  expect(applyOf(plan)).toContain(command)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test.each([
  [berlin, { ...base, ...link('Europe/Berlin') }],
  [{ hwclock: 'UTC' }, base],
  // Where localtime is a copy, the file beside it says the zone.
  [
    berlin,
    {
      ...base,
      ...at('/etc/localtime', { type: 'file' }, false),
      ...text('/etc/timezone', 'Europe/Berlin\n'),
    },
  ],
])('%j: nothing to do', async (args, answers) => {
  expect((await planWith(timezone, args, answers)).plan.status).toBe('ok')
})

test('what later tasks find where there is no systemd', async () => {
  const host = { ...base, ...script('timezone tools', []) }
  const found = async (family: Answers, more: Answers, path: string) => {
    const { plan, world } = await planWith(timezone, berlin, { ...host, ...family, ...more })
    if (plan.status !== 'change') throw new Error(plan.status)
    const reply = world.after(plan.effects).get('path', { path, follow: true })
    return reply.exists ? reply.content?.toString() : undefined
  }
  expect(await found(debian, {}, '/etc/timezone')).toBe('Europe/Berlin\n')
  const clock = text('/etc/sysconfig/clock', 'A=1\nZONE="Etc/UTC"\n')
  expect(await found(el, clock, '/etc/sysconfig/clock')).toBe('A=1\nZONE="Europe/Berlin"\n')
  expect(await found(el, {}, '/etc/sysconfig/clock')).toBeUndefined()
})

test('a directory is not replaced', async () => {
  const host = { ...base, ...at('/etc/localtime', { type: 'directory' }, false) }
  expect((await planWith(timezone, berlin, host)).plan).toMatchObject({
    message: '/etc/localtime is a directory',
  })
})

test('a zone that there is not', async () => {
  const { plan } = await planWith(timezone, { name: 'Europe/Nowhere' }, base)
  expect(plan).toMatchObject({ status: 'fail', message: 'there is no time zone Europe/Nowhere on this host' })
})

test.each([[{}], [{ name: '../x' }], [{ name: '/etc' }]])('%j is refused', (args) => {
  expect(() => timezone.prepare(timezone.params.parse(args), controllerWith())).toThrow('timezone:')
})
