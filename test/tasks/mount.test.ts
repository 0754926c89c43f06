import { describe, expect, test } from 'vitest'
import mount from '../../src/tasks/mount.ts'
import { withMount, withoutMount } from '../../src/tasks/mount-fstab.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { directory, rules, script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith, type Answers } from './worlds.ts'

const LINE = { src: '/dev/a', path: '/m', fstype: 'xfs', opts: 'defaults', dump: '0', passno: '0' }

// ansible.posix.mount's answers to the same.
test.each([
  ['', '/dev/a /m xfs defaults 0 0\n'],
  ['# x\n/dev/a /m xfs defaults 0 0', undefined],
  ['/dev/a  /m\txfs defaults 0 0\n', undefined],
  ['/dev/a /m xfs defaults\n', '/dev/a /m xfs defaults 0 0\n'],
  ['/dev/b /m xfs defaults 0 0\n# y\n', '/dev/a /m xfs defaults 0 0\n# y\n'],
  ['/dev/b /n xfs defaults 0 0', '/dev/b /n xfs defaults 0 0\n/dev/a /m xfs defaults 0 0\n'],
  [
    'a line that is none of a mount at all\n',
    'a line that is none of a mount at all\n/dev/a /m xfs defaults 0 0\n',
  ],
])('%j gets the line: %j', (before, after) => {
  expect(withMount(before, LINE)).toBe(after)
})

test('blanks are escaped, and swap is told by its device', () => {
  expect(withMount('', { ...LINE, path: '/a b', src: '//h/x&y' })).toBe(
    '//h/x\\046y /a\\040b xfs defaults 0 0\n',
  )
  const swap = { ...LINE, path: 'none', fstype: 'swap', src: '/dev/s2' }
  expect(withMount('/dev/s1 none swap defaults 0 0\n', swap)).toBe(
    '/dev/s1 none swap defaults 0 0\n/dev/s2 none swap defaults 0 0\n',
  )
  expect(
    withoutMount('/dev/s1 none swap sw 0 0\n/dev/s2 none swap sw 0 0\n', { path: 'none', src: '/dev/s1' }),
  ).toBe('/dev/s2 none swap sw 0 0\n')
  expect(withoutMount('/dev/a /n xfs sw 0 0\n', { path: '/m', src: undefined })).toBeUndefined()
})

const fstab = (text: string): Answers => ({
  [id('path', pathKey('/etc/fstab', true))]: replyOf({
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    owner: 'root',
    group: 'root',
    content: Buffer.from(text),
  }),
})
const MOUNTS = ['/ / ext4 /dev/vda', '/ /m xfs /dev/a']
const host = {
  ...rules(),
  ...directory('/etc'),
  ...script('mounts', MOUNTS.slice(0, 1)),
  ...fstab('# none\n'),
}
const mounted = {
  ...host,
  ...script('mounts', MOUNTS),
  ...fstab('/dev/a /m xfs defaults 0 0\n'),
  ...directory('/m'),
}
const args = { path: '/m', src: '/dev/a', fstype: 'xfs', state: 'mounted' }

describe('what is done', () => {
  test.each([
    [args, host, 'mount /m'],
    [{ ...args, opts: 'ro' }, mounted, 'mount -o remount /m'],
    [{ ...args, state: 'present' }, host, '/etc/fstab'],
    [{ path: '/m', state: 'unmounted' }, mounted, 'umount /m'],
    [{ path: '/m', state: 'absent' }, mounted, 'rmdir /m'],
    [{ path: '/m', state: 'absent_from_fstab' }, mounted, '/etc/fstab'],
  ])('%j', async (given, answers, command) => {
    const { plan, world, again } = await planWith(mount, given, answers)
    expect(applyOf(plan)).toContain(command)
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })

  test.each([
    [{ path: '/m', state: 'remounted' }, mounted, 'mount -o remount /m ||'],
    [{ path: '/m', state: 'remounted', opts: 'ro' }, mounted, 'mount -o remount,ro /m ||'],
    [{ ...args, state: 'ephemeral', opts: 'ro' }, host, 'mount -t xfs -o ro /dev/a /m'],
    [{ ...args, state: 'ephemeral' }, mounted, 'mount -o remount -t xfs /dev/a /m'],
    [{ ...args, opts: 'ro', boot: false }, host, 'mount /m'],
  ])('%j, every time', async (given, answers, command) => {
    const { plan } = await planWith(mount, given, answers)
    expect(applyOf(plan)).toContain(command)
  })

  test('noauto for what is not mounted at boot', async () => {
    const { plan } = await planWith(mount, { ...args, state: 'present', opts: 'ro', boot: false }, host)
    expect(plan).toMatchObject({ diff: [{ after: '# none\n/dev/a /m xfs ro,noauto 0 0\n' }] })
  })
})

test.each([
  [args, mounted, '/dev/a is mounted on /m'],
  [{ path: '/x', state: 'unmounted' }, mounted, 'nothing is mounted on /x'],
  [{ path: '/x', state: 'absent' }, mounted, '/etc/fstab does not have /x'],
])('%j: nothing to do', async (given, answers, reason) => {
  expect((await planWith(mount, given, answers)).plan).toMatchObject({ status: 'ok', reason })
})

test.each([
  [{ path: '/x', state: 'remounted' }, mounted, 'nothing is mounted on /x'],
  [{ ...args, src: '/dev/b', state: 'ephemeral' }, mounted, '/dev/a is mounted on /m already'],
])('%j fails', async (given, answers, message) => {
  expect((await planWith(mount, given, answers)).plan).toMatchObject({ status: 'fail', message })
})

test.each([
  [{ path: '/m', state: 'mounted' }, 'needs src'],
  [{ path: 'm', state: 'unmounted' }, 'not an absolute path'],
  [{ ...args, fstab: 'x' }, 'not an absolute path'],
])('%j is refused: %s', (given, message) => {
  expect(() => mount.prepare(mount.params.parse(given), controllerWith())).toThrow(message)
})
