import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { posixRegex } from '../../src/tasks/posix-regex.ts'

test.each([
  [String.raw`^a\d+$`, 'a12', true],
  [String.raw`^a\d+$`, 'ab', false],
  [String.raw`\w+\s\S`, 'ab c', true],
  [String.raw`[\d.]+ms`, '1.5ms', true],
  [String.raw`[^\s]x`, ' x', false],
  [String.raw`a\.b`, 'axb', false],
  [String.raw`\\d`, String.raw`\d`, true],
  [String.raw`[a.\.]b`, '.b', true],
  ['(ready|up)', 'is up', true],
  ['a{2}', 'caad', true],
])('%s on %j: %s', (source, text, found) => {
  const { status } = spawnSync('grep', ['-q', '-E', '-e', posixRegex(source)], { input: `${text}\n` })
  expect(status === 0).toBe(found)
})

test.each([
  '(?P<a>x)',
  '(?i)x',
  'a.*?b',
  String.raw`\bx`,
  String.raw`a\nb`,
  String.raw`[\D]`,
  'a++',
  String.raw`[a\]]b`,
])('%s is refused', (source) => {
  expect(() => posixRegex(source)).toThrow('not supported')
})
