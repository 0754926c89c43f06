import { expect, test } from 'vitest'
import authorizedKey from '../../src/tasks/authorized_key.ts'
import { editKeys } from '../../src/tasks/authorized_key-edit.ts'
import { userBecomes } from '../../src/world/account-effects.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { pathBecomes, pathGone, replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { rules, script, user } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith, type Answers } from './worlds.ts'

const wishes = {
  keys: ['ssh-ed25519 AAA a@b'],
  present: true,
  exclusive: false,
  options: undefined,
  comment: undefined,
}

// ansible.posix.authorized_key's answers to the same.
test.each([
  ['', {}, 'ssh-ed25519 AAA a@b\n'],
  ['ssh-ed25519 AAA a@b\n', {}, undefined],
  ['ssh-ed25519   AAA   a@b\n', {}, undefined],
  ['ssh-ed25519 AAA other\n', {}, 'ssh-ed25519 AAA a@b\n'],
  ['# one\n\nssh-rsa BBB x y\n', {}, '# one\n\nssh-rsa BBB x y\nssh-ed25519 AAA a@b\n'],
  ['no-pty,from="a,b" ssh-ed25519 AAA a@b\n', {}, 'ssh-ed25519 AAA a@b\n'],
  ['from="a,b",no-pty ssh-ed25519 AAA a@b\n', { options: 'no-pty,from="a,b"' }, undefined],
  ['', { options: 'no-pty,from="a,b"' }, 'no-pty,from="a,b" ssh-ed25519 AAA a@b\n'],
  ['', { comment: 'mine' }, 'ssh-ed25519 AAA mine\n'],
  ['', { keys: ['ssh-rsa BBB', 'ssh-dss CCC c'] }, 'ssh-rsa BBB \nssh-dss CCC c\n'],
  ['# one\nssh-rsa BBB x\nssh-ed25519 AAA a@b\n', { exclusive: true }, 'ssh-ed25519 AAA a@b\n'],
  ['ssh-rsa BBB x\nssh-ed25519 AAA z\n', { present: false }, 'ssh-rsa BBB x\n'],
  ['ssh-rsa BBB x\n', { present: false }, undefined],
  ['garbage\n', {}, 'garbage\nssh-ed25519 AAA a@b\n'],
])('%j with %j becomes %j', (before, more, after) => {
  expect(editKeys(before, { ...wishes, ...more })).toBe(after)
})

const args = { user: 'anna', key: 'ssh-ed25519 AAA a@b' }
const line = (name: string, home: string) =>
  script(`home file ${name} .ssh/authorized_keys`, [`${name}:x:1001:1001::${home}:/bin/sh`, 'home', '.'])
const host: Answers = { ...rules(), ...user('anna'), ...line('anna', '/home/anna') }

test('a key for a user without a .ssh', async () => {
  const { plan, world, again } = await planWith(authorizedKey, args, host)
  expect(plan).toMatchObject({ status: 'change', result: { keyfile: '/home/anna/.ssh/authorized_keys' } })
  expect(applyOf(plan)).toContain('mkdir -m 0700 /home/anna/.ssh')
  if (plan.status !== 'change') return
  const after = world.after(plan.effects)
  expect(again(after)).toMatchObject({ status: 'ok' })
  expect(after.get('path', { path: '/home/anna/.ssh', follow: true })).toMatchObject({
    mode: 0o700,
    owner: 'anna',
  })
})

test('a home that an earlier task gives the user', async () => {
  const { world, again } = await planWith(authorizedKey, args, {
    ...host,
    ...user('anna', { home: '/srv/old' }),
    ...line('anna', '/srv/old'),
  })
  const old = world.get('user', { name: 'anna' })
  if (!old.exists) throw new Error('there is an anna')
  const moved = world.after(userBecomes({ ...old, home: '/srv/new' }, old))
  expect(again(moved)).toMatchObject({ status: 'unknown', why: 'what is in /srv/new' })
  const directory = replyOf({ type: 'directory', mode: 0o755, uid: 1, gid: 1, owner: 'anna', group: 'anna' })
  expect(again(moved.after([pathBecomes('/srv/new', directory)]))).toMatchObject({
    status: 'change',
    result: { keyfile: '/srv/new/.ssh/authorized_keys' },
  })
})

test('a home that nobody could guess', async () => {
  const elsewhere = { ...host, ...user('anna', { home: '/srv/anna' }), ...line('anna', '/srv/anna') }
  const { plan, world, again } = await planWith(authorizedKey, args, elsewhere)
  expect(plan).toMatchObject({ status: 'change', result: { keyfile: '/srv/anna/.ssh/authorized_keys' } })
  if (plan.status === 'change') expect(again(world.after(plan.effects))).toMatchObject({ status: 'ok' })
})

test('a home elsewhere that an earlier task takes away', async () => {
  const elsewhere = { ...host, ...user('anna', { home: '/srv/anna' }), ...line('anna', '/srv/anna') }
  const { world, again } = await planWith(authorizedKey, args, elsewhere)
  const message = '/srv/anna/.ssh does not exist, nor does the directory above it'
  expect(again(world.after([pathGone('/srv/anna')]))).toMatchObject({ status: 'fail', message })
})

test('a file of its own, and a directory that is not touched', async () => {
  const path = '/etc/ssh/keys/anna'
  const directory = { type: 'directory', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' } as const
  const answers = {
    ...host,
    ...script(`home file anna ${path}`, ['anna:x:1001:1001::/home/anna:/bin/sh', '.']),
    ...Object.fromEntries(
      ['/etc', '/etc/ssh', '/etc/ssh/keys'].map((each) => [
        id('path', pathKey(each, true)),
        replyOf(directory),
      ]),
    ),
  }
  const { plan } = await planWith(authorizedKey, { ...args, path, manage_dir: false }, answers)
  expect(applyOf(plan)).not.toContain('chmod 00700')
  expect(plan).toMatchObject({ result: { keyfile: path, path } })
})

test.each([true, false])(
  'no directory in the place of a link that leads nowhere, manage_dir: %s',
  async (manage_dir) => {
    const path = '/srv/keys/anna'
    const directory = {
      type: 'directory',
      mode: 0o755,
      uid: 0,
      gid: 0,
      owner: 'root',
      group: 'root',
    } as const
    const answers = {
      ...host,
      ...script(`home file anna ${path}`, ['anna:x:1001:1001::/home/anna:/bin/sh', '.']),
      [id('path', pathKey('/srv', true))]: replyOf(directory),
      [id('path', pathKey('/srv/keys', true))]: { exists: false, real: '/nowhere' },
    }
    const { plan } = await planWith(authorizedKey, { ...args, path, manage_dir }, answers)
    const message = '/srv/keys is a link to /nowhere, which does not exist'
    expect(plan).toMatchObject({ status: 'fail', message })
  },
)

test('nobody of that name, and no home', async () => {
  expect((await planWith(authorizedKey, { ...args, user: 'carl' }, rules())).plan).toMatchObject({
    status: 'fail',
    message: 'there is no user carl',
  })
  const homeless = { ...rules(), ...user('anna', { home: '/srv/none' }) }
  const said = script('home file anna .ssh/authorized_keys', ['anna:x:1001:1001::/srv/none:/bin/sh', '.'])
  expect((await planWith(authorizedKey, args, { ...homeless, ...said })).plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('does not exist'),
  })
})

test.each([
  [{ key: 'https://example.org/anna.keys' }, 'the key is an address'],
  [{ key: '/home/me/.ssh/id_rsa.pub' }, 'not a public key'],
  [{ key: '' }, 'not a public key'],
])('%j is refused: %s', (more, message) => {
  const params = authorizedKey.params.parse({ ...args, ...more })
  expect(() => authorizedKey.prepare(params, controllerWith())).toThrow(message)
})

test('of a file with an absolute path the host is asked no more than that', async () => {
  const wish = async (path?: string) =>
    authorizedKey.prepare(
      authorizedKey.params.parse({ user: 'anna', key: 'ssh-ed25519 AAA a@b', ...(path && { path }) }),
      controllerWith(),
    )
  const scripts = async (path?: string) =>
    authorizedKey.asks(await wish(path)).filter(({ ask }) => 'id' in ask && ask.id.startsWith('home file'))
  expect(await scripts()).toHaveLength(1)
  expect(await scripts('/etc/keys/anna')).toHaveLength(0)
})
