import { describe, expect, test } from 'vitest'
import { platform } from '../../src/world/platform.ts'
import { shells } from '../tasks/harness.ts'
import { answer } from './answer.ts'

describe.each(shells)('the platform, asked with $name', (host) => {
  test('has an answer of its form', () => {
    const [reply] = platform.parse(host.run(platform.probe([{}])), [{}])
    expect(reply).toMatchObject({ serviceManager: expect.stringMatching(/^(systemd|other)$/) })
  })
})

test('an answer', () => {
  expect(platform.parse(answer('dnf systemd RedHat\n'), [{}])).toEqual([
    { packageManager: 'dnf', serviceManager: 'systemd', osFamily: 'RedHat' },
  ])
})

test.each(['', 'dnf systemd\n', 'pacman systemd other\n', 'apt systemd Debian more\n'])(
  '%j is refused',
  (text) => {
    expect(() => platform.parse(answer(text), [{}])).toThrow(TypeError)
  },
)

test('a probe that failed is refused', () => {
  expect(() => platform.parse(answer('apt systemd Debian\n', 2), [{}])).toThrow(TypeError)
})
