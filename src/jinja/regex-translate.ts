import { Mistake } from './mistakes.ts'
import type { RegexFlags } from './regex.ts'

// Python's \w and \s are Unicode's; JavaScript's \w is ASCII's.
const WORD = String.raw`\p{L}\p{N}_`
const SPACE = String.raw`\s\x1c-\x1f\x85`
const CLASSES = new Map([
  ['d', String.raw`\p{Nd}`],
  ['w', WORD],
  ['s', SPACE],
])
// \W within a class: JavaScript has no way to take members out of one, so all other categories are named, and of the
// connecting punctuation (Pc) all but the underscore.
const NO_WORD =
  String.raw`\p{M}\p{S}\p{Z}\p{C}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}` +
  String.raw`\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f`
const BOUNDARY = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`
const INSIDE = `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`
const CONTROL = new Map([
  ['a', String.raw`\x07`],
  ['f', String.raw`\f`],
  ['n', String.raw`\n`],
  ['r', String.raw`\r`],
  ['t', String.raw`\t`],
  ['v', String.raw`\v`],
])
const QUANTIFIER = /\{(\d*)(?:(,)(\d*))?\}/y

/** Rewrites one Python pattern as JavaScript's with the flags u and g. */
export class RegexTranslator {
  readonly #pattern: string
  #at = 0
  #out = ''
  #ignoreCase: boolean
  #multiline: boolean
  #dotAll = false
  #verbose = false

  constructor(pattern: string, flags: RegexFlags) {
    this.#pattern = pattern
    this.#ignoreCase = flags.ignoreCase ?? false
    this.#multiline = flags.multiline ?? false
  }

  translate(): { source: string; flags: string } {
    this.#leadingFlags()
    while (this.#at < this.#pattern.length) this.#next()
    return { source: this.#out === '' ? '(?:)' : this.#out, flags: `gu${this.#ignoreCase ? 'i' : ''}` }
  }

  /** `(?im)` at the very start holds for all of it; Python allows it nowhere else. */
  #leadingFlags(): void {
    for (;;) {
      const found = this.#match(/\(\?([aiLmsux]+)\)/y)
      if (!found) return
      const [, letters = ''] = found
      if (/[aL]/.test(letters)) throw unsupported('the flags a and L')
      this.#ignoreCase ||= letters.includes('i')
      this.#multiline ||= letters.includes('m')
      this.#dotAll ||= letters.includes('s')
      this.#verbose ||= letters.includes('x')
    }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#pattern) ?? undefined
    if (found) this.#at += found[0].length
    return found
  }

  #next(): void {
    if (this.#verbose && this.#match(/\s+|#[^\n]*/y)) return
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0)
    if (char === '\\') return this.#escape()
    if (char === '[') return this.#class()
    if (char === '(') return this.#group()
    this.#at += char.length
    this.#out += this.#plain(char)
  }

  #plain(char: string): string {
    switch (char) {
      case '^':
        return this.#multiline ? String.raw`(?<![^\n])` : '^'
      case '$':
        return this.#multiline ? String.raw`(?![^\n])` : String.raw`(?=\n?$)`
      case '.':
        return this.#dotAll ? String.raw`[\s\S]` : String.raw`[^\n]`
      case '{':
        return this.#brace()
      case '}':
      case ']':
      case '/':
        return `\\${char}`
      case '*':
      case '+':
      case '?':
        if (this.#pattern[this.#at] === '+') throw unsupported('possessive quantifiers')
        return char
      default:
        return char
    }
  }

  /** A brace that is no quantifier is a brace. */
  #brace(): string {
    this.#at -= 1
    const found = this.#match(QUANTIFIER)
    if (found && (found[1] !== '' || found[2] !== undefined)) {
      const [, low = '', comma = '', high = ''] = found
      return `{${low === '' ? '0' : low}${comma}${high}}`
    }
    this.#at += found ? 1 - found[0].length : 1
    return String.raw`\{`
  }

  #escape(): void {
    const anchors = new Map([
      [String.raw`\A`, String.raw`(?<![\s\S])`],
      [String.raw`\Z`, String.raw`(?![\s\S])`],
      [String.raw`\b`, BOUNDARY],
      [String.raw`\B`, INSIDE],
    ])
    const anchor = anchors.get(this.#pattern.slice(this.#at, this.#at + 2))
    if (anchor !== undefined) {
      this.#at += 2
      this.#out += anchor
      return
    }
    const reference = this.#match(/\\([1-9]\d?)(?!\d)/y)
    if (reference) this.#out += `(?:\\${reference[1]})`
    else this.#out += this.#escaped(false)
  }

  /** An escape that stands for characters, in a class or outside. */
  #escaped(inClass: boolean): string {
    const hex = this.#match(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y)
    if (hex) return `\\u{${hex[1] ?? hex[2] ?? hex[3]}}`
    const octal = this.#match(/\\(0[0-7]{0,2}|[0-7]{3})/y)
    if (octal) return `\\u{${Number.parseInt(octal[1] ?? '0', 8).toString(16)}}`
    const found = this.#match(/\\([^])/uy)
    const letter = found?.[1]
    if (letter === undefined) throw invalid('bad escape (end of pattern)')
    const lower = CLASSES.get(letter.toLowerCase())
    if (lower !== undefined) return this.#classEscape(letter, lower, inClass)
    if (inClass && letter === 'b') return String.raw`\x08`
    const control = CONTROL.get(letter)
    if (control !== undefined) return control
    if (/[A-Za-z\d]/.test(letter)) throw invalid(`bad escape \\${letter}`)
    return literal(letter)
  }

  #classEscape(letter: string, members: string, inClass: boolean): string {
    const negated = letter !== letter.toLowerCase()
    if (!negated) return inClass ? members : `[${members}]`
    if (!inClass) return `[^${members}]`
    if (letter === 'D') return String.raw`\P{Nd}`
    return letter === 'S' ? String.raw`\S` : NO_WORD
  }

  #class(): void {
    const start = this.#match(/\[(\^?)(\]?)/y)
    let body = start?.[2] === ']' ? String.raw`\]` : ''
    for (;;) {
      const char = this.#pattern[this.#at]
      if (char === undefined) throw invalid('unterminated character set')
      if (char === ']') break
      if (char === '\\') body += this.#escaped(true)
      else {
        const whole = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0)
        this.#at += whole.length
        body += /[[/]/.test(whole) ? `\\${whole}` : this.#hyphen(whole, body)
      }
    }
    this.#at += 1
    this.#out += `[${start?.[1] ?? ''}${body}]`
  }

  /** A hyphen beside a class such as \d, or at an edge, is a hyphen. */
  #hyphen(char: string, before: string): string {
    if (char !== '-') return char
    const next = this.#pattern.slice(this.#at, this.#at + 2)
    const besideClass =
      /^\\[dwsDWS]/.test(next) || /(?:_|\\s\\x1c-\\x1f\\x85|\\p\{Nd\}|\\S|\\uff3f)$/.test(before)
    return before === '' || next.startsWith(']') || besideClass ? String.raw`\-` : char
  }

  #group(): void {
    if (this.#match(/\(\?#[^)]*\)/y)) return
    const named = this.#match(/\(\?P<([A-Za-z_]\w*)>/y)
    if (named) this.#out += `(?<${named[1]}>`
    else if (this.#backReference()) return
    else if (this.#match(/\(\?>/y)) throw unsupported('atomic groups')
    else if (this.#match(/\(\?\(/y)) throw unsupported('conditional groups')
    else if (this.#match(/\(\?[aiLmsux-]+[:)]/y)) throw unsupported('flags inside the pattern')
    else this.#out += this.#match(/\((?:\?(?::|=|!|<=|<!))?/y)?.[0] ?? '('
  }

  #backReference(): boolean {
    const found = this.#match(/\(\?P=([A-Za-z_]\w*)\)/y)
    if (found) this.#out += `\\k<${found[1]}>`
    return found !== undefined
  }
}

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? (char === '-' ? String.raw`\x2d` : `\\${char}`) : char
}

function invalid(reason: string): Mistake {
  return new Mistake(`invalid regular expression: ${reason}`)
}

function unsupported(what: string): Mistake {
  return new Mistake(`${what} in regular expressions are not supported`, { hint: 'Write it without them.' })
}
