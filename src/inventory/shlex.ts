const PLAIN_RUN = /[^ \t\r\n'"\\#]+/y

export interface Word {
  text: string
  /** Offset of the word's first character. */
  start: number
}

export interface Words {
  words: Word[]
  /** Offset of a comment sign that cut a word short. */
  cutAt: number | undefined
}

/** A quote that is not closed, or a backslash with nothing after it. */
export class ShlexError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/**
 * Splits a text into words by the rules of a POSIX shell, as Python's shlex.split does: quotes join and vanish,
 * blanks are only space, tab and line ends. With `comments`, an unquoted # ends the line even within a word.
 */
export function splitWords(text: string, options: { comments: boolean }): Words {
  const words: Word[] = []
  let cutAt: number | undefined
  let at = 0
  while (at < text.length) {
    const char = text.charAt(at)
    if (isBlank(char)) at += 1
    else if (char === '#' && options.comments) at = endOfLine(text, at)
    else {
      const { word, end } = readWord(text, at, options.comments)
      words.push({ text: word, start: at })
      at = end
      if (text.charAt(at) === '#' && options.comments) cutAt ??= at
    }
  }
  return { words, cutAt }
}

/** The words only. */
export function shellWords(text: string): string[] {
  return splitWords(text, { comments: false }).words.map((word) => word.text)
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end + 1
}

function readWord(text: string, start: number, comments: boolean): { word: string; end: number } {
  let word = ''
  let at = start
  while (at < text.length) {
    PLAIN_RUN.lastIndex = at
    const run = PLAIN_RUN.exec(text)?.[0] ?? ''
    word += run
    at += run.length
    const char = text.charAt(at)
    if (char === '' || isBlank(char) || (char === '#' && comments)) break
    if (char === "'" || char === '"') {
      const quoted = readQuoted(text, at, char)
      word += quoted.text
      at = quoted.end
    } else if (char === '\\') {
      if (at + 1 >= text.length) throw new ShlexError('a backslash at the end has nothing to escape', at)
      word += text.charAt(at + 1)
      at += 2
    } else {
      word += char
      at += 1
    }
  }
  return { word, end: at }
}

function readQuoted(text: string, start: number, quote: string): { text: string; end: number } {
  let out = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === quote) return { text: out, end: at + 1 }
    const next = text.charAt(at + 1)
    // Within double quotes a backslash escapes only the quote and itself.
    if (char === '\\' && quote === '"' && (next === '"' || next === '\\')) {
      out += next
      at += 1
    } else out += char
  }
  throw new ShlexError('this quote is not closed', start)
}
