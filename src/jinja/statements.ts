import type { ForStatement, ImportName, MacroStatement, Statement } from './ast.ts'
import { ExpressionParser } from './expressions.ts'
import { syntax, type Token } from './tokens.ts'
import { suggestion } from './mistakes.ts'
import { TargetParser } from './targets.ts'
import type { Names } from './names.ts'
import { matches, TokenStream } from './stream.ts'

type TagParser = (tag: Token) => Statement

/** Parses templates: text, output, and tags with their bodies. */
export class StatementParser {
  readonly #stream: TokenStream
  readonly #expressions: ExpressionParser
  readonly #targets: TargetParser
  /** The open tags with the words that may end them, innermost last. */
  readonly #open: { tag: Token; ends: readonly string[] }[] = []
  readonly #blocks = new Set<string>()

  constructor(tokens: Token[], names: Names) {
    this.#stream = new TokenStream(tokens)
    this.#expressions = new ExpressionParser(this.#stream, names)
    this.#targets = new TargetParser(this.#stream, this.#expressions)
  }

  parse(): Statement[] {
    return this.#body()
  }

  readonly #tags: Record<string, TagParser> = {
    for: (tag) => this.#for(tag),
    if: (tag) => this.#if(tag),
    set: (tag) => this.#set(tag),
    with: (tag) => this.#with(tag),
    macro: (tag) => this.#macro(tag),
    call: (tag) => this.#call(tag),
    filter: (tag) => this.#filter(tag),
    include: (tag) => this.#include(tag),
    import: (tag) => this.#import(tag),
    from: (tag) => this.#from(tag),
    block: (tag) => this.#block(tag),
    extends: (tag) => ({ kind: 'extends', at: tag.at, template: this.#expressions.expression() }),
    print: (tag) => ({ kind: 'output', at: tag.at, value: this.#expressions.tuple() }),
    autoescape: (tag) => this.#autoescape(tag),
  }

  /** Statements up to one of the open tag's end words, which stays unread. */
  #body(): Statement[] {
    const out: Statement[] = []
    for (;;) {
      const token = this.#stream.next()
      if (token.type === 'data') out.push({ kind: 'text', text: token.text })
      else if (token.type === 'variable-begin') out.push(this.#output())
      else if (token.type === 'block-begin') {
        if (this.#atEnd()) return out
        out.push(this.#stream.nested(() => this.#tag()))
      } else if (this.#open.length === 0) return out
      else throw this.#unclosed()
    }
  }

  #atEnd(): boolean {
    return this.#stream.isWord(...(this.#open.at(-1)?.ends ?? []))
  }

  #unclosed(): Error {
    const open = this.#open.at(-1)
    const name = open?.tag.text ?? ''
    const ends = (open?.ends ?? []).map((end) => `{% ${end} %}`).join(' or ')
    return syntax(`the ${name} is never closed`, open?.tag.at ?? 0, `It needs ${ends}.`)
  }

  #output(): Statement {
    const { at } = this.#stream.current
    const value = this.#expressions.tuple()
    this.#stream.expect('variable-end')
    return { kind: 'output', at, value }
  }

  #tag(): Statement {
    const tag = this.#stream.expect('name')
    const parse = Object.hasOwn(this.#tags, tag.text) ? this.#tags[tag.text] : undefined
    if (!parse) throw this.#unknownTag(tag)
    const statement = parse(tag)
    this.#stream.expect('block-end')
    return statement
  }

  #unknownTag(tag: Token): Error {
    const open = this.#open.at(-1)
    const ends = this.#open.flatMap((level) => level.ends)
    if (open && (ends.includes(tag.text) || tag.text.startsWith('end'))) {
      const wanted = open.ends.map((end) => `{% ${end} %}`).join(' or ')
      const hint = `The innermost open tag is ${open.tag.text}; it needs ${wanted}.`
      return syntax(`unexpected tag '${tag.text}'`, tag.at, hint)
    }
    if (tag.text === 'do') return syntax("there is no tag 'do'", tag.at, 'Write {% set _ = … %} instead.')
    if (tag.text === 'break' || tag.text === 'continue') {
      return syntax(`there is no tag '${tag.text}'`, tag.at, 'Filter the loop: {% for x in list if … %}.')
    }
    if (['elsif', 'elseif'].includes(tag.text))
      return syntax(`there is no tag '${tag.text}'`, tag.at, 'Write elif.')
    if (tag.text === 'foreach')
      return syntax("there is no tag 'foreach'", tag.at, 'Write {% for x in list %}.')
    return syntax(`there is no tag '${tag.text}'`, tag.at, suggestion(tag.text, Object.keys(this.#tags)))
  }

  /** Reads the end of the tag and its body, up to and including the end word. */
  #inside(tag: Token, ...ends: string[]): { body: Statement[]; end: Token } {
    this.#stream.skipOp(':')
    if (this.#stream.isWord('if')) throw syntax("unexpected 'if'", this.#stream.current.at, 'Write elif.')
    this.#stream.expect('block-end')
    this.#open.push({ tag, ends })
    const body = this.#body()
    this.#open.pop()
    return { body, end: this.#stream.next() }
  }

  #for(tag: Token): ForStatement {
    const target = this.#targets.unpacked('in')
    this.#stream.expect('name', 'in')
    const over = this.#expressions.tuple({ choice: false, endWord: 'recursive' })
    const condition = this.#stream.skipWord('if') ? this.#expressions.expression() : undefined
    const recursive = this.#stream.skipWord('recursive')
    const { body, end } = this.#inside(tag, 'endfor', 'else')
    const otherwise = end.text === 'else' ? this.#inside(tag, 'endfor').body : []
    return { kind: 'for', at: tag.at, target, over, condition, recursive, body, otherwise }
  }

  #if(tag: Token): Statement {
    const branches = []
    for (;;) {
      const condition = this.#expressions.tuple({ choice: false })
      const { body, end } = this.#inside(tag, 'endif', 'elif', 'else')
      branches.push({ condition, body })
      if (end.text === 'endif') return { kind: 'if', branches, otherwise: [] }
      if (end.text === 'else') return { kind: 'if', branches, otherwise: this.#inside(tag, 'endif').body }
    }
  }

  #set(tag: Token): Statement {
    const target = this.#targets.settable()
    if (this.#stream.skipOp('=')) return { kind: 'set', at: tag.at, target, value: this.#expressions.tuple() }
    const filter = this.#filterChain()
    return { kind: 'capture', at: tag.at, target, filter, body: this.#inside(tag, 'endset').body }
  }

  #filterChain(): ReturnType<ExpressionParser['filter']> | undefined {
    let filter
    while (this.#stream.isOp('|')) filter = this.#expressions.filter(filter)
    return filter
  }

  #with(tag: Token): Statement {
    const bindings = []
    while (!this.#stream.is('block-end')) {
      if (bindings.length > 0) this.#stream.expect('operator', ',')
      const target = this.#targets.one()
      this.#stream.expect('operator', '=')
      bindings.push({ target, value: this.#expressions.expression() })
    }
    return { kind: 'with', bindings, body: this.#inside(tag, 'endwith').body }
  }

  #macro(tag: Token): MacroStatement {
    const name = this.#stream.expect('name').text
    const parameters = this.#targets.parameters()
    return { kind: 'macro', at: tag.at, name, parameters, body: this.#inside(tag, 'endmacro').body }
  }

  #call(tag: Token): Statement {
    const parameters = this.#stream.isOp('(') ? this.#targets.parameters() : []
    const { at } = this.#stream.current
    const call = this.#expressions.expression()
    if (call.kind !== 'call') throw syntax('expected a call of a macro', at)
    return { kind: 'call', at: tag.at, call, parameters, body: this.#inside(tag, 'endcall').body }
  }

  #filter(tag: Token): Statement {
    let filter = this.#expressions.filter(undefined)
    while (this.#stream.isOp('|')) filter = this.#expressions.filter(filter)
    return { kind: 'filter', at: tag.at, filter, body: this.#inside(tag, 'endfilter').body }
  }

  #include(tag: Token): Statement {
    const template = this.#expressions.expression()
    const ignoreMissing = this.#stream.isWord('ignore') && matches(this.#stream.look(), 'name', 'missing')
    if (ignoreMissing) {
      this.#stream.next()
      this.#stream.next()
    }
    return { kind: 'include', at: tag.at, template, ignoreMissing, withContext: this.#context() ?? true }
  }

  /** `with context` or `without context`. */
  #context(): boolean | undefined {
    const { stream } = { stream: this.#stream }
    if (!stream.isWord('with', 'without') || !matches(stream.look(), 'name', 'context')) return undefined
    const withContext = stream.next().text === 'with'
    stream.next()
    return withContext
  }

  #import(tag: Token): Statement {
    const template = this.#expressions.expression()
    this.#stream.expect('name', 'as')
    const name = this.#stream.expect('name').text
    return { kind: 'import', at: tag.at, template, name, withContext: this.#context() ?? false }
  }

  #from(tag: Token): Statement {
    const template = this.#expressions.expression()
    this.#stream.expect('name', 'import')
    const names: ImportName[] = []
    let withContext = this.#context()
    while (withContext === undefined) {
      names.push(this.#importName())
      withContext = this.#context()
      if (!this.#stream.skipOp(',')) break
      withContext ??= this.#context()
    }
    return { kind: 'from', at: tag.at, template, names, withContext: withContext ?? false }
  }

  #importName(): ImportName {
    const { text: name, at } = this.#stream.expect('name')
    if (name.startsWith('_')) throw syntax('names that begin with an underscore cannot be imported', at)
    return { name, as: this.#stream.skipWord('as') ? this.#stream.expect('name').text : name }
  }

  #block(tag: Token): Statement {
    const { text: name, at } = this.#stream.expect('name')
    if (this.#blocks.has(name)) throw syntax(`the block '${name}' is there twice`, at)
    this.#blocks.add(name)
    const scoped = this.#stream.skipWord('scoped')
    const required = this.#stream.skipWord('required')
    const { body } = this.#inside(tag, 'endblock')
    this.#stream.skipWord(name)
    return { kind: 'block', at: tag.at, name, scoped, required, body }
  }

  /** Nothing is ever escaped here, so only switching it off can be honoured. */
  #autoescape(tag: Token): Statement {
    const { at } = this.#stream.current
    const value = this.#expressions.expression()
    if (value.kind !== 'constant' || value.value !== false) {
      throw syntax('autoescape is not supported', at, 'Use the filter escape where HTML is meant.')
    }
    return { kind: 'with', bindings: [], body: this.#inside(tag, 'endautoescape').body }
  }
}
