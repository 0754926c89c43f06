/** A quote or a Jinja2 block that is open at the end of a text of key=value pairs. */
export class UnbalancedError extends Error {
  override readonly name = 'UnbalancedError'
}

export interface KeyValues {
  pairs: [string, string][]
  /** Words that are no key=value. */
  rest: string[]
}

const BLOCKS = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
] as const
const ESCAPE = /\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g
const SIMPLE: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
const LAST_CODE_POINT = 0x10ffff

/**
 * Takes `a=1 b="two words"` apart as Ansible does for -e: at blanks and line ends outside of quotes and Jinja2
 * blocks. Backslash escapes are decoded, and quotes around a whole value removed. All values are texts.
 * Throws UnbalancedError.
 */
export function keyValues(text: string): KeyValues {
  const out: KeyValues = { pairs: [], rest: [] }
  for (const word of split(text)) {
    const decoded = decode(word)
    const equals = separator(decoded)
    if (equals === -1) out.rest.push(word.trim())
    else out.pairs.push([decoded.slice(0, equals).trim(), unquote(decoded.slice(equals + 1).trim())])
  }
  return out
}

function split(text: string): string[] {
  const words: string[] = []
  const depths = BLOCKS.map(() => 0)
  let quote = ''
  let word: string | undefined
  for (const [, token = '', end = ''] of text.matchAll(/([^ \n]*)([ \n]|$)/g)) {
    if (word === undefined && (token === '' || token === '\\')) continue
    quote = quoteAfter(token, quote)
    for (const [index, [open, close]] of BLOCKS.entries()) {
      depths[index] = Math.max(0, (depths[index] ?? 0) + count(token, open) - count(token, close))
    }
    word = (word ?? '') + token
    if (quote !== '' || depths.some((depth) => depth > 0)) word += end
    else {
      words.push(word)
      word = undefined
    }
  }
  if (word !== undefined)
    throw new UnbalancedError(quote === '' ? 'a {{, {% or {# is not closed' : `a ${quote} is not closed`)
  return words
}

function quoteAfter(token: string, before: string): string {
  let quote = before
  for (let at = 0; at < token.length; at += 1) {
    const char = token.charAt(at)
    if ((char !== '"' && char !== "'") || token.charAt(at - 1) === '\\') continue
    if (quote === '') quote = char
    else if (quote === char) quote = ''
  }
  return quote
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

function decode(word: string): string {
  return word.replaceAll(ESCAPE, (whole, ...groups: (string | undefined)[]) => {
    const [long, short, byte, simple] = groups
    if (simple !== undefined) return SIMPLE[simple] ?? simple
    const code = Number.parseInt(long ?? short ?? byte ?? '', 16)
    return code > LAST_CODE_POINT ? whole : String.fromCodePoint(code)
  })
}

/** The first "=" that is neither at the start nor behind a backslash. */
function separator(word: string): number {
  let at = word.indexOf('=', 1)
  while (at > 0 && word.charAt(at - 1) === '\\') at = word.indexOf('=', at + 1)
  return at
}

function unquote(text: string): string {
  const first = text.charAt(0)
  const isQuoted = text.length > 1 && (first === '"' || first === "'") && text.endsWith(first)
  return isQuoted && text.at(-2) !== '\\' ? text.slice(1, -1) : text
}
