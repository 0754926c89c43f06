import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyValues, UnbalancedError } from '../../src/variables/key-values.ts'

// What parse_kv of ansible-core 2.14.18 makes of the same texts.
describe('keyValues', () => {
  it.each<[string, [string, string][]]>([
    [
      'a=1 b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a="two words" b=\'x y\'',
      [
        ['a', 'two words'],
        ['b', 'x y'],
      ],
    ],
    ['a=', [['a', '']]],
    ['a==b=c', [['a', '=b=c']]],
    ['a=x"y z"', [['a', 'x"y z"']]],
    ['a="x" "y"', [['a', 'x']]],
    [
      'a={{ b }} c={% if x %}1{% endif %}',
      [
        ['a', '{{ b }}'],
        ['c', '{% if x %}1{% endif %}'],
      ],
    ],
    ['a="{{ b }} c"', [['a', '{{ b }} c']]],
    [
      String.raw`a="x\ty" b=\x41\u00e9`,
      [
        ['a', 'x\ty'],
        ['b', 'Aé'],
      ],
    ],
    [String.raw`a="say \"hi\""`, [['a', 'say "hi"']]],
    [String.raw`a\=b=c`, [[String.raw`a\=b`, 'c']]],
    [
      'a=1\nb=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a=1,2 b-c=[1]',
      [
        ['a', '1,2'],
        ['b-c', '[1]'],
      ],
    ],
    [
      'a=1  b=2  ',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a="', []],
  ])('%j', (text, pairs) => {
    if (pairs.length === 0) expect(() => keyValues(text)).toThrow(UnbalancedError)
    else expect(keyValues(text).pairs).toEqual(pairs)
  })

  it('tells what is no key=value', () => {
    expect(keyValues('a=1 b =2 "c d"').rest).toEqual(['b', '=2', '"c d"'])
  })

  it('gives back any text that is written in quotes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^\\"'{}%#]*$/), (text) => {
        expect(keyValues(`k="${text}"`).pairs).toEqual([['k', text]])
      }),
    )
  })
})
