import { Lexer } from 'yaml'

/** The lexer's state that is read here; private in its types. */
interface Lexing {
  buffer: string
  pos: number
}

/**
 * The yaml package's lexer, but as PyYAML a quoted text may go on at any indentation:
 *
 *     loop: "{{
 *       users
 *     }}"
 *
 * YAML itself wants its last line further in; roles of the field rely on PyYAML. Only `---` and `...` end it early.
 */
export function createLexer(): Lexer {
  const lexer = new Lexer()
  const strict: unknown = Reflect.get(lexer, 'continueScalar')
  // -1: the text ends before this line. Else: where it goes on.
  function continueScalar(this: Lexing, offset: number): unknown {
    const first = this.buffer.charAt(this.pos)
    if (first !== '"' && first !== "'")
      return typeof strict === 'function' ? Reflect.apply(strict, this, [offset]) : -1
    return /^(?:---|\.\.\.)(?:\s|$)/.test(this.buffer.slice(offset, offset + 4)) ? -1 : offset
  }
  return Object.assign(lexer, { continueScalar })
}
