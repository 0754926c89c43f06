import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { splitKeyValue } from '../../src/playbook/key-value.ts'

const CASES: [string, [string, string][], string][] = [
  [
    'a=1 b=2',
    [
      ['a', '1'],
      ['b', '2'],
    ],
    '',
  ],
  [
    'msg="two words" x=y',
    [
      ['msg', 'two words'],
      ['x', 'y'],
    ],
    '',
  ],
  ["msg='it is' rest", [['msg', 'it is']], 'rest'],
  [
    'dest="{{ dir }}/a b" x=1',
    [
      ['dest', '{{ dir }}/a b'],
      ['x', '1'],
    ],
    '',
  ],
  ['dest={{ dir | default("x y") }}/a', [['dest', '{{ dir | default("x y") }}/a']], ''],
  ['echo a=b "c d"', [['a', 'b']], 'echo "c d"'],
  ['url=http://h/?q=1', [['url', 'http://h/?q=1']], ''],
  ['line="say \\"hi\\""', [['line', 'say "hi"']], ''],
  ['a=', [['a', '']], ''],
  ['=x 9a=1', [], '=x 9a=1'],
  ['', [], ''],
]

describe('splitKeyValue', () => {
  it.each(CASES)('%s', (text, pairs, free) => {
    expect(splitKeyValue(text)).toEqual({ pairs, free })
  })

  it('gives back every quoted value', () => {
    const value = fc.string().filter((text) => !/["\\{}%]/.test(text))
    fc.assert(
      fc.property(value, (text) => {
        expect(splitKeyValue(`a="${text}" b=1`).pairs).toEqual([
          ['a', text],
          ['b', '1'],
        ])
      }),
    )
  })
})
