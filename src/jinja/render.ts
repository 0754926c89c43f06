import type { Expression, FilterExpression, ForStatement, Parameter, Statement } from './ast.ts'
import { keepsText, looksLikeData } from './kept-text.ts'
import { Output } from './output.ts'
import { runLoop } from './run-loop.ts'
import { callWith, evaluate, evaluateArguments, filter, truth } from './evaluate.ts'
import { assign, Frame } from './frame.ts'
import { Macro, Module } from './macro.ts'
import type { Source } from './mistakes.ts'
import type { Runtime } from './runtime.ts'
import { Mistake } from './mistakes.ts'
import { finalText } from './result.ts'
import { Callable, type Item, type Opaque } from './things.ts'
import { Undefined } from './undefined.ts'
import { BlockNames, Blocks, type TemplateFile, type TemplateFiles } from './files.ts'

/** Renders a template's statements. */
export class Renderer {
  readonly #runtime: Runtime
  readonly #files: TemplateFiles
  readonly #blocks = new Blocks()
  readonly #made: ((text: string) => Item) | undefined

  /** `made` says what a macro or a `set` block makes of its text, in playbook values, where that may be data. */
  constructor(runtime: Runtime, files: TemplateFiles, made?: (text: string) => Item) {
    this.#runtime = runtime
    this.#files = files
    this.#made = made
  }

  /** `self`: what a template's blocks give, by their names. */
  #self(frame: Frame): Opaque {
    return new BlockNames(
      (name) =>
        this.#blocks.at(name, 0) && new Callable(name, () => this.#namedBlock(name, 0, new Frame(frame))),
    )
  }

  /** The text of a whole template with its own top frame. */
  template(file: TemplateFile, frame: Frame): string {
    return this.output(file, frame).text
  }

  /** The same, with what is known of the text. */
  output(file: TemplateFile, frame: Frame): Output {
    return this.#runtime.within(file.source, () => {
      this.#blocks.add(file)
      if (this.#blocks.any) frame.set('self', this.#self(frame))
      const out = new Output()
      this.#statements(file.body, frame, out)
      const parent = this.#blocks.takeParent()
      return parent ? this.output(parent, frame) : out
    })
  }

  /** Statements that are part of a template, as one text. */
  #captured(body: readonly Statement[], frame: Frame): string {
    return this.#part(body, frame).text
  }

  #part(body: readonly Statement[], frame: Frame): Output {
    const out = new Output()
    this.#statements(body, frame, out)
    return out
  }

  /** What a macro or a `set` block gives. */
  #madeOf(body: readonly Statement[], frame: Frame): Item {
    const out = this.#part(body, frame)
    if (!this.#made) return out.text
    if (!out.isKept) return this.#made(out.text)
    this.#runtime.kept.add(out.text)
    return out.text
  }

  /** Whether what an expression has given stays a text; only playbook values make data of texts. */
  #keeps(node: Expression, value: Item, frame: Frame): boolean {
    if (!this.#made || typeof value !== 'string' || !looksLikeData(value)) return false
    return keepsText(node, value, this.#runtime, frame)
  }

  #statements(body: readonly Statement[], frame: Frame, out: Output): void {
    for (const statement of body) this.#statement(statement, frame, out)
  }

  #statement(statement: Statement, frame: Frame, out: Output): void {
    const runtime = this.#runtime
    runtime.step()
    switch (statement.kind) {
      case 'text':
        if (statement.text !== '') out.write(runtime.wrote(statement.text))
        break
      case 'output':
        this.#output(statement.value, frame, out)
        break
      case 'for':
        this.#for(statement, frame, out)
        break
      case 'if': {
        const branch = statement.branches.find(({ condition }) => truth(condition, frame, runtime))
        this.#statements(branch ? branch.body : statement.otherwise, frame, out)
        break
      }
      case 'set':
        assign(statement.target, this.#value(statement.value, frame), frame, runtime)
        break
      default:
        this.#block(statement, frame, out)
    }
  }

  #block(
    statement: Exclude<Statement, { kind: 'text' | 'output' | 'for' | 'if' | 'set' }>,
    frame: Frame,
    out: Output,
  ): void {
    const runtime = this.#runtime
    switch (statement.kind) {
      case 'capture': {
        const text = this.#madeOf(statement.body, new Frame(frame))
        assign(statement.target, this.#filtered(statement.filter, text, frame), frame, runtime)
        break
      }
      case 'filter':
        out.write(
          finalText(this.#filtered(statement.filter, this.#madeOf(statement.body, new Frame(frame)), frame)),
        )
        break
      case 'macro':
        frame.set(statement.name, this.#macro(statement.name, statement.parameters, statement.body, frame))
        break
      case 'call':
        out.write(this.#call(statement, frame))
        break
      case 'with': {
        const inner = new Frame(frame)
        const values = statement.bindings.map(({ value }) => this.#value(value, frame))
        for (const [index, { target }] of statement.bindings.entries()) {
          assign(target, values[index] ?? null, inner, runtime)
        }
        this.#statements(statement.body, inner, out)
        break
      }
      case 'block':
        // What extends another template only says what goes into that one's blocks.
        if (!this.#blocks.extending) out.write(this.#namedBlock(statement.name, 0, new Frame(frame)))
        break
      case 'extends': {
        const name = this.#templateName(statement.template, frame)
        this.#blocks.extends(this.#files.load(name, statement.at, runtime))
        break
      }
      default:
        this.#otherFile(statement, frame, out)
    }
  }

  /** What is given a name; a text that stays one does so wherever the name is written. */
  #value(node: Expression, frame: Frame): Item {
    const value = evaluate(node, frame, this.#runtime)
    if (typeof value === 'string' && this.#keeps(node, value, frame)) this.#runtime.kept.add(value)
    return value
  }

  /** The text that `{{ … }}` leaves: nothing for None, lists for views, an error for undefined. */
  #output(node: Expression, frame: Frame, out: Output): void {
    const value = evaluate(node, frame, this.#runtime)
    out.write(this.#runtime.wrote(finalText(value)), () => this.#keeps(node, value, frame))
  }

  #filtered(node: FilterExpression | undefined, text: Item, frame: Frame): Item {
    if (!node) return text
    const inner = node.operand?.kind === 'filter' ? node.operand : undefined
    return filter(node, this.#filtered(inner, text, frame), frame, this.#runtime)
  }

  #for(statement: ForStatement, frame: Frame, out: Output): void {
    const runtime = this.#runtime
    const over = evaluate(statement.over, frame, runtime)
    runtime.at = statement.over.at
    const statements = (body: readonly Statement[], inner: Frame, into: Output): void =>
      this.#statements(body, inner, into)
    runLoop(statement, over, { frame, depth: 0, out }, { runtime, statements })
  }

  #macro(name: string, parameters: Parameter[], body: Statement[], frame: Frame): Macro {
    const runtime = this.#runtime
    const { source } = runtime
    return new Macro({
      name,
      parameters,
      body,
      source,
      render: (names, missing) =>
        runtime.within(source, () => {
          const inner = new Frame(frame)
          for (const [key, value] of names) inner.set(key, value)
          for (const parameter of parameters) {
            const absent = missing(parameter)
            if (absent === undefined) continue
            inner.set(
              parameter.name,
              parameter.default ? evaluate(parameter.default, inner, runtime) : absent,
            )
          }
          return this.#madeOf(body, inner)
        }),
    })
  }

  #call(statement: Statement & { kind: 'call' }, frame: Frame): string {
    const args = evaluateArguments(statement.call.args, frame, this.#runtime)
    args.named.set('caller', this.#macro('caller', statement.parameters, statement.body, frame))
    return finalText(callWith(statement.call, args, frame, this.#runtime))
  }

  #namedBlock(name: string, level: number, frame: Frame): string {
    const block = this.#blocks.at(name, level)
    if (!block) throw this.#blocks.noSuper(name)
    if (block.required)
      throw new Mistake(`the block '${name}' must be filled by a template that extends this one`)
    frame.set(
      'super',
      this.#blocks.caller(() => this.#namedBlock(name, level + 1, new Frame(frame))),
    )
    return this.#runtime.deeper(() =>
      this.#runtime.within(block.source, () => this.#captured(block.body, frame)),
    )
  }

  #templateName(node: Expression, frame: Frame): Item {
    const name = evaluate(node, frame, this.#runtime)
    this.#runtime.at = node.at
    return name
  }

  #otherFile(
    statement: Statement & { kind: 'include' | 'import' | 'from' },
    frame: Frame,
    out: Output,
  ): void {
    const runtime = this.#runtime
    const names = this.#templateName(statement.template, frame)
    const missing = statement.kind === 'include' && statement.ignoreMissing
    const file = this.#files.find(names, missing, runtime)
    if (!file) return
    const inner = statement.withContext ? new Frame(frame) : new Frame()
    const own = statement.withContext ? runtime : this.#files.isolated(runtime)
    const text = runtime.deeper(() => new Renderer(own, this.#files, this.#made).template(file, inner))
    if (statement.kind === 'include') out.write(text)
    else if (statement.kind === 'import') frame.set(statement.name, new Module(inner.own(), text))
    else {
      for (const { name, as } of statement.names) {
        frame.set(as, inner.own().get(name) ?? this.#notExported(name, file.source))
      }
    }
  }

  #notExported(name: string, source: Source): Undefined {
    return new Undefined(`${source.place.file} has no '${name}' to import`)
  }
}
