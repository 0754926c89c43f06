import { characterCount, characters } from '../characters.ts'
import { Mistake } from '../mistakes.ts'

export interface WrapOptions {
  breakLong: boolean
  breakHyphens: boolean
}

// Python's words and letters, and the white space it breaks at.
const WORD = String.raw`[\p{L}\p{N}_]`
const LETTER = String.raw`(?!\p{Nd})${WORD}`
const SPACE = String.raw`[\t-\r ]`
const BEFORE_DASHES = String.raw`(?<=[\p{L}\p{N}_!"'&.,?])`

/** Where a word may end: behind a hyphen between letters, at white space, and before a dash. */
const WORD_ENDS = [
  `-(?:(?<=${LETTER}${LETTER}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})`,
  `(?=${SPACE}|$)`,
  `${BEFORE_DASHES}(?=-{2,}${WORD})`,
].join('|')

// The pieces a line may be broken between.
const HYPHENATED = new RegExp(
  `${SPACE}+|${BEFORE_DASHES}-{2,}(?=${WORD})|[^\\t-\\r ]+?(?:${WORD_ENDS})`,
  'gu',
)
const WORDS = /[\t-\r ]+|[^\t-\r ]+/g

/** Breaks one line into lines of at most this width, as Python's textwrap does. */
export function wordWrap(line: string, width: number, options: WrapOptions): string[] {
  if (width <= 0) throw new Mistake(`invalid width ${width} (must be > 0)`)
  const pieces = (line.match(options.breakHyphens ? HYPHENATED : WORDS) ?? []).reverse()
  const lines: string[] = []
  while (pieces.length > 0) {
    const current: string[] = []
    let length = 0
    if (lines.length > 0 && isSpace(pieces.at(-1))) pieces.pop()
    for (
      let piece = pieces.at(-1);
      piece !== undefined && length + characterCount(piece) <= width;
      piece = pieces.at(-1)
    ) {
      current.push(piece)
      length += characterCount(piece)
      pieces.pop()
    }
    const next = pieces.at(-1)
    if (next !== undefined && characterCount(next) > width)
      breakPiece(pieces, current, width - length, options)
    if (isSpace(current.at(-1))) current.pop()
    if (current.length > 0) lines.push(current.join(''))
  }
  return lines
}

function isSpace(piece: string | undefined): boolean {
  return piece !== undefined && piece.trim() === ''
}

/** A piece longer than a line is cut, or stands on a line of its own. */
function breakPiece(pieces: string[], current: string[], room: number, options: WrapOptions): void {
  const piece = characters(pieces.pop() ?? '')
  if (!options.breakLong && current.length > 0) pieces.push(piece.join(''))
  else if (!options.breakLong) current.push(piece.join(''))
  else {
    // Behind the last hyphen that fits, if there is more than hyphens before it.
    const hyphen = options.breakHyphens && piece.length > room ? piece.slice(0, room).lastIndexOf('-') : 0
    const end = piece.slice(0, Math.max(0, hyphen)).some((char) => char !== '-') ? hyphen + 1 : room
    // Where blanks have filled the line, this puts nothing behind them, and they stay, as in Python.
    current.push(piece.slice(0, end).join(''))
    pieces.push(piece.slice(end).join(''))
  }
}
