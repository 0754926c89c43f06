import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { terminalText } from '../src/terminal-text.ts'

describe('text for a terminal', () => {
  it.each([
    ['plain text, tabs and line breaks', 'a\tb\nc', 'a\tb\nc'],
    ['other scripts and emoji', 'größe 大小 😀', 'größe 大小 😀'],
    ['Windows line breaks', 'a\r\nb\r\n', 'a\nb\n'],
    ['a line that overwrites itself', 'evil\rgood', 'evilgood'],
    ['colours', '\x1b[1;31mred\x1b[0m', 'red'],
    ['cursor movements', '\x1b[2J\x1b[H\x1b[?25lx', 'x'],
    ['a window title', '\x1b]0;title\x07x', 'x'],
    ['a hyperlink', '\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a clipboard write', '\x1b]52;c;ZXZpbA==\x07', ''],
    ['a string without an end, up to its line', 'a\x1b]0;title\nb', 'a\nb'],
    ['a device string', '\x1bP1$r0m\x1b\\x', 'x'],
    ['sequences of one byte', '\x9b31mred\x9d0;t\x9cx', 'redx'],
    ['short sequences', '\x1bc\x1b(B\x1b7x', 'x'],
    ['bell, backspace, NUL and delete', 'a\x07b\x08c\0d\x7f', 'abcd'],
    ['a sequence that is cut off', 'a\x1b[', 'a'],
    ['a sequence inside a sequence', '\x1b\x1b[31m[31mx', '[31mx'],
    ['text that runs backwards', 'a\u202eb\u2066c', 'abc'],
  ])('%s', (_case, text, expected) => {
    expect(terminalText(text)).toBe(expected)
  })

  it('never has a control character, and is not changed again', () => {
    const nasty = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\x1b', '[', ']', '\x9b', '\x07', 'm', '\\', '\n'),
      ),
    )
    fc.assert(
      fc.property(nasty, (pieces) => {
        const clean = terminalText(pieces.join(''))
        expect(clean).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
        expect(terminalText(clean)).toBe(clean)
      }),
    )
  })
})
