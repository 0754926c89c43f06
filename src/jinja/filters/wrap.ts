export interface WrapOptions {
  breakLong: boolean
  breakHyphens: boolean
}

// A word with its hyphens, or white space: the pieces a line may be broken between.
const HYPHENATED =
  /\s+|[^\s-]*[\p{L}\p{N}_]-(?=[\p{L}_]{2})|--+|[^\s-]+(?:-(?![\p{L}_]{2})[^\s-]*)*|-+[^\s-]*/gu
const WORDS = /\s+|\S+/g

/** Breaks one line into lines of at most this width, as Python's textwrap does. */
export function wordWrap(line: string, width: number, options: WrapOptions): string[] {
  const pieces = (line.match(options.breakHyphens ? HYPHENATED : WORDS) ?? []).reverse()
  const lines: string[] = []
  while (pieces.length > 0) {
    const current: string[] = []
    let length = 0
    if (lines.length > 0 && isSpace(pieces.at(-1))) pieces.pop()
    for (
      let piece = pieces.at(-1);
      piece !== undefined && length + piece.length <= width;
      piece = pieces.at(-1)
    ) {
      current.push(piece)
      length += piece.length
      pieces.pop()
    }
    const next = pieces.at(-1)
    if (next !== undefined && next.length > width) breakPiece(pieces, current, width - length, width, options)
    if (isSpace(current.at(-1))) current.pop()
    if (current.length > 0) lines.push(current.join(''))
  }
  return lines
}

function isSpace(piece: string | undefined): boolean {
  return piece !== undefined && piece.trim() === ''
}

/** A piece longer than a line is cut, or stands on a line of its own. */
function breakPiece(
  pieces: string[],
  current: string[],
  room: number,
  width: number,
  options: WrapOptions,
): void {
  const piece = pieces.pop() ?? ''
  if (!options.breakLong) {
    if (current.length === 0) current.push(piece)
    else pieces.push(piece)
    return
  }
  const space = Math.max(1, width < 1 ? 1 : room)
  current.push(piece.slice(0, space))
  pieces.push(piece.slice(space))
}
