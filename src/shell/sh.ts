/**
 * POSIX shell text. The type keeps shell text and data apart: a value gets into a Script only through the
 * `sh` tag, which quotes it.
 */
export class Script {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
}

type Piece = Script | string | number | bigint | readonly (string | Script)[]

/** Quotes one word for a POSIX shell. NUL cannot be passed to a program and is refused. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new TypeError('a NUL character cannot be part of a shell word')
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * Shell text with values: strings are quoted as one word each, arrays become several words, Scripts are put
 * in as they are. The literal text is taken raw: a backslash in it is a backslash for the shell.
 */
export function sh(strings: TemplateStringsArray, ...pieces: Piece[]): Script {
  let text = strings.raw[0] ?? ''
  pieces.forEach((piece, index) => {
    text += show(piece) + (strings.raw[index + 1] ?? '')
  })
  return new Script(text)
}

function show(piece: Piece): string {
  if (piece instanceof Script) return piece.text
  if (typeof piece === 'string') return quote(piece)
  if (typeof piece === 'number' || typeof piece === 'bigint') return String(piece)
  return piece.map(show).join(' ')
}

/** Scripts one after the other, a line each. */
export function lines(...scripts: readonly Script[]): Script {
  return new Script(scripts.map((script) => script.text).join('\n'))
}

export const nothing = new Script(':')
