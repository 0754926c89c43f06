import type { Parameter, Target } from './ast.ts'
import type { ExpressionParser } from './expressions.ts'
import { matches, type TokenStream } from './stream.ts'
import { syntax } from './tokens.ts'

const RESERVED = new Set(['true', 'True', 'false', 'False', 'none', 'None'])

/** Parses what statements give names to. */
export class TargetParser {
  readonly #stream: TokenStream
  readonly #expressions: ExpressionParser

  constructor(stream: TokenStream, expressions: ExpressionParser) {
    this.#stream = stream
    this.#expressions = expressions
  }

  /** A target of set: also a namespace's field. */
  settable(): Target {
    const dotted = this.#stream.is('name') && matches(this.#stream.look(), 'operator', '.')
    if (!dotted) return this.unpacked()
    const object = this.#stream.next()
    this.#stream.next()
    return { kind: 'field', at: object.at, object: object.text, name: this.#stream.expect('name').text }
  }

  /** One name, or several separated by commas, with parentheses within. */
  unpacked(endWord?: string): Target {
    const { at } = this.#stream.current
    const items: Target[] = []
    let isTuple = false
    for (;;) {
      if (this.#stream.isOp('=') || this.#stream.isOp(')') || (endWord && this.#stream.isWord(endWord))) break
      items.push(this.one())
      if (!this.#stream.skipOp(',')) break
      isTuple = true
    }
    const [first] = items
    if (!first) throw this.#stream.unexpected('a name')
    return isTuple ? { kind: 'tuple', at, items } : first
  }

  /** One name, or names in parentheses. */
  one(): Target {
    if (this.#stream.skipOp('(')) {
      const inner = this.unpacked()
      this.#stream.expect('operator', ')')
      return inner
    }
    const token = this.#stream.expect('name')
    if (RESERVED.has(token.text)) throw syntax(`'${token.text}' cannot be assigned to`, token.at)
    return { kind: 'name', at: token.at, name: token.text }
  }

  /** A macro's parameters in their parentheses. */
  parameters(): Parameter[] {
    const out: Parameter[] = []
    this.#stream.expect('operator', '(')
    while (!this.#stream.isOp(')')) {
      if (out.length > 0) this.#stream.expect('operator', ',')
      const { text: name, at } = this.#stream.expect('name')
      if (this.#stream.skipOp('=')) out.push({ name, default: this.#expressions.expression() })
      else if (out.some((parameter) => parameter.default)) {
        throw syntax('a parameter without a default follows one with a default', at)
      } else out.push({ name })
    }
    this.#stream.expect('operator', ')')
    return out
  }
}
