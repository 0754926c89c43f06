import { describe, expect, test } from 'vitest'
import { PLAIN, Places } from '../../src/world/places.ts'
import type { Leading } from '../../src/world/replies.ts'

/** /l leads to /d, and /m/n to /l/x, which is /d/x. */
const TOLD: Readonly<Record<string, Leading>> = {
  '/l/.': { real: '/d' },
  '/m/n': { real: '/d/x' },
  '/deep/down/here': { place: '/elsewhere/here' },
}
const told = (key: string): Leading | undefined => TOLD[key]

describe('the place of a path', () => {
  test.each([
    ['/', '/'],
    ['/a//b/', '/a/b'],
    ['/l', '/l'],
    ['/l/.', '/l'],
    ['/l/a', '/d/a'],
    ['/l/a/b', '/d/a/b'],
    ['/m/n/a', '/d/x/a'],
    ['/deep/down', '/deep/down'],
    ['/deep/down/here', '/elsewhere/here'],
    ['/deep/down/here/too', '/elsewhere/here/too'],
  ])('of %s is %s', (path, place) => {
    expect(new Places(told).of(path)).toBe(place)
  })

  test('is the path where nothing was told', () => {
    expect(PLAIN.of('/l/a')).toBe('/l/a')
  })

  test('of what is in a directory, which may be a link', () => {
    expect(['/l', '/d', '/'].map((path) => new Places(told).below(path))).toEqual(['/d', '/d', '/'])
  })
})

test('behind a prediction that has replaced a link, what was told of it does not count', () => {
  const replaced = new Map([['/l', 3]])
  const before = new Places(told, replaced, 3)
  const after = new Places(told, replaced, 4)
  expect([before.of('/l/a'), after.of('/l/a'), after.of('/m/n/a')]).toEqual(['/d/a', '/l/a', '/d/x/a'])
})
