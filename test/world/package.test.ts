import { describe, expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { package_ } from '../../src/world/package.ts'
import { shells } from '../tasks/harness.ts'
import { answer } from './answer.ts'

describe.each(shells)('packages, asked with $name', (host) => {
  test('names that mean something to a shell are only names', () => {
    const asks = ['no-such-package', '$(exit 3)', "it's"].map((name) => ({ name }))
    const given = host.run(package_.probe(asks))
    expect(given.stderr.toString()).toBe('')
    for (const reply of package_.parse(given, asks)) {
      if (!(reply instanceof Unknown)) expect(reply.installed).toBeUndefined()
    }
  })
})

test('two questions about one package become one that asks for all', () => {
  const merged = package_.merge({ name: 'a', refresh: 60 }, { name: 'a', candidate: true, refresh: 10 })
  expect(merged).toEqual({ name: 'a', candidate: true, refresh: 10 })
  expect(package_.merge({ name: 'a', listed: true }, { name: 'a' })).toMatchObject({ listed: true })
})

test.each(['unknown\n', 'apk\n'])('%j: nothing is known about packages', (text) => {
  expect(package_.parse(answer(text), [{ name: 'a' }])[0]).toBeInstanceOf(Unknown)
})

test('a probe that failed leaves it unknown, with the reason', () => {
  expect(package_.parse(answer('apt\n', 2, 'dpkg-query: no such file\n'), [{ name: 'a' }])[0]).toMatchObject({
    why: expect.stringContaining('no such file'),
  })
})

test.each(['', 'pacman\n', 'apt\n=|installed'])('%j is refused', (text) => {
  expect(() => package_.parse(answer(text), [{ name: 'a' }])).toThrow(TypeError)
})
