import { expect, it } from 'vitest'
import { textDiff } from '../../src/tasks/text-diff.ts'

const after = Buffer.from('new\n')

it.each([
  ['no file', { exists: false } as const, ''],
  ['text', { exists: true, size: 4, content: Buffer.from('old\n') } as const, 'old\n'],
  ['a large file', { exists: true, size: 5_000_000 } as const, '(5000000 bytes, too large to show)\n'],
  ['bytes', { exists: true, size: 2, content: Buffer.from([0, 1]) } as const, '(binary, 2 bytes)\n'],
  [
    'what a package brings',
    { exists: true, size: Number.NaN } as const,
    '(not there yet: a package brings it)\n',
  ],
])('shows %s', (_what, before, shown) => {
  expect(textDiff('/a', before, after)).toEqual({ type: 'text', path: '/a', before: shown, after: 'new\n' })
})
