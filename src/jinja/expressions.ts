import type { BinaryOperator, CompareOperator, Comparison, Expression } from './ast.ts'
import { OperandParser } from './operands.ts'
import { matches } from './stream.ts'

const COMPARISONS: readonly CompareOperator[] = ['==', '!=', '<', '<=', '>', '>=']

/** Parses expressions, one function per level of precedence, the loosest first. */
export class ExpressionParser extends OperandParser {
  /** A whole expression; without `choice`, an `if` ends it. */
  override expression(choice = true): Expression {
    return this.stream.nested(() => (choice ? this.#choice() : this.#or()))
  }

  /** Expressions separated by commas are a tuple; a single one is itself. */
  override tuple(options: { choice?: boolean; parentheses?: boolean; endWord?: string } = {}): Expression {
    const { at } = this.stream.current
    const items: Expression[] = []
    let isTuple = false
    for (;;) {
      if (items.length > 0) this.stream.expect('operator', ',')
      if (this.#tupleEnds(options.endWord)) break
      items.push(this.expression(options.choice ?? true))
      if (!this.stream.isOp(',')) break
      isTuple = true
    }
    const [first] = items
    if (!isTuple && first) return first
    if (!isTuple && options.parentheses !== true) throw this.stream.unexpected('an expression')
    return { kind: 'tuple', at, items }
  }

  #tupleEnds(endWord: string | undefined): boolean {
    const { stream } = this
    if (endWord !== undefined && stream.isWord(endWord)) return true
    return stream.is('variable-end') || stream.is('block-end') || stream.is('end') || stream.isOp(')')
  }

  #choice(): Expression {
    let yes = this.#or()
    for (let count = 0; this.stream.isWord('if'); count = this.stream.chained(count)) {
      const { at } = this.stream.next()
      const condition = this.#or()
      const no = this.stream.skipWord('else') ? this.stream.nested(() => this.#choice()) : undefined
      yes = { kind: 'choice', at, condition, yes, no }
    }
    return yes
  }

  #or(): Expression {
    let left = this.#and()
    for (let count = 0; this.stream.isWord('or'); count = this.stream.chained(count)) {
      const { at } = this.stream.next()
      left = { kind: 'or', at, left, right: this.#and() }
    }
    return left
  }

  #and(): Expression {
    let left = this.#not()
    for (let count = 0; this.stream.isWord('and'); count = this.stream.chained(count)) {
      const { at } = this.stream.next()
      left = { kind: 'and', at, left, right: this.#not() }
    }
    return left
  }

  #not(): Expression {
    if (!this.stream.isWord('not')) return this.#compare()
    const { at } = this.stream.next()
    return { kind: 'not', at, operand: this.stream.nested(() => this.#not()) }
  }

  #compare(): Expression {
    const first = this.#sum()
    const rest: Comparison[] = []
    for (;;) {
      const { at } = this.stream.current
      const operator = this.#compareOperator()
      if (!operator) break
      rest.push({ operator, at, operand: this.#sum() })
    }
    return rest.length === 0 ? first : { kind: 'compare', at: rest[0]?.at ?? first.at, first, rest }
  }

  #compareOperator(): CompareOperator | undefined {
    const { stream } = this
    const sign = COMPARISONS.find((operator) => stream.skipOp(operator))
    if (sign) return sign
    if (stream.skipWord('in')) return 'in'
    if (!stream.isWord('not') || !matches(stream.look(), 'name', 'in')) return undefined
    stream.next()
    stream.next()
    return 'not in'
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#concat())
  }

  #concat(): Expression {
    const first = this.#product()
    if (!this.stream.isOp('~')) return first
    const { at } = this.stream.current
    const items = [first]
    while (this.stream.skipOp('~')) items.push(this.#product())
    return { kind: 'concat', at, items }
  }

  #product(): Expression {
    return this.#binary(['*', '/', '//', '%'], () => this.#power())
  }

  #power(): Expression {
    return this.#binary(['**'], () => this.#unary())
  }

  #binary(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand()
    for (let count = 0; ; count = this.stream.chained(count)) {
      const operator = operators.find((candidate) => this.stream.isOp(candidate))
      if (!operator) return left
      const { at } = this.stream.next()
      left = { kind: 'binary', at, operator, left, right: operand() }
    }
  }

  /** Filters bind tighter than a sign's operand but looser than the sign itself: -1 | abs is (-1) | abs. */
  #unary(withFilters = true): Expression {
    const { stream } = this
    const sign = stream.isOp('-') ? 'negative' : stream.isOp('+') ? 'positive' : undefined
    let node: Expression
    if (sign) {
      const { at } = stream.next()
      node = { kind: sign, at, operand: stream.nested(() => this.#unary(false)) }
    } else {
      node = this.primary()
    }
    node = this.postfix(node)
    return withFilters ? this.filters(node) : node
  }
}
