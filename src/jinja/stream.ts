import { syntax, type Token, type TokenType } from './tokens.ts'
import type { Mistake } from './mistakes.ts'

/** The tokens with a cursor, and the questions both parsers ask of it. */
export class TokenStream {
  readonly #tokens: Token[]
  #index = 0
  /** How deep the parser is, so that absurd nesting is a clear error and no stack overflow. */
  #depth = 0

  constructor(tokens: Token[]) {
    this.#tokens = tokens
  }

  get current(): Token {
    return this.look(0)
  }

  look(ahead = 1): Token {
    const token = this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]
    if (!token) throw syntax('nothing to read', 0)
    return token
  }

  next(): Token {
    const token = this.current
    this.#index += 1
    return token
  }

  is(type: TokenType, text?: string): boolean {
    return matches(this.current, type, text)
  }

  /** Is it this operator? */
  isOp(text: string): boolean {
    return this.is('operator', text)
  }

  /** Is it this word? */
  isWord(...words: string[]): boolean {
    return this.current.type === 'name' && words.includes(this.current.text)
  }

  skipOp(text: string): boolean {
    return this.isOp(text) && this.next() !== undefined
  }

  skipWord(word: string): boolean {
    return this.isWord(word) && this.next() !== undefined
  }

  expect(type: TokenType, text?: string): Token {
    if (!this.is(type, text)) throw this.unexpected(text ?? NAMES[type])
    return this.next()
  }

  unexpected(expected?: string): Mistake {
    const found = describe(this.current)
    const wanted = expected === undefined ? '' : `, expected ${expected}`
    if (found.startsWith('the end'))
      return syntax(`${expected ?? 'something'} is missing before ${found}`, this.current.at)
    return syntax(`unexpected ${found}${wanted}`, this.current.at, this.#instead())
  }

  /** What was meant by an operator of other languages. */
  #instead(): string | undefined {
    if (this.is('operator', '=')) return 'Compare with ==.'
    return this.is('operator', '|') ? 'Write or; a filter has a name behind its |.' : undefined
  }

  /** Counts one more operator in a row: each makes the tree deeper, as brackets do. */
  chained(count: number): number {
    if (count > 500) throw syntax('too many operators in a row', this.current.at, 'Split it with {% set %}.')
    return count + 1
  }

  /** Runs one level of nesting. */
  nested<T>(parse: () => T): T {
    this.#depth += 1
    if (this.#depth > 200) throw syntax('nested too deeply', this.current.at)
    const result = parse()
    this.#depth -= 1
    return result
  }
}

const NAMES: Record<TokenType, string> = {
  data: 'text',
  'variable-begin': "'{{'",
  'variable-end': "the end of the expression '}}'",
  'block-begin': "'{%'",
  'block-end': "the end of the tag '%}'",
  name: 'a name',
  string: 'a string',
  number: 'a number',
  operator: 'an operator',
  end: 'the end',
}

export function matches(token: Token, type: TokenType, text?: string): boolean {
  return token.type === type && (text === undefined || token.text === text)
}

function describe(token: Token): string {
  if (token.type === 'string') return 'string'
  if (token.type === 'end') return 'end of the expression'
  if (token.text !== '') return `'${token.text}'`
  return NAMES[token.type]
}
