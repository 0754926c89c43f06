import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import {
  type Made,
  pathAttributes,
  pathBecomes,
  pathGone,
  replyOf,
  treeAttributes,
} from '../../src/world/path-effects.ts'
import { pathKey } from '../../src/world/path-names.ts'
import type { PathReply } from '../../src/world/replies.ts'
import { type Effect, World, id } from '../../src/world/world.ts'

const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
const file: Made = { type: 'file', mode: 0o644, ...root, content: Buffer.from('x') }
const directory: Made = { type: 'directory', mode: 0o755, ...root }

function worldOf(replies: Record<string, PathReply | Unknown>): World {
  return new World(new Map(Object.entries(replies).map(([key, reply]) => [id('path', key), reply])))
}

function after(replies: Record<string, PathReply | Unknown>, ...effects: Effect[]) {
  const world = worldOf(replies).after(effects)
  return (path: string, follow = false) => world.peek('path', { path, follow })
}

const absent: PathReply = { exists: false }

describe('a file that is going to be there', () => {
  test('is seen directly and through the key that follows links, with size and digests', () => {
    const see = after({ '/a': absent, [pathKey('/a', true)]: absent }, pathBecomes('/a', file))
    const sha256 = createHash('sha256').update('x').digest('hex')
    for (const follow of [false, true]) {
      expect(see('/a', follow)).toMatchObject({ exists: true, type: 'file', size: 1, digests: { sha256 } })
    }
  })

  test('is listed in the directories above, and nowhere else', () => {
    const see = after(
      { '/': replyOf(directory), '/d': replyOf(directory), '/e': replyOf(directory) },
      pathBecomes('/d/a', file),
    )
    expect(see('/d')).toMatchObject({ entries: ['a'], tree: [{ path: 'a', mode: 0o644 }] })
    expect(see('/')).toMatchObject({ entries: [], tree: [{ path: 'd/a' }] })
    expect(see('/e')).toMatchObject({ entries: [], tree: [] })
  })

  test('is seen through links that are known to lead to it', () => {
    const link = replyOf({ type: 'link', mode: 0o777, ...root, target: 'a' })
    const see = after({ '/l': link, '/l/.': absent }, pathBecomes('/a', file, ['/l']))
    expect(see('/l')).toMatchObject({ type: 'link' })
    expect(see('/l', true)).toMatchObject({ type: 'file', real: '/a' })
  })

  test('has nothing below it', () => {
    const see = after({ '/a/b': replyOf(file) }, pathBecomes('/a', file))
    expect(see('/a/b')).toEqual(absent)
  })
})

describe('a link that is going to be there', () => {
  const link: Made = { type: 'link', mode: 0o777, ...root, target: '/t' }

  test('nobody knows what is behind it', () => {
    const see = after({ '/l': absent, '/l/.': absent, '/l/x': absent }, pathBecomes('/l', link))
    expect(see('/l')).toMatchObject({ type: 'link', target: '/t' })
    expect(see('/l', true)).toBeInstanceOf(Unknown)
    expect(see('/l/x')).toBeInstanceOf(Unknown)
  })

  test('unless nothing is there', () => {
    const see = after({ '/l/.': absent }, pathBecomes('/l', { ...link, dangling: true }))
    expect(see('/l', true)).toEqual({ exists: false, real: '/t' })
  })
})

test('what is removed is gone with all below it, and from the listings', () => {
  const see = after(
    { '/': replyOf(directory), '/d': absent, '/d/.': absent, '/d/a': absent, '/dx': replyOf(file) },
    pathBecomes('/d', directory),
    pathBecomes('/d/a', file),
    pathGone('/d'),
  )
  for (const path of ['/d', '/d/a']) expect(see(path)).toEqual(absent)
  expect(see('/d', true)).toEqual(absent)
  expect(see('/dx')).toMatchObject({ exists: true })
  expect(see('/')).toMatchObject({ entries: [], tree: [] })
})

test('attributes change and nothing else does', () => {
  const see = after(
    { '/': replyOf(directory), '/a': replyOf(file), '/b': absent, '/c': new Unknown('why') },
    pathBecomes('/a', file),
    pathAttributes('/a', { mode: 0o600, uid: 7, owner: 'x' }),
    pathAttributes('/b', { mode: 0o600 }),
    pathAttributes('/c', { mode: 0o600 }),
  )
  expect(see('/a')).toMatchObject({ mode: 0o600, uid: 7, owner: 'x', gid: 0, content: Buffer.from('x') })
  expect(see('/')).toMatchObject({ mode: 0o755, tree: [{ path: 'a', mode: 0o600, owner: 'x' }] })
  expect(see('/b')).toEqual(absent)
  expect(see('/c')).toBeInstanceOf(Unknown)
})

test('attributes of many things below a directory', () => {
  const see = after(
    { '/d': replyOf(directory), '/d/a': absent, '/d/b': absent },
    pathBecomes('/d/a', file),
    pathBecomes('/d/b', file),
    treeAttributes('/d', [{ name: 'a', change: { mode: 0o600 }, link: false }]),
  )
  expect(see('/d/a')).toMatchObject({ mode: 0o600 })
  expect(see('/d/b')).toMatchObject({ mode: 0o644 })
  expect(see('/d')).toMatchObject({
    tree: [
      { path: 'a', mode: 0o600 },
      { path: 'b', mode: 0o644 },
    ],
  })
})

test('attributes of links below a directory are the links’ own', () => {
  const link = replyOf({ type: 'link', mode: 0o777, ...root, target: 'a' })
  const see = after(
    { '/d/l': link, '/d/l/.': replyOf(file) },
    treeAttributes('/d', [{ name: 'l', change: { uid: 1 }, link: true }]),
  )
  expect([see('/d/l'), see('/d/l', true)]).toMatchObject([{ uid: 1 }, { uid: 0 }])
})

test.each([
  ['/a/..', '/a', true],
  ['/x/../a', '/a', true],
  ['/x/../b', '/a', false],
  ['/a/b/../../c', '/a/b', true],
])('with links, %s may lead through %s: %s', (key, changed, may) => {
  const see = after({ [key]: absent }, pathBecomes(changed, directory))
  expect(see(key) instanceof Unknown).toBe(may)
})

test('an unknown answer stays unknown, unless the thing itself is replaced', () => {
  const unknown = new Unknown('why')
  const see = after({ '/d': unknown, '/d/a': unknown }, pathBecomes('/d/a', file))
  expect(see('/d')).toBeInstanceOf(Unknown)
  expect(see('/d/a')).toMatchObject({ type: 'file' })
})

describe('a link that leads to what changes', () => {
  const through = pathKey('/l', true)
  const behind: PathReply = { ...replyOf(file), real: '/d/a' }
  const see = (effect: Effect) => after({ [through]: behind }, effect)('/l', true)

  test('shows the new file', () => {
    expect(see(pathBecomes('/d/a', { ...file, content: Buffer.from('new') }))).toMatchObject({
      size: 3,
      real: '/d/a',
    })
  })
  test('leads to nothing once that is gone, or a directory above it', () => {
    expect(see(pathGone('/d/a'))).toEqual({ exists: false, real: '/d/a' })
    expect(see(pathGone('/d'))).toEqual({ exists: false, real: '/d/a' })
    expect(see(pathGone('/d/b'))).toBe(behind)
  })
  test('shows the new permissions', () => {
    expect(see(pathAttributes('/d/a', { mode: 0o600 }))).toMatchObject({ mode: 0o600 })
    expect(see(pathAttributes('/d/a', { uid: 1 }, { link: true }))).toBe(behind)
  })
})

describe('where a directory is a link', () => {
  /** /l leads to /d, which has the file a. */
  const answers = {
    '/d': replyOf(directory),
    '/d/a': replyOf(file),
    '/d/new': absent,
    '/l': { ...replyOf({ type: 'link', mode: 0o777, ...root, target: 'd' }), real: '/d' },
    '/l/.': { ...replyOf(directory), real: '/d' },
    '/l/a': { ...replyOf(file), place: '/d/a' },
    '/l/new': { exists: false, place: '/d/new' },
  } as const

  test('what becomes of a thing under one name is seen under the other', () => {
    for (const [one, other] of [
      ['/l/new', '/d/new'],
      ['/d/new', '/l/new'],
    ] as const) {
      const see = after(answers, pathBecomes(one, file))
      expect(see(other)).toMatchObject({ type: 'file', size: 1 })
      expect(see('/d')).toMatchObject({ entries: ['new'] })
      expect(see('/l', true)).toMatchObject({ entries: ['new'], tree: [{ path: 'new' }] })
    }
    expect(after(answers, pathGone('/l/a'))('/d/a')).toEqual(absent)
    expect(after(answers, pathAttributes('/l/a', { mode: 0o600 }))('/d/a')).toMatchObject({ mode: 0o600 })
    const change = { name: 'a', change: { mode: 0o600 }, link: false }
    expect(after(answers, treeAttributes('/l', [change]))('/d/a')).toMatchObject({ mode: 0o600 })
  })

  test('a path that nobody asked about is below the link, too', () => {
    const see = after({ ...answers, '/d/sub/x': absent }, pathBecomes('/l/sub/x', file))
    expect(see('/d/sub/x')).toMatchObject({ type: 'file' })
  })

  test('a directory in place of the link has nothing of what the link led to', () => {
    const see = after(answers, pathBecomes('/l', directory), pathBecomes('/l/new', file))
    expect(see('/l/a')).toEqual(absent)
    expect(see('/l/new')).toMatchObject({ type: 'file' })
    expect(see('/d/new')).toEqual(absent)
    expect(see('/d/a')).toMatchObject({ exists: true })
    const gone = after(answers, pathGone('/l'))
    expect([gone('/l/a'), gone('/d/a')]).toMatchObject([{ exists: false }, { exists: true }])
  })

  test('a link to nothing leads to what is made there', () => {
    const see = after(
      { '/k': replyOf({ type: 'link', mode: 0o777, ...root }), '/k/.': { exists: false, real: '/d/a' } },
      pathBecomes('/l/a', file),
    )
    expect(see('/k', true)).toMatchObject({ exists: false })
    const told = after(
      { ...answers, '/k/.': { exists: false, real: '/d/a' } },
      pathBecomes('/l/a', { ...file, content: Buffer.from('new') }),
    )
    expect(told('/k', true)).toMatchObject({ type: 'file', size: 3, real: '/d/a' })
  })
})
