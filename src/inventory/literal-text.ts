/** Text that is no Python literal. Thrown often, hence one object without a stack. */
export const NOT_A_LITERAL: unique symbol = Symbol('not a literal')

const PREFIX = /(?:[rR][bB]?|[bB][rR]?|[uU])?(?='|")/y
const SIMPLE: Record<string, string> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
}

export interface TextLiteral {
  text: string
  bytes: boolean
  end: number
}

/** Reads one Python string or bytes literal at this offset; undefined if none starts here. */
export function readText(source: string, at: number): TextLiteral | undefined {
  PREFIX.lastIndex = at
  const prefix = PREFIX.exec(source)?.[0].toLowerCase()
  if (prefix === undefined) return undefined
  const start = at + prefix.length
  const quote = source.charAt(start)
  const fence = source.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  const kind = { raw: prefix.includes('r'), bytes: prefix.includes('b') }
  return readBody(source, start + fence.length, fence, kind)
}

function readBody(
  source: string,
  start: number,
  fence: string,
  kind: { raw: boolean; bytes: boolean },
): TextLiteral {
  let text = ''
  let at = start
  while (at < source.length) {
    if (source.startsWith(fence, at))
      return { text: finish(text, kind.bytes), bytes: kind.bytes, end: at + fence.length }
    const char = source.charAt(at)
    if ((char === '\n' && fence.length === 1) || (kind.bytes && char > '\x7f')) throw NOT_A_LITERAL
    if (char !== '\\') {
      text += char
      at += 1
    } else if (kind.raw) {
      text += source.slice(at, at + 2)
      at += 2
    } else {
      const escape = readEscape(source, at, kind.bytes)
      text += escape.text
      at = escape.end
    }
  }
  throw NOT_A_LITERAL
}

function finish(text: string, bytes: boolean): string {
  return bytes ? Buffer.from(text, 'latin1').toString('utf8') : text
}

function readEscape(source: string, at: number, bytes: boolean): { text: string; end: number } {
  const char = source.charAt(at + 1)
  const simple = SIMPLE[char]
  if (simple !== undefined) return { text: simple, end: at + 2 }
  const octal = /^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4))?.[0]
  if (octal) {
    const code = Number.parseInt(octal, 8)
    return { text: String.fromCodePoint(bytes ? code & 0xff : code), end: at + 1 + octal.length }
  }
  const size = char === 'x' ? 2 : bytes ? 0 : char === 'u' ? 4 : char === 'U' ? 8 : 0
  if (size > 0) return readHex(source, at + 2, size)
  // A named character would need the Unicode name table; such a value stays text.
  if (char === 'N' && !bytes) throw NOT_A_LITERAL
  return { text: `\\${char}`, end: at + 2 }
}

function readHex(source: string, start: number, size: number): { text: string; end: number } {
  const digits = source.slice(start, start + size)
  if (digits.length !== size || !/^[0-9a-fA-F]+$/.test(digits)) throw NOT_A_LITERAL
  const code = Number.parseInt(digits, 16)
  if (code > 0x10ffff) throw NOT_A_LITERAL
  return { text: String.fromCodePoint(code), end: start + size }
}
