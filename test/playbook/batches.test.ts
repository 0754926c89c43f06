import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { batchesOf, ordered } from '../../src/playbook/batches.ts'
import type { Value } from '../../src/value.ts'

const place = { file: 'site.yml', line: 3, column: 11 }
const hosts = ['d', 'a', 'c', 'b', 'e']
const sizes = (serial: Value | undefined, names = hosts): number[] =>
  batchesOf(names, serial === undefined ? undefined : { value: serial, place }).map(({ length }) => length)

describe('batches of five hosts', () => {
  test.each<[string, Value | undefined, number[]]>([
    ['all at once without serial', undefined, [5]],
    ['a number', 2, [2, 2, 1]],
    ['a number as text', '2', [2, 2, 1]],
    ['a percentage, rounded down', '50%', [2, 2, 1]],
    ['a percentage of less than one host', '10%', [1, 1, 1, 1, 1]],
    ['a list, whose last size holds for the rest', [1, 2], [1, 2, 2]],
    ['a list of both', [1, '40%', '100%'], [1, 2, 2]],
    ['more than there are', 9, [5]],
    ['0, which means all', 0, [5]],
  ])('%s', (_, serial, expected) => {
    expect(sizes(serial)).toEqual(expected)
  })
  test.each([['one'], [''], ['%'], [true], [['x']]])('%j is refused with its place', (serial) => {
    expect(() => sizes(serial)).toThrow(expect.objectContaining({ code: 'wrong-serial', place }))
  })
  test('no host makes one empty batch, so that the play is still there', () => {
    expect(sizes(1, [])).toEqual([0])
  })
  it('loses and repeats nobody', () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 100 }).map((n) => `${n}%`),
    )
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string(), { minLength: 1 }),
        fc.array(size, { minLength: 1 }),
        (names, serial) => {
          const batches = batchesOf(names, { value: serial, place })
          expect(batches.flat()).toEqual(names)
          expect(batches.every((batch) => batch.length > 0)).toBe(true)
        },
      ),
    )
  })
})

describe('the order of hosts', () => {
  test.each([
    ['inventory', ['d', 'a', 'c', 'b', 'e']],
    ['reverse_inventory', ['e', 'b', 'c', 'a', 'd']],
    ['sorted', ['a', 'b', 'c', 'd', 'e']],
    ['reverse_sorted', ['e', 'd', 'c', 'b', 'a']],
  ])('%s', (order, expected) => {
    expect(ordered(hosts, { value: order, place })).toEqual(expected)
  })
  test('shuffle keeps everybody', () => {
    expect(ordered(hosts, { value: 'shuffle', place }).sort()).toEqual([...hosts].sort())
  })
  test('another word is refused', () => {
    expect(() => ordered(hosts, { value: 'random', place })).toThrow(expect.objectContaining({ place }))
  })
})
