import { expect, test } from 'vitest'
import { groupGone, homeFollows, userBecomes, userGone } from '../../src/world/account-effects.ts'
import { Unknown } from '../../src/world/kind.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import type { PathReply } from '../../src/world/replies.ts'
import { type Effect, World, id } from '../../src/world/world.ts'

const never = Number.NaN
const user = {
  exists: true,
  name: 'u',
  gid: 100,
  comment: '',
  home: '/h',
  shell: '/bin/sh',
  groups: [],
} as const

/** A file of u, whose group is u, too. */
function file(number: number): PathReply {
  return replyOf({ type: 'file', mode: 0o644, uid: number, gid: number, owner: 'u', group: 'u' })
}

function after(reply: PathReply, effects: readonly Effect[]): unknown {
  return new World(new Map([[id('path', '/f'), reply]])).after(effects).peek('path', { path: '/f' })
}

test('a file shows the number of an owner that is gone', () => {
  expect(after(file(7), userGone({ ...user, uid: 7 }))).toMatchObject({ owner: '7', group: 'u' })
  expect(after(file(8), userGone({ ...user, uid: 7 }))).toMatchObject({ owner: 'u' })
  const group = { exists: true, name: 'u', members: [] } as const
  expect(after(file(7), groupGone({ ...group, gid: 7 }))).toMatchObject({ owner: 'u', group: '7' })
})

test('which nobody knows where the account was to be made by the same run', () => {
  const gone = after(file(never), userGone({ ...user, uid: never }))
  expect(gone).toBeInstanceOf(Unknown)
  expect(gone).toMatchObject({ why: 'which number user u gets is not known' })
  expect(after(file(7), userGone({ ...user, uid: never }))).toMatchObject({ owner: 'u' })
})

test('an account that is to be made keeps its files when it is changed', () => {
  const made = { ...user, uid: never }
  expect(after(file(never), userBecomes({ ...made, shell: '/bin/bash' }, made))).toMatchObject({ owner: 'u' })
  expect(after(file(never), userBecomes({ ...made, uid: 9 }, made))).toBeInstanceOf(Unknown)
})

test('what is in a home follows its user to another number, by whichever name it is looked at', () => {
  const world = new World(
    new Map<string, unknown>([
      [
        id('path', '/h/.'),
        {
          ...replyOf({ type: 'directory', mode: 0o755, uid: 7, gid: 7, owner: 'u', group: 'u' }),
          real: '/srv/h',
        },
      ],
      [id('path', '/srv/h/f'), file(7)],
      [id('path', '/h/f'), { ...file(7), place: '/srv/h/f' }],
      [id('path', '/srv/other'), file(7)],
    ]),
  ).after(homeFollows('/h', { ...user, uid: 9 }, { ...user, uid: 7 }, 'u'))
  const uid = (path: string) => world.get('path', { path })
  expect([uid('/srv/h/f'), uid('/h/f'), uid('/srv/other')]).toMatchObject([
    { uid: 9 },
    { uid: 9 },
    { uid: 7 },
  ])
})
