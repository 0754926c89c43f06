import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShlexError, shellWords, splitWords } from '../../src/inventory/shlex.ts'
import { quote } from '../../src/shell/sh.ts'

describe('splitWords', () => {
  it.each([
    ['', []],
    [' \t\r\n', []],
    ['a b', ['a', 'b']],
    ['a"b c"d', ['ab cd']],
    ["'' x", ['', 'x']],
    [String.raw`"\"\\\n"`, [String.raw`"\\n`]],
    [String.raw`'\"'`, [String.raw`\"`]],
    [String.raw`a\ b C:\t`, ['a b', 'C:t']],
    ['a\u00a0b', ['a\u00a0b']],
    ['a#b', ['a#b']],
  ])('%s', (text, words) => {
    expect(shellWords(text)).toEqual(words)
  })

  it('ends at a comment, also within a word, and says where it cut one', () => {
    expect(splitWords('n1 a=b#c "d', { comments: true })).toEqual({
      words: [
        { text: 'n1', start: 0 },
        { text: 'a=b', start: 3 },
      ],
      cutAt: 6,
    })
    expect(splitWords('n1 # x', { comments: true }).cutAt).toBeUndefined()
    expect(splitWords('a\\#b "c#d"', { comments: true }).words.map((word) => word.text)).toEqual([
      'a#b',
      'c#d',
    ])
    expect(splitWords('a # x\nb', { comments: true }).words.map((word) => word.text)).toEqual(['a', 'b'])
  })

  it.each([
    ['a "b', 2],
    ["it's", 2],
    ['a\\', 1],
  ])('points at what is open in %s', (text, offset) => {
    try {
      shellWords(text)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ShlexError)
      expect(error).toMatchObject({ offset })
    }
  })

  it('takes apart what is quoted for a shell', () => {
    const word = fc.string().filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(shellWords(words.map(quote).join(' '))).toEqual(words)
      }),
    )
  })
})
