import { describe, expect, test } from 'vitest'
import { wantedAttributes } from '../../src/tasks/attributes.ts'
import { creatorQuestion } from '../../src/tasks/creator.ts'
import { Unknown } from '../../src/world/kind.ts'
import { id, UnknownAnswer, World } from '../../src/world/world.ts'

const never = Number.NaN
const root = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' }

function worldWith(user: unknown): World {
  if (creatorQuestion.kind !== 'script') throw new TypeError('the creator is no script')
  const said = Buffer.from('0022\nuid=0(root) gid=0(root) groups=0(root)\n')
  return new World(
    new Map<string, unknown>([
      [id('script', creatorQuestion.ask.id), { code: 0, stdout: said, stderr: Buffer.alloc(0) }],
      [id('user', 'haproxy'), user],
    ]),
  )
}

describe('an owner whose account comes with a package', () => {
  const world = worldWith({ exists: true, name: 'haproxy', uid: never, gid: never })
  const wanted = (owner: string) =>
    wantedAttributes(
      { owner: 'haproxy' },
      world,
      { ...root, uid: owner === 'root' ? 0 : never, owner },
      {
        directory: false,
      },
    )

  test('differs from another owner', () => {
    expect(wanted('root')).toMatchObject({ owner: 'haproxy', fields: [{ name: 'owner', before: 'root' }] })
  })
  test('is the owner of what was predicted to be its own', () => {
    expect(wanted('haproxy').fields).toEqual([])
  })
  test('may or may not be the owner of what a lost account left', () => {
    expect(() => wanted('188')).toThrow(UnknownAnswer)
  })
})

test('an owner of whom nothing is known leaves the task unknown', () => {
  const world = worldWith(new Unknown('package x may bring it'))
  expect(() => wantedAttributes({ owner: 'haproxy' }, world, root, { directory: false })).toThrow(
    'package x may bring it',
  )
  const own = { ...root, owner: 'haproxy', uid: 188 }
  expect(wantedAttributes({ owner: 'haproxy' }, world, own, { directory: false }).fields).toEqual([])
})
