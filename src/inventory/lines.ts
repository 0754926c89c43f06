import type { Place } from '../errors.ts'
import { maskSecrets } from '../yaml/mask.ts'

// Python's idea of a blank and of a line end, which JavaScript's trim() and \s do not share: \x1c-\x1f and
// \x85 are blanks, U+FEFF is none.
export const BLANK = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/
const LEADING = new RegExp(`^[${BLANK}]+`)
const TRAILING = new RegExp(`[${BLANK}]+$`)

export interface Line {
  /** The stripped text. */
  text: string
  /** Place of the first character of `text`. */
  place: Place & { line: number; column: number; source: string }
}

/** Cuts a text into stripped lines, as Python's splitlines and strip do. A byte order mark is dropped. */
export function splitLines(text: string, file: string, hidden = false): Line[] {
  const lines = text.replace(/^\uFEFF/, '').split(LINE_END)
  return lines.map((source, index) => {
    const start = source.length - stripStart(source).length
    return {
      text: strip(source),
      place: { file, line: index + 1, column: start + 1, source: hidden ? '' : maskSecrets(source) },
    }
  })
}

export function strip(text: string): string {
  return stripEnd(stripStart(text))
}

export function stripStart(text: string): string {
  return text.replace(LEADING, '')
}

/** Looks at the last character first: the pattern alone would try every blank in the text. */
export function stripEnd(text: string): string {
  return TRAILING.test(text.slice(-1)) ? text.replace(TRAILING, '') : text
}

/** The place of a character of a line's text. */
export function placeIn(line: Line, offset: number): Place {
  return { ...line.place, column: line.place.column + offset }
}
