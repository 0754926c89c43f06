import { expect, test } from 'vitest'
import { groupBecomes, groupGone, userBecomes, userGone } from '../../src/world/account-effects.ts'
import { Unknown } from '../../src/world/kind.ts'
import { afterInstall, afterUpgrade, bringQuestions } from '../../src/world/packages-bring.ts'
import { afterRemoval } from '../../src/world/packages-go.ts'
import { anythingMayCome, upgradesMayBring } from '../../src/world/packages-write.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { unsettled } from '../../src/world/unsettled.ts'
import { type Effect, World, id } from '../../src/world/world.ts'

const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
const file = replyOf({ type: 'file', mode: 0o600, content: Buffer.from('a:x:1:1::/:/bin/sh\n'), ...root })
const nobody = [id('user', 'haproxy'), { exists: false }] as const
const account = [
  id('user', 'haproxy'),
  {
    exists: true,
    name: 'haproxy',
    uid: 9,
    gid: 9,
    comment: '',
    home: '/',
    shell: '/bin/sh',
    groups: ['haproxy'],
  },
] as const

/** A host on which nothing is installed, with its account files, one of them looked at through a link. */
function worldWith(user: readonly [string, unknown] = nobody): World {
  return new World(
    new Map<string, unknown>([
      ...['/etc/passwd', '/etc/group-', '/etc/hosts', '/srv/passwd'].map(
        (path) => [id('path', path), file] as const,
      ),
      [id('path', '/etc/gshadow'), { exists: false }],
      [id('path', '/link/.'), { ...file, real: '/etc/shadow' }],
      user,
      ...bringQuestions(['haproxy']).flatMap(({ kind, ask }) =>
        kind === 'path' ? [[id('path', ask.path), { exists: false }] as const] : [],
      ),
    ]),
  )
}

function told(effects: readonly Effect[], world = worldWith()): unknown {
  const after = world.after(effects)
  const content = (path: string, follow = false): unknown => {
    const reply = after.peek('path', { path, follow })
    if (reply instanceof Unknown) return 'unknown'
    if (!reply.exists) return 'none'
    return [reply.content !== undefined, Object.keys(reply.digests).length > 0, Number.isNaN(reply.size)]
  }
  expect(after.peek('path', { path: '/etc/passwd' })).toMatchObject({ mode: 0o600, owner: 'root' })
  expect(content('/srv/passwd')).toEqual([true, true, false])
  expect(content('/etc/hosts')).toEqual([true, true, false])
  return [content('/etc/passwd'), content('/etc/group-'), content('/etc/gshadow'), content('/link', true)]
}

const user = {
  exists: true,
  name: 'u',
  uid: 7,
  gid: 7,
  comment: '',
  home: '/h',
  shell: '/bin/sh',
  groups: [],
} as const
const group = { exists: true, name: 'u', gid: 7, members: [] } as const
const OPEN = [[false, false, true], 'unknown', 'unknown', [false, false, true]]
const KEPT = [[true, true, false], [true, true, false], 'none', [true, true, false]]

test.each<[string, readonly Effect[]]>([
  ['a new user', userBecomes(user)],
  ['a user with another shell', userBecomes({ ...user, shell: '/bin/bash' }, user)],
  ['a user that goes', userGone(user)],
  ['a new group', groupBecomes(group)],
  ['a group that goes', groupGone(group)],
  ['a package that nobody listed', afterInstall('curl', undefined, 'Debian', worldWith())],
  ['its upgrade', afterUpgrade('curl', '2', 'RedHat')],
  ['any upgrades', upgradesMayBring(true)],
  ['a package of another name', anythingMayCome('@group')],
  ['a purge', afterRemoval('haproxy', 'Debian', true)],
  [
    'a command that may change an account',
    unsettled([{ kind: 'user', ask: { name: 'u', changes: true } }], 'why'),
  ],
  ['a command that may install', unsettled([{ kind: 'package', ask: { name: 'u' } }], 'why')],
])('what is in the files of the accounts is not known behind %s', (_name, effects) => {
  expect(told(effects)).toEqual(OPEN)
})

test('it is known behind what makes no account', () => {
  expect(told(afterRemoval('haproxy', 'RedHat', true))).toEqual(KEPT)
  expect(told(unsettled([{ kind: 'sysctl', ask: { name: 'a' } }], 'why'))).toEqual(KEPT)
})

test('the account of haproxy may be there already', () => {
  const there = worldWith(account)
  expect(told(afterInstall('haproxy', undefined, 'Debian', there), there)).toEqual(KEPT)
})

test('what a script has told of their directory is out of date then, and of no other', () => {
  const after = worldWith().after(userBecomes({ ...user, shell: '/bin/bash' }, user))
  expect([after.touches('/etc'), after.touches('/srv')]).toEqual([true, false])
})
