import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { anyPath, bool, int, mode, name, number, path, paths, text, texts } from '../../src/tasks/params.ts'

function messageOf(type: z.ZodType, value: unknown): string {
  const parsed = type.safeParse(value)
  if (parsed.success) throw new Error(`${JSON.stringify(value)} was taken for ${JSON.stringify(parsed.data)}`)
  return parsed.error.issues[0]?.message ?? ''
}

describe('taken', () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ...[true, 'yes', 'Yes', 'on', 'TRUE', 't', 'y', '1', 1, ' yes '].map(
      (value): [string, z.ZodType, unknown, unknown] => ['bool', bool, value, true],
    ),
    ...[false, 'no', 'No', 'off', 'False', 'f', 'n', '0', 0].map(
      (value): [string, z.ZodType, unknown, unknown] => ['bool', bool, value, false],
    ),
    ['int', int, 7, 7],
    ['int', int, '7', 7],
    ['int', int, ' -7 ', -7],
    ['int', int, '007', 7],
    ['number', number, '1.5', 1.5],
    ['number', number, 2, 2],
    ['text', text, 'a', 'a'],
    ['text', text, '', ''],
    ['text', text, 5, '5'],
    ['text', text, true, 'True'],
    ['texts', texts, 'a,b, c', ['a', 'b', 'c']],
    ['texts', texts, ['a,b', 1], ['a,b', '1']],
    ['texts', texts, 5, ['5']],
    ['path', path, '/a b', '/a b'],
    ['path', path, '~anna', '~anna'],
    ['path', path, '$HOME/x', '$HOME/x'],
    ['paths', paths, '/a, ~/b', ['/a', '~/b']],
    ['paths', paths, ['/a,b', '~'], ['/a,b', '~']],
    ['mode', mode, '0640', { octal: 0o640 }],
  ])('%s takes %#: %j', (_name, type, value, expected) => {
    expect(type.parse(value)).toEqual(expected)
  })
})

describe('refused', () => {
  test.each<[string, z.ZodType, unknown, RegExp]>([
    ['bool', bool, 'maybe', /"maybe" is not a truth value: write yes or no/],
    ['bool', bool, 2, /2 is not a truth value/],
    ['bool', bool, null, /./],
    ['int', int, '7.0', /"7.0" is not a whole number/],
    ['int', int, 7.5, /7.5 is not a whole number/],
    ['int', int, '', /is not a whole number/],
    ['int', int, '1e3', /is not a whole number/],
    ['number', number, 'x', /"x" is not a number/],
    ['number', number, '', /is not a number/],
    ['text', text, ['a'], /./],
    ['text', text, null, /./],
    ['name', name, '', /must not be empty/],
    ['path', path, '', /must not be empty/],
    ['path', path, 'etc/a', /"etc\/a" is not an absolute path: begin it with \/, /],
    ['path', path, '$1/a', /absolute/],
    ['paths', paths, '/a, b', /"b" is not an absolute/],
    ['paths', paths, ['/a', 'b'], /"b" is not an absolute/],
    ['a path that may be relative', anyPath, 'a\0b', /NUL/],
    ['path', path, '/a\0b', /NUL/],
    ['mode', mode, 644, /in quotes/],
  ])('%s refuses %#: %j', (_name, type, value, message) => {
    expect(messageOf(type, value)).toMatch(message)
  })
})
