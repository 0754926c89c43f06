import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TaskModule } from '../../src/task.ts'
import authorizedKey from '../../src/tasks/authorized_key.ts'
import cron from '../../src/tasks/cron.ts'
import hostname from '../../src/tasks/hostname.ts'
import modprobe from '../../src/tasks/modprobe.ts'
import mount from '../../src/tasks/mount.ts'
import selinux from '../../src/tasks/selinux.ts'
import { Script } from '../../src/shell/sh.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { id, type World } from '../../src/world/world.ts'
import { scratch } from '../world/hosts.ts'
import { directory, rules, script, user } from './accounts.ts'
import { shells } from './harness.ts'
import { applyOf, bare, planWith, type Answers } from './worlds.ts'

/** "Café" as Latin-1: no UTF-8, and as UTF-8 text it would come back as another byte. */
const CAFE = Buffer.from([0x23, 0x20, 0x43, 0x61, 0x66, 0xe9, 0x0a])

const ROOT = { uid: 0, gid: 0, owner: 'root', group: 'root' }
const file = (path: string, more: { content?: Buffer; size?: number }): Answers => ({
  [id('path', pathKey(path, true))]: {
    ...replyOf({ type: 'file', mode: 0o644, ...ROOT }),
    ...more,
    ...(more.content && { size: more.content.length }),
  },
})
const bytes = (name: string, head: readonly string[], content: Buffer): Answers => ({
  [id('script', name)]: {
    code: 0,
    stdout: Buffer.concat([Buffer.from(head.map((line) => `${line}\n`).join('')), content]),
    stderr: Buffer.alloc(0),
  },
})

const host = {
  ...rules(),
  ...bare,
  ...['/etc', '/etc/cron.d', '/etc/sysconfig', '/etc/selinux', '/home', '/home/anna/.ssh']
    .map((path) => directory(path))
    .reduce((all, one) => ({ ...all, ...one })),
  ...user('anna'),
  ...script('hostname', ['now old', 'static old']),
  ...script('selinux ', ['mode permissive']),
  ...script('mounts', ['/ / ext4 /dev/vda']),
  ...script('module nf ', ['tool yes', 'loaded yes']),
  ...script('home file anna .ssh/authorized_keys', ['anna:x:1001:1001::/home/anna:/bin/sh', '.']),
}
const KEY = { user: 'anna', key: 'ssh-ed25519 AAA a@b' }
const JOB = { name: 'a', user: 'anna', job: 'date' }

const CASES: readonly [TaskModule, Record<string, unknown>, string, string, string][] = [
  [hostname, { name: 'm1', use: 'redhat' }, '/etc/sysconfig/network', 'HOSTNAME=x\n', 'HOSTNAME=m1\n'],
  [
    selinux,
    { policy: 'targeted', state: 'permissive' },
    '/etc/selinux/config',
    'SELINUX=enforcing\nSELINUXTYPE=targeted\n',
    'SELINUX=permissive\nSELINUXTYPE=targeted\n',
  ],
  [cron, { ...JOB, cron_file: 'x' }, '/etc/cron.d/x', '', '#Ansible: a\n* * * * * anna date\n'],
  [
    mount,
    { path: '/m', src: '/dev/a', fstype: 'xfs', state: 'present' },
    '/etc/fstab',
    '',
    '/dev/a /m xfs defaults 0 0\n',
  ],
  [authorizedKey, KEY, '/home/anna/.ssh/authorized_keys', '', 'ssh-ed25519 AAA a@b\n'],
  [modprobe, { name: 'nf', persistent: 'absent' }, '/etc/modules-load.d/nf.conf', 'nf\n', '#nf\n'],
]

const named = CASES.map((one) => [one[0].name, one[2], ...one] as const)
describe.each(named)('%s edits %s', (_name, _path, module, args, path, before, after) => {
  test('and leaves bytes alone that are no UTF-8', async () => {
    const content = Buffer.concat([CAFE, Buffer.from(before)])
    const { plan, world, again } = await planWith(module, args, { ...host, ...file(path, { content }) })
    if (plan.status !== 'change') throw new Error(JSON.stringify(plan))
    const made = world.after(plan.effects)
    const wanted = Buffer.concat([CAFE, Buffer.from(after)])
    expect(contentOf(made, path)).toEqual(wanted)
    expect(applyOf(plan)).toContain(wanted.toString('base64'))
    expect(again(made).status).toBe('ok')
  })

  test('and neither one that is too large, nor one that is not known yet', async () => {
    const large = await planWith(module, args, { ...host, ...file(path, { size: 2 ** 21 }) })
    const message = `${path} has more than 1 MiB: hakube does not edit files of that size`
    expect(large.plan).toEqual({ status: 'fail', message })
    const later = await planWith(module, args, { ...host, ...file(path, { size: Number.NaN }) })
    expect(later.plan).toEqual({ status: 'unknown', why: `the content of ${path} is not known yet` })
  })
})

function contentOf(world: World, path: string): Buffer | undefined {
  const reply = world.get('path', { path, follow: true })
  return reply.exists ? reply.content : undefined
}

test('what is no UTF-8 cannot get what is no Latin-1', async () => {
  const answers = { ...host, ...file('/etc/cron.d/x', { content: CAFE }) }
  const { plan } = await planWith(cron, { ...JOB, job: 'echo €', cron_file: 'x' }, answers)
  expect(plan).toEqual({
    status: 'fail',
    message: '/etc/cron.d/x: the file is no UTF-8, and what is to be put in is no Latin-1',
  })
})

test.each(shells)('a crontab keeps its bytes in $name', async (shell) => {
  const { plan, world, again } = await planWith(
    cron,
    { ...JOB, backup: true },
    {
      ...host,
      ...bytes('crontab anna', ['known'], CAFE),
    },
  )
  if (plan.status !== 'change') throw new Error(JSON.stringify(plan))
  expect(again(world.after(plan.effects)).status).toBe('ok')
  const kept = join(scratch(), 'kept')
  // crontab itself prints what it gets.
  const ran = shell.run(new Script(`crontab() { cat; }; mktemp() { echo '${kept}'; }\n${applyOf(plan)}`))
  const lines = Buffer.concat([CAFE, Buffer.from('#Ansible: a\n* * * * * date\n')])
  expect(ran.stdout).toEqual(Buffer.concat([Buffer.from(`hk_backup=${kept}\n`), lines]))
  expect(readFileSync(kept)).toEqual(CAFE)
})

test('keys in a home that nobody could guess, and other files of modprobe.d', async () => {
  const passwd = 'anna:x:1001:1001::/srv/anna:/bin/sh'
  const name = 'home file anna .ssh/authorized_keys'
  const keys = await planWith(authorizedKey, KEY, {
    ...host,
    ...user('anna', { home: '/srv/anna' }),
    ...bytes(name, [passwd, 'directory', 'home', 'mode 600', '.'], CAFE),
  })
  const wanted = Buffer.concat([CAFE, Buffer.from('ssh-ed25519 AAA a@b\n')])
  expect(applyOf(keys.plan)).toContain(wanted.toString('base64'))
  const tabbed = Buffer.concat([Buffer.from('\t'), CAFE, Buffer.from('\tnf\n')])
  const confs = await planWith(
    modprobe,
    { name: 'nf', persistent: 'absent' },
    {
      ...host,
      ...bytes('module files', ['644 /etc/modules-load.d/k.conf'], tabbed),
    },
  )
  expect(applyOf(confs.plan)).toContain(Buffer.concat([CAFE, Buffer.from('#nf\n')]).toString('base64'))
})
