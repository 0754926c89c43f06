import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lines, Script, sh } from '../../src/shell/sh.ts'
import mount from '../../src/tasks/mount.ts'
import { withMount, withoutMount } from '../../src/tasks/mount-fstab.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { directory, rules, script } from './accounts.ts'
import { controllerWith, type Host, look, planOf, shells } from './harness.ts'
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

// As ansible.posix.mount 1.4: defaults and noauto would contradict each other.
test.each([
  [{}, 'defaults'],
  [{ opts: 'defaults,ro' }, 'defaults,ro'],
])('boot: no beside %j changes nothing, and a warning says so', async (more, opts) => {
  const { plan } = await planWith(mount, { ...args, ...more, state: 'present', boot: false }, host)
  expect(plan).toMatchObject({
    diff: [{ after: `# none\n/dev/a /m xfs ${opts} 0 0\n` }],
    result: { boot: 'no', warnings: [expect.stringContaining('boot: no has no effect')] },
  })
  const { plan: quiet } = await planWith(mount, { ...args, opts: 'noauto', boot: false }, host)
  expect(quiet).not.toHaveProperty('result.warnings')
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

describe.each(shells)('where a tool fails, $name', (host: Host) => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hakube-mount-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  /** Plans over this fstab, with /m mounted, and runs that with tools that note how they are called. */
  async function run(
    more: Record<string, unknown>,
    before: string | Buffer,
    tools: { mount?: string; umount?: string },
    seen: readonly string[] = MOUNTS,
  ) {
    const fstab = join(dir, 'fstab')
    writeFileSync(fstab, before)
    writeFileSync(join(dir, 'calls'), '')
    for (const name of ['mount', 'umount'] as const) {
      const text = `#!/bin/sh\necho "${name} $*" >>${dir}/calls\n${tools[name] ?? ''}\n`
      writeFileSync(join(dir, name), text)
      chmodSync(join(dir, name), 0o755)
    }
    const prepared = await mount.prepare(mount.params.parse({ ...args, fstab, ...more }), controllerWith())
    const answers = { ...script('mounts', seen), ...directory('/m') }
    const world = look(host, mount.asks(prepared)).merge(new Map(Object.entries(answers)))
    const plan = planOf(mount, prepared, world)
    const applied = host.run(lines(sh`PATH=${dir}:$PATH`, new Script(applyOf(plan))))
    const calls = readFileSync(join(dir, 'calls'), 'utf8').replaceAll(fstab, 'FSTAB').trim().split('\n')
    return { plan, code: applied.code, said: applied.stderr.toString(), fstab: readFileSync(fstab), calls }
  }

  const OLD = '/dev/a /m xfs defaults 0 0\n'
  const AGAIN = ['mount -o remount -T FSTAB /m', 'umount /m', 'mount -T FSTAB /m']

  test('a mount that cannot be changed is there again, as fstab had it', async () => {
    const no = `grep -q noatime ${dir}/fstab || exit 0; echo 'bad option' >&2; exit 32`
    const done = await run({ opts: 'noatime' }, OLD, { mount: no })
    expect(done).toMatchObject({ code: 1, said: 'bad option\n' })
    expect(done.fstab.toString()).toBe(OLD)
    expect(done.calls).toEqual([...AGAIN, 'mount -T FSTAB /m'])
  })

  test('or as it was mounted, where fstab did not have it', async () => {
    const no = "case $* in *FSTAB*|*-T*) echo 'bad option' >&2; exit 32 ;; esac"
    const done = await run({}, '', { mount: no })
    expect(done).toMatchObject({ code: 1, said: 'bad option\n', calls: [...AGAIN, 'mount -t xfs /dev/a /m'] })
    expect(done.fstab.toString()).toBe('')
    const bound = await run({}, '', { mount: no }, ['/ / ext4 /dev/vda', '/srv/x /m ext4 /dev/vda'])
    expect(bound.calls.at(-1)).toBe('mount -o bind /srv/x /m')
  })

  test('what is still mounted is not mounted a second time', async () => {
    const done = await run({ opts: 'ro' }, OLD, { mount: 'exit 32', umount: 'echo busy >&2; exit 32' })
    expect(done).toMatchObject({ code: 1, said: 'busy\n', calls: AGAIN.slice(0, 2) })
  })

  test.each([{ state: 'remounted' }, { state: 'ephemeral' }])('%j brings it back, too', async (more) => {
    const once = `grep -c '^mount -t xfs /dev/a /m$' ${dir}/calls >/dev/null && [ -e ${dir}/second ] && exit 0
[ "$1" = -o ] || : >${dir}/second
echo 'cannot mount' >&2; exit 32`
    const done = await run(more, OLD, { mount: once })
    expect(done).toMatchObject({ code: 1, said: 'cannot mount\n' })
    expect(done.calls.at(-1)).toBe('mount -t xfs /dev/a /m')
    expect(done.calls).toHaveLength(4)
  })

  test('what is busy keeps its line: the next run must not take it for unmounted', async () => {
    const done = await run({ state: 'absent' }, OLD, { umount: 'echo busy >&2; exit 32' })
    expect(done).toMatchObject({ code: 1, calls: ['umount /m'] })
    expect(done.fstab.toString()).toBe(OLD)
  })
})
