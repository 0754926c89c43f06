import { expect, test } from 'vitest'
import { cleaner } from '../../src/report/clean.ts'
import { formatDiff } from '../../src/report/diff.ts'
import { createStyle } from '../../src/report/style.ts'

const clean = cleaner((text) => text.replaceAll('s3cret', '********'))

function text(before: string, after: string): string[] {
  return formatDiff({ type: 'text', path: '/x', before, after }, createStyle(false), clean).slice(2)
}

const cases: [name: string, before: string, after: string, lines: string[]][] = [
  ['a new file', '', 'a\n', ['@@ -0,0 +1 @@', '+a']],
  ['a file that goes', 'a\n', '', ['@@ -1 +0,0 @@', '-a']],
  ['no newline at the end before', 'a', 'a\n', ['@@ -1 +1 @@', '-a', '\\ No newline at end of file', '+a']],
  ['no newline at the end after', 'a\n', 'a', ['@@ -1 +1 @@', '-a', '+a', '\\ No newline at end of file']],
  ['line ends', 'a\r\n', 'a\n', ['@@ -1 +1 @@', '-a^M', '+a']],
  ['control characters and secrets', 'p\n', '\u001b[31ms3cret\n', ['@@ -1 +1 @@', '-p', '+********']],
  [
    'three lines of context',
    '1\n2\n3\n4\n5\n6\n7\n8\n9\n',
    '1\n2\n3\n4\nfive\n6\n7\n8\n9\n',
    ['@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8'],
  ],
]

test.each(cases)('%s', (_name, before, after, lines) => {
  expect(text(before, after)).toEqual(lines)
})

test('binary files are only counted', () => {
  const diff = { type: 'text', path: '/bin/x', before: '\0ab', after: '\0' } as const
  expect(formatDiff(diff, createStyle(false), clean)).toEqual(['/bin/x: binary file, 3 → 1 bytes'])
})

test('fields line up; nothing, blanks and line breaks are made visible', () => {
  const fields = [
    { name: 'mode', before: '', after: '0644' },
    { name: 'owner', before: ' root', after: 'a\nb' },
  ]
  expect(formatDiff({ type: 'fields', subject: '/x', fields }, createStyle(false), clean)).toEqual([
    '/x',
    '  mode:  "" → 0644',
    '  owner: " root" → "a\\nb"',
  ])
})

test('a huge rewrite does not hang', () => {
  const lines = (salt: number): string =>
    Array.from({ length: 30_000 }, (_, index) => `${(index * 7919 + salt) % 65_537}\n`).join('')
  const started = performance.now()
  text(lines(1), lines(2))
  expect(performance.now() - started).toBeLessThan(10_000)
}, 20_000)
