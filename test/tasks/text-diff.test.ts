import { expect, test } from 'vitest'
import { textDiff } from '../../src/tasks/text-diff.ts'

const there = (content?: Buffer) => ({
  exists: true as const,
  size: content?.length ?? 5_000_000,
  ...(content && { content }),
})

test.each([
  ['new file', { exists: false } as const, Buffer.from('b\n'), '', 'b\n'],
  ['text', there(Buffer.from('ä\n')), Buffer.from('b\n'), 'ä\n', 'b\n'],
  ['NUL', there(Buffer.from('a\0')), Buffer.from('b\n'), '(binary, 2 bytes)\n', 'b\n'],
  [
    'not UTF-8',
    there(Buffer.from([0xff, 0x0a])),
    Buffer.from([0xc3]),
    '(binary, 2 bytes)\n',
    '(binary, 1 bytes)\n',
  ],
  [
    'not there yet',
    { exists: true, size: Number.NaN } as const,
    Buffer.from('b\n'),
    '(not there yet: a package brings it)\n',
    'b\n',
  ],
  ['not read', { exists: true, size: 5 }, Buffer.from('b\n'), '(5 bytes)\n', 'b\n'],
  ['empty', { exists: true, size: 0 }, Buffer.from('b\n'), '', 'b\n'],
  ['large', there(), Buffer.from('b\n'), '(5000000 bytes, too large to show)\n', 'b\n'],
])('%s', (_name, before, after, left, right) => {
  expect(textDiff('/a', before, after)).toEqual({ type: 'text', path: '/a', before: left, after: right })
})
