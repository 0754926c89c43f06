import { describe, expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { unsettled } from '../../src/world/unsettled.ts'
import { World, id } from '../../src/world/world.ts'

const ROOT = { mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' }
const directory = replyOf({ type: 'directory', ...ROOT })
const file = replyOf({ type: 'file', ...ROOT })

/** The paths of `replies` that are unknown after a task that asks about `asked`. */
function unknownPaths(asked: readonly string[], replies: Record<string, unknown>): string[] {
  const world = new World(new Map(Object.entries(replies).map(([path, reply]) => [id('path', path), reply])))
  const after = world.after(
    unsettled(
      asked.map((path) => ({ kind: 'path', ask: { path } })),
      'why',
    ),
  )
  return Object.keys(replies).filter((path) => after.peek('path', { path }) instanceof Unknown)
}

describe('after a task of which nobody knows what it does', () => {
  const replies = { '/': directory, '/a': directory, '/a/b': file, '/a/b/.': file, '/a/bc': file, '/x': file }
  test.each([
    ['its path is unknown, looked at through links too', ['/', '/a', '/a/b'], ['/a/b', '/a/b/.']],
    ['so is what is below', ['/a'], ['/a', '/a/b', '/a/b/.', '/a/bc']],
    ['nothing else is', ['/y'], []],
  ])('%s', (_, asked, expected) => {
    expect(unknownPaths(asked, replies)).toEqual(expected)
  })
  test('so is the same thing by another name, through a link above it', () => {
    const linked = { ...replies, '/l/b': { ...file, place: '/a/b' }, '/l/bc': { ...file, place: '/a/bc' } }
    expect(unknownPaths(['/', '/a', '/a/b'], linked)).toEqual(['/a/b', '/a/b/.', '/l/b'])
    expect(unknownPaths(['/l/b'], linked)).toEqual(['/a/b', '/a/b/.', '/l/b'])
  })
  test('directories on the way that are not there may be made', () => {
    const none = { exists: false }
    const world = { '/': directory, '/n': none, '/n/m': none }
    expect(unknownPaths(['/', '/n', '/n/m'], world)).toEqual(['/n', '/n/m'])
  })
  test('packages, units and kernel settings are unknown; accounts only where a package may bring them', () => {
    const world = new World(
      new Map<string, unknown>([
        [id('package', 'p'), { installed: '1', candidate: undefined }],
        [id('package', 'q'), { installed: '1', candidate: undefined }],
        [id('unit', 'u.service'), { known: false }],
        [id('user', 'new'), { exists: false }],
        [id('group', 'new'), { exists: false }],
        [id('user', 'other'), { exists: false }],
      ]),
    )
    const after = world.after(
      unsettled(
        [
          { kind: 'package', ask: { name: 'p' } },
          { kind: 'unit', ask: { name: 'u.service' } },
          { kind: 'user', ask: { name: 'new' } },
        ],
        'why',
      ),
    )
    expect(after.peek('package', { name: 'p' })).toBeInstanceOf(Unknown)
    expect(after.get('package', { name: 'q' }).installed).toBe('1')
    expect(after.peek('unit', { name: 'u.service' })).toBeInstanceOf(Unknown)
    expect(after.peek('user', { name: 'new' })).toBeInstanceOf(Unknown)
    expect(after.peek('group', { name: 'new' })).toBeInstanceOf(Unknown)
    expect(after.get('user', { name: 'other' })).toEqual({ exists: false })
    const asked = world.after(unsettled([{ kind: 'user', ask: { name: 'new' } }], 'why'))
    expect(asked.get('user', { name: 'new' })).toEqual({ exists: false })
  })
})
