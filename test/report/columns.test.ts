import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, displayWidth, duration, pad, table, truncate } from '../../src/report/columns.ts'

test.each([
  ['abc', 3],
  ['é', 1],
  ['e\u0301', 1],
  ['漢字', 4],
  ['한', 2],
  ['😀', 2],
  ['', 0],
])('%j takes %d cells', (text, cells) => {
  expect(displayWidth(text)).toBe(cells)
})

test('a truncated text fits and a padded one fills', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, cells) => {
      expect(displayWidth(truncate(text, cells))).toBeLessThanOrEqual(cells)
      expect(displayWidth(pad(truncate(text, cells), cells))).toBe(cells)
    }),
  )
})

test.each([
  [0, '0.00 s'],
  [412, '0.41 s'],
  [9_949, '9.95 s'],
  [9_950, '9.9 s'],
  [12_345, '12.3 s'],
  [99_800, '1 min 40 s'],
  [185_000, '3 min 05 s'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test('one is singular', () => {
  expect([count(0, 'host'), count(1, 'host'), count(2, 'host')]).toEqual(['0 hosts', '1 host', '2 hosts'])
})

test('columns line up, numbers on the right, nothing after the end of a line', () => {
  const rows = [
    [{ text: '漢字' }, { text: '5' }, { text: '' }],
    [{ text: 'm1' }, { text: '10' }, { text: 'lost' }],
  ]
  const columns = [{ title: 'host' }, { title: 'ok', align: 'right' } as const, { title: '' }]
  expect(table(columns, rows, (title) => title)).toEqual(['host  ok', '漢字   5', 'm1    10  lost'])
})
