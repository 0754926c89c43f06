import type { Arguments, Expression } from './ast.ts'
import type { Names } from './names.ts'
import { matches, type TokenStream } from './stream.ts'
import { syntax } from './tokens.ts'

const CONSTANTS = new Map<string, null | boolean>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

/** Parses what stands between operators: literals, names, and the accesses, calls, filters and tests on them. */
export abstract class OperandParser {
  readonly stream: TokenStream
  readonly #names: Names

  constructor(stream: TokenStream, names: Names) {
    this.stream = stream
    this.#names = names
  }

  abstract expression(): Expression
  abstract tuple(options: { parentheses: boolean }): Expression

  primary(): Expression {
    const { stream } = this
    const token = stream.current
    if (token.type === 'name') {
      stream.next()
      const constant = CONSTANTS.get(token.text)
      if (constant !== undefined) return { kind: 'constant', at: token.at, value: constant }
      return { kind: 'name', at: token.at, name: token.text }
    }
    if (token.type === 'string') return this.#strings()
    if (token.type === 'number') {
      stream.next()
      return { kind: 'constant', at: token.at, value: token.value ?? 0 }
    }
    if (stream.isOp('[')) return this.#list()
    if (stream.isOp('{')) return this.#dict()
    if (!stream.skipOp('(')) throw stream.unexpected()
    const inner = stream.nested(() => this.tuple({ parentheses: true }))
    stream.expect('operator', ')')
    return inner
  }

  /** Neighbouring strings are one. */
  #strings(): Expression {
    const { at } = this.stream.current
    let value = ''
    while (this.stream.is('string')) value += this.stream.next().text
    return { kind: 'constant', at, value }
  }

  #list(): Expression {
    const { at } = this.stream.expect('operator', '[')
    const items: Expression[] = []
    while (!this.stream.isOp(']')) {
      if (items.length > 0) this.stream.expect('operator', ',')
      if (this.stream.isOp(']')) break
      items.push(this.expression())
    }
    this.stream.expect('operator', ']')
    return { kind: 'list', at, items }
  }

  #dict(): Expression {
    const { at } = this.stream.expect('operator', '{')
    const entries: { key: Expression; value: Expression }[] = []
    while (!this.stream.isOp('}')) {
      if (entries.length > 0) this.stream.expect('operator', ',')
      if (this.stream.isOp('}')) break
      const key = this.expression()
      this.stream.expect('operator', ':')
      entries.push({ key, value: this.expression() })
    }
    this.stream.expect('operator', '}')
    return { kind: 'dict', at, entries }
  }

  protected postfix(start: Expression): Expression {
    let node = start
    for (let count = 0; ; count = this.stream.chained(count)) {
      if (this.stream.isOp('.')) node = this.#attribute(node)
      else if (this.stream.isOp('[')) node = this.#subscript(node)
      else if (this.stream.isOp('(')) node = this.#call(node)
      else return node
    }
  }

  protected filters(start: Expression): Expression {
    let node = start
    for (let count = 0; ; count = this.stream.chained(count)) {
      if (this.stream.isOp('|')) node = this.filter(node)
      else if (this.stream.isWord('is')) node = this.#test(node)
      else if (this.stream.isOp('(')) node = this.#call(node)
      else return node
    }
  }

  #attribute(object: Expression): Expression {
    this.stream.expect('operator', '.')
    const token = this.stream.next()
    if (token.type === 'name') return { kind: 'attribute', at: token.at, object, name: token.text }
    if (token.type !== 'number') throw syntax('expected a name or a number after the dot', token.at)
    const index: Expression = { kind: 'constant', at: token.at, value: token.value ?? 0 }
    return { kind: 'item', at: token.at, object, index }
  }

  #subscript(object: Expression): Expression {
    const { at } = this.stream.expect('operator', '[')
    const items: Expression[] = []
    while (!this.stream.isOp(']')) {
      if (items.length > 0) this.stream.expect('operator', ',')
      items.push(this.#subscribed())
    }
    this.stream.expect('operator', ']')
    const [first] = items
    const index: Expression = items.length === 1 && first ? first : { kind: 'tuple', at, items }
    return { kind: 'item', at, object, index }
  }

  #subscribed(): Expression {
    const { at } = this.stream.current
    const parts: (Expression | undefined)[] = []
    for (;;) {
      const empty = this.stream.isOp(':') || this.stream.isOp(']') || this.stream.isOp(',')
      parts.push(empty ? undefined : this.expression())
      if (parts.length === 3 || !this.stream.skipOp(':')) break
    }
    const [start, stop, step] = parts
    if (parts.length === 1) {
      if (!start) throw this.stream.unexpected('an expression')
      return start
    }
    return { kind: 'slice', at, ...(start && { start }), ...(stop && { stop }), ...(step && { step }) }
  }

  #call(callee: Expression): Expression {
    const { at } = this.stream.current
    const args = this.#arguments()
    this.#names.checkCall(callee, args)
    return { kind: 'call', at: callee.kind === 'name' ? callee.at : at, callee, args }
  }

  /** One filter after a bar; `operand` is undefined for the filter of a block. */
  filter(operand: Expression | undefined): Expression & { kind: 'filter' } {
    if (operand !== undefined || this.stream.isOp('|')) this.stream.expect('operator', '|')
    const { at } = this.stream.current
    const args: Arguments = { positional: [], named: [] }
    const node = { kind: 'filter' as const, at, name: this.#dotted(), operand, args }
    if (this.stream.isOp('(')) node.args = this.#arguments()
    this.#names.checkFilter(node)
    return node
  }

  #dotted(): string {
    let name = this.stream.expect('name').text
    while (this.stream.skipOp('.')) name += `.${this.stream.expect('name').text}`
    return name
  }

  #test(operand: Expression): Expression {
    this.stream.next()
    const negated = this.stream.skipWord('not')
    const { at } = this.stream.current
    const name = this.#dotted()
    const test = { kind: 'test' as const, at, name, operand, args: this.#testArguments() }
    this.#names.checkTest(test)
    return negated ? { kind: 'not', at, operand: test } : test
  }

  /** A test's only argument may stand without parentheses: `x is version '2'`. */
  #testArguments(): Arguments {
    const { stream } = this
    if (stream.isOp('(')) return this.#arguments()
    const starts =
      stream.is('name') || stream.is('string') || stream.is('number') || stream.isOp('[') || stream.isOp('{')
    if (!starts || stream.isWord('else', 'or', 'and', 'if', 'in', 'not', 'recursive')) {
      return { positional: [], named: [] }
    }
    if (stream.isWord('is'))
      throw syntax('tests cannot be chained with is', stream.current.at, 'Join them with and.')
    return { positional: [this.postfix(this.primary())], named: [] }
  }

  #arguments(): Arguments {
    const { stream } = this
    stream.expect('operator', '(')
    const args: Arguments = { positional: [], named: [] }
    let first = true
    while (!stream.isOp(')')) {
      if (!first) stream.expect('operator', ',')
      if (stream.isOp(')')) break
      first = false
      this.#argument(args)
    }
    stream.expect('operator', ')')
    return args
  }

  #argument(args: Arguments): void {
    const { stream } = this
    const { at } = stream.current
    if (stream.skipOp('**')) {
      if (args.dict) throw syntax('** may stand only once', at)
      args.dict = this.expression()
    } else if (stream.skipOp('*')) {
      if (args.list || args.dict) throw syntax('* may stand only once, and before **', at)
      args.list = this.expression()
    } else if (stream.is('name') && matches(stream.look(), 'operator', '=')) {
      const name = stream.next().text
      stream.next()
      args.named.push({ name, at, value: this.expression() })
    } else {
      if (args.named.length > 0 || args.list || args.dict) {
        throw syntax('positional arguments stand before named ones', at)
      }
      args.positional.push(this.expression())
    }
  }
}
