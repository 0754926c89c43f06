import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnhashableError, typedValue } from '../../src/inventory/literal.ts'
import type { Value } from '../../src/value.ts'
import { dict, float } from '../../src/value.ts'

describe('typedValue', () => {
  it.each<[string, Value]>([
    ['7', 7],
    ['-7', -7],
    ['- 7', -7],
    ['+7', 7],
    ['-0', 0],
    ['1_000', 1000],
    ['0x1F', 31],
    ['0o17', 15],
    ['0b101', 5],
    ['00', 0],
    ['123456789012345678901', 123456789012345678901n],
    ['-123456789012345678901', -123456789012345678901n],
    ['1.', float(1)],
    ['.5', 0.5],
    ['1.10', 1.1],
    ['1e3', float(1000)],
    ['-1.0', float(-1)],
    ['1e999', Infinity],
    ['True', true],
    ['None', null],
    ['\'a\' "b"', 'ab'],
    [String.raw`'\x41\u00e9\101\n\'\q'`, "A\u00e9A\n'\\q"],
    [String.raw`r'\d'`, '\\d'],
    [String.raw`b'\xc3\xa9'`, 'é'],
    ["'''it's'''", "it's"],
    ['1,2', [1, 2]],
    ['3,', [3]],
    ['()', []],
    ['(3)', 3],
    ['[1, [2,], (3,)]', [1, [2], [3]]],
    [
      "{'a': {'b': [None]}, 1: 'x',}",
      new Map<string | number, Value>([
        ['a', dict({ b: [null] })],
        [1, 'x'],
      ]),
    ],
    ['{1, 2, 1}', [1, 2]],
    ['{}', new Map()],
    ['set()', []],
    [' \t5 # five', 5],
    ["'a' # b", 'a'],
    ['{"n": 3}', dict({ n: 3 })],
  ])('%s is a literal', (text, expected) => {
    expect(typedValue(text)).toEqual(expected)
  })

  it.each([
    '',
    ' ',
    '#',
    ',',
    '017',
    '08',
    '1__0',
    '1_',
    '--3',
    '-True',
    '1L',
    '1+1',
    '1.2.3',
    '10.0.0.1',
    '2024-05-06',
    '12:30',
    '100%',
    'true',
    'yes',
    'null',
    'NaN',
    'v1.10',
    'Truely',
    'None.x',
    '[a, b]',
    '[1, 2',
    '[1 2]',
    '{"on": true}',
    '["x", null]',
    "'x",
    "'a' b",
    "'a'.b",
    String.raw`'C:\Users'`,
    String.raw`'\N{DASH}'`,
    "f'x'",
    "ur'x'",
    "b'é'",
    "'a' b'b'",
    '5 ; x',
    '{{ x }}',
    '{{ x | default(80) }}',
    "{{ 'x' }}/y",
    '{1: 2, 3}',
    '{1 2}',
    '...',
    '2j',
    '\xa05',
    '5\0',
    '('.repeat(500) + ')'.repeat(500),
    '9'.repeat(5000),
  ])('%s stays text', (text) => {
    expect(typedValue(text)).toBe(text)
  })

  it.each([
    "{{ 'x' }}",
    '{{ 5 }}',
    "{{ {'a': 1} }}",
    '{[1]: 2}',
    '{(1, [2]): 3}',
    '{(1, 2): 3}',
    '{{}}',
    '{set()}',
  ])('%s is refused as Python refuses it', (text) => {
    expect(() => typedValue(text)).toThrow(UnhashableError)
  })

  it('gives back any text that is quoted the Python way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\0', '\\x00')}'`
        expect(typedValue(quoted)).toBe(text)
      }),
    )
  })

  it('never fails otherwise', () => {
    const piece = fc.constantFrom(
      ...`1 - + 0 1.5 . _ 0x1f ' " \\ \\n \\x41 [ ] { } ( ) , : # True None x b'q' set() '''`.split(' '),
      ' ',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            typedValue(text)
          } catch (error) {
            expect(error).toBeInstanceOf(UnhashableError)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})
