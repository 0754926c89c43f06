// JavaScript's names for what Python means without flags: \d \w \s know all of Unicode.
const CLASS: Record<string, string> = {
  d: '\\p{Nd}',
  w: '\\p{L}\\p{N}_',
  s: '\\s\\x1c-\\x1f\\x85',
}
const NEGATED: Record<string, string> = { D: '\\P{Nd}', W: '[^\\p{L}\\p{N}_]', S: '[^\\s\\x1c-\\x1f\\x85]' }
const CONTROL: Record<string, string> = {
  a: '\\x07',
  b: '\\x08',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
}
const QUANTIFIER = /^\{(?:\d+(?:,\d*)?|,\d+)\}/
const FLAGS: Record<string, string> = { i: 'i', m: 'm', s: 's', u: '', a: '', L: '' }

/**
 * A Python regular expression as a JavaScript one that matches at `lastIndex` only (re.match). Understands the
 * syntax that Python and JavaScript spell differently: (?P<name>), (?i) at the start, \A, \Z, literal braces.
 * Throws SyntaxError for what JavaScript does not have.
 */
export function pythonRegex(source: string): RegExp {
  const inline = /^\(\?([aiLmsux]+)\)/.exec(source)
  const flags = Array.from(inline?.[1] ?? '')
  const unknown = flags.find((flag) => FLAGS[flag] === undefined)
  if (unknown !== undefined) throw new SyntaxError(`the flag (?${unknown}) is not supported`)
  const body = translate(source.slice(inline?.[0].length ?? 0))
  const kept = new Set(flags.map((flag) => FLAGS[flag] ?? ''))
  return new RegExp(body, `uy${[...kept].join('')}`)
}

function translate(source: string): string {
  let out = ''
  let at = 0
  while (at < source.length) {
    const piece = nextPiece(source, at)
    out += piece.text
    at = piece.end
  }
  return out
}

interface Piece {
  text: string
  end: number
}

function nextPiece(source: string, at: number): Piece {
  const char = source.charAt(at)
  if (char === '\\') return escape(source, at)
  if (char === '[') return characterClass(source, at)
  if (char === '{') return braces(source, at)
  if (char === '}' || char === ']') return { text: `\\${char}`, end: at + 1 }
  if (source.startsWith('(?P<', at)) return { text: '(?<', end: at + 4 }
  const comment = /^\(\?#[^)]*\)/.exec(source.slice(at))
  if (comment) return { text: '', end: at + comment[0].length }
  const back = /^\(\?P=(\w+)\)/.exec(source.slice(at))
  if (back) return { text: `\\k<${back[1] ?? ''}>`, end: at + back[0].length }
  return { text: char, end: at + 1 }
}

/** Braces that are no repetition stand for themselves. */
function braces(source: string, at: number): Piece {
  const quantifier = QUANTIFIER.exec(source.slice(at))?.[0]
  if (quantifier === undefined) return { text: '\\{', end: at + 1 }
  return { text: quantifier.replace('{,', '{0,'), end: at + quantifier.length }
}

function escape(source: string, at: number): Piece {
  const char = source.charAt(at + 1)
  const end = at + 2
  if (char === 'A') return { text: '(?<![^])', end }
  if (char === 'Z') return { text: '(?![^])', end }
  if (CLASS[char] !== undefined) return { text: `[${CLASS[char]}]`, end }
  if (NEGATED[char] !== undefined) return { text: NEGATED[char], end }
  if (char === 'b' || char === 'B') return { text: `\\${char}`, end }
  return sharedEscape(source, at)
}

/** Escapes that mean the same inside and outside of a class. */
function sharedEscape(source: string, at: number): Piece {
  const char = source.charAt(at + 1)
  const end = at + 2
  if (CONTROL[char] !== undefined) return { text: CONTROL[char], end }
  if (char === '0') return { text: '\\x00', end }
  if (/[1-9xu]/.test(char)) return { text: `\\${char}`, end }
  if (/[A-Za-z]/.test(char)) throw new SyntaxError(`bad escape \\${char}`)
  if (char === '') throw new SyntaxError('a backslash at the end')
  return { text: /[\\^$.*+?()[\]{}|/-]/.test(char) ? hex(char) : char, end }
}

function hex(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
}

function characterClass(source: string, start: number): Piece {
  let text = '['
  let at = start + 1
  if (source.charAt(at) === '^') {
    text += '^'
    at += 1
  }
  // A bracket right at the start is an ordinary character.
  const first = at
  while (at < source.length) {
    const char = source.charAt(at)
    if (char === ']' && at > first) return { text: `${text}]`, end: at + 1 }
    const piece = char === '\\' ? classEscape(source, at) : { text: classChar(char), end: at + 1 }
    text += piece.text
    at = piece.end
  }
  throw new SyntaxError('unterminated character set')
}

function classChar(char: string): string {
  return char === '[' || char === ']' ? hex(char) : char
}

function classEscape(source: string, at: number): Piece {
  const char = source.charAt(at + 1)
  if (CLASS[char] !== undefined) return { text: CLASS[char], end: at + 2 }
  if (char === 'D' || char === 'S') return { text: char === 'D' ? '\\P{Nd}' : '\\S', end: at + 2 }
  return sharedEscape(source, at)
}
