import type { Mistake } from './mistakes.ts'
import { type LexerOptions, syntax, type Token, type TokenType } from './tokens.ts'
import { readNumber, unescape } from './words.ts'

const SPACE = /\s+/y
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{M}\p{N}\p{Pc}]*/uy
const NUMBER =
  /(?<!\.)\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?e[+-]?\d+(?:_\d+)*|\.\d+(?:_\d+)*)|0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
// One loop per escape rather than per character: long strings would exhaust the matcher's stack.
const STRING = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y
const OPERATOR = /\*\*|\/\/|==|!=|>=|<=|[+\-/*%~[\](){}<>=.:|,;]/y
const OPENERS = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])

/** The text as the lexer counts it: newlines are \n, and one at the very end may be dropped. */
export function normalize(text: string, keepTrailingNewline: boolean): string {
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
  return !keepTrailingNewline && lines.endsWith('\n') ? lines.slice(0, -1) : lines
}

/** Splits a template's (normalized) text into tokens. Throws a Mistake with its offset. */
export function lexTemplate(text: string, options: LexerOptions): Token[] {
  return new Lexer(text, options).template()
}

/** Splits a bare expression into tokens. */
export function lexExpression(text: string, options: LexerOptions): Token[] {
  return new Lexer(text, options).expression()
}

class Lexer {
  readonly #text: string
  readonly #options: LexerOptions
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string, options: LexerOptions) {
    this.#text = text
    this.#options = options
  }

  expression(): Token[] {
    this.#words(undefined)
    return this.#finish()
  }

  template(): Token[] {
    const begin = this.#beginPattern()
    while (this.#at < this.#text.length) {
      begin.lastIndex = this.#at
      const found = begin.exec(this.#text)
      if (!found) break
      this.#tag(found)
    }
    this.#data(this.#at, this.#text.length, '')
    return this.#finish()
  }

  #finish(): Token[] {
    this.#push('end', '', this.#text.length)
    return this.#tokens
  }

  #beginPattern(): RegExp {
    const { variable, block, comment } = this.#options.delimiters
    // The longest delimiter wins where one begins with another.
    const starts = [variable[0], block[0], comment[0]].sort((a, b) => b.length - a.length).map(escape)
    return new RegExp(`(${starts.join('|')})([-+]?)`, 'g')
  }

  #tag(found: RegExpExecArray): void {
    const { variable, block, comment } = this.#options.delimiters
    const [all, start = '', sign = ''] = found
    const raw = start === block[0] ? this.#rawBegin(found.index) : undefined
    this.#data(this.#at, found.index, sign, start !== variable[0])
    this.#at = found.index + (raw ?? all.length)
    if (raw !== undefined) this.#raw(found.index)
    else if (start === comment[0]) this.#comment(found.index)
    else if (start === block[0]) this.#delimited('block', found.index, block[1])
    else this.#delimited('variable', found.index, variable[1])
  }

  #push(type: TokenType, text: string, at: number): void {
    this.#tokens.push({ type, text, at })
  }

  /** Adds the text before a tag, stripped as the tag's sign and lstrip_blocks say. */
  #data(from: number, to: number, sign: string, canStrip = false): void {
    let data = this.#text.slice(from, to)
    if (sign === '-') data = data.trimEnd()
    else if (canStrip && sign !== '+' && this.#options.lstripBlocks) {
      const line = data.lastIndexOf('\n') + 1
      const lineStart = line > 0 || from === 0 || this.#text[from - 1] === '\n'
      if (lineStart && data.slice(line).trim() === '') data = data.slice(0, line)
    }
    if (data !== '') this.#push('data', this.#lines(data), from)
  }

  #lines(text: string): string {
    const { newline = '\n' } = this.#options
    return newline === '\n' ? text : text.replaceAll('\n', newline)
  }

  /** The length of a `{% raw %}` that begins here. */
  #rawBegin(at: number): number | undefined {
    const [start, end] = this.#options.delimiters.block.map(escape)
    const pattern = new RegExp(`${start}[-+]?\\s*raw\\s*(?:-${end}\\s*|${end})`, 'y')
    pattern.lastIndex = at
    return pattern.exec(this.#text)?.[0].length
  }

  #raw(begin: number): void {
    const [start, end] = this.#options.delimiters.block.map(escape)
    const trim = this.#options.trimBlocks ? '\\n?' : ''
    const pattern = new RegExp(`${start}([-+]?)\\s*endraw\\s*(?:\\+${end}|-${end}\\s*|${end}${trim})`, 'g')
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (!found) throw syntax('the raw block is never closed', begin, 'Close it with {% endraw %}.')
    this.#data(this.#at, found.index, found[1] ?? '', true)
    this.#at = found.index + found[0].length
  }

  #comment(begin: number): void {
    const end = this.#options.delimiters.comment[1]
    const found = this.#text.indexOf(end, this.#at)
    if (found < 0) throw syntax('the comment is never closed', begin, `Close it with ${end}.`)
    const sign = found > this.#at ? (this.#text[found - 1] ?? '') : ''
    this.#at = found + end.length
    this.#afterTag(sign, true)
  }

  /** Skips what the end of a tag takes with it. */
  #afterTag(sign: string, isBlock: boolean): void {
    if (sign === '-') this.#match(SPACE)
    else if (isBlock && sign !== '+' && this.#options.trimBlocks && this.#text[this.#at] === '\n')
      this.#at += 1
  }

  #delimited(kind: 'variable' | 'block', begin: number, end: string): void {
    this.#push(`${kind}-begin`, '', begin)
    const sign = this.#words({ kind, begin, end })
    this.#push(`${kind}-end`, '', this.#at)
    this.#at += sign.length + end.length
    this.#afterTag(sign, kind === 'block')
  }

  /** Reads expression tokens until the end delimiter, and gives the sign before it. */
  #words(tag: { kind: string; begin: number; end: string } | undefined): string {
    const open: { text: string; at: number }[] = []
    for (;;) {
      this.#match(SPACE)
      if (this.#at >= this.#text.length) {
        const opened = open.at(-1)
        if (opened) throw syntax(`'${opened.text}' is never closed`, opened.at)
        if (tag) throw syntax(`the ${tag.kind} is never closed`, tag.begin, `Close it with ${tag.end}.`)
        return ''
      }
      const sign = tag && open.length === 0 ? this.#endSign(tag.kind, tag.end) : undefined
      if (sign !== undefined) return sign
      this.#word(open, tag?.kind === 'block')
    }
  }

  #endSign(kind: string, end: string): string | undefined {
    const signs = kind === 'block' ? ['', '-', '+'] : ['', '-']
    return signs.find((sign) => this.#text.startsWith(sign + end, this.#at))
  }

  #word(open: { text: string; at: number }[], inBlock: boolean): void {
    const at = this.#at
    const number = this.#match(NUMBER)
    if (number !== undefined) {
      this.#tokens.push({ type: 'number', text: number, at, value: readNumber(number) })
      return
    }
    const name = this.#match(NAME)
    if (name !== undefined) return this.#push('name', name, at)
    const string = this.#match(STRING)
    if (string !== undefined) return this.#string(string, at, inBlock)
    const operator = this.#match(OPERATOR)
    if (operator === undefined) throw this.#unexpected(at)
    this.#balance(operator, at, open)
    this.#push('operator', operator, at)
  }

  #string(literal: string, at: number, inBlock: boolean): void {
    const body = this.#lines(literal.slice(1, -1))
    const double = this.#options.doubleBackslashes && !inBlock
    if (!double || !body.includes('\\')) return this.#push('string', unescape(body, at), at)
    if (body.replaceAll(/\\\\/g, '').includes(`\\${literal[0] ?? ''}`)) {
      const hint = 'Backslashes are ordinary characters here; use the other kind of quote.'
      throw syntax('a quote cannot be escaped in a playbook value', at, hint)
    }
    this.#push('string', body, at)
  }

  #balance(operator: string, at: number, open: { text: string; at: number }[]): void {
    if (OPENERS.has(operator)) {
      open.push({ text: operator, at })
    } else if (operator === ')' || operator === ']' || operator === '}') {
      const last = open.pop()
      if (!last) throw syntax(`unexpected '${operator}'`, at)
      const expected = OPENERS.get(last.text)
      if (expected !== operator) throw syntax(`unexpected '${operator}', expected '${expected}'`, at)
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #unexpected(at: number): Mistake {
    const char = String.fromCodePoint(this.#text.codePointAt(at) ?? 0)
    if (char === "'" || char === '"')
      return syntax('the string is never closed', at, `Close it with ${char}.`)
    return syntax(`unexpected character ${JSON.stringify(char)}`, at, INSTEAD[char])
  }
}

/** What to write instead of what other languages have. */
const INSTEAD: Readonly<Record<string, string>> = {
  '&': 'Write and.',
  '!': 'Write not.',
  '?': 'Write A if CONDITION else B.',
  $: 'Write the name of the variable without $.',
  '`': 'Write texts in quotes.',
}

function escape(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
}
