import { tooMany, unknownArgument } from './arguments.ts'
import type { Parameter, Statement } from './ast.ts'
import { Mistake, type Source } from './mistakes.ts'
import type { Runtime } from './runtime.ts'
import { type Args, type Item, type ItemDict, Opaque, tuple } from './things.ts'
import { Undefined } from './undefined.ts'
import { visitExpressions } from './visit.ts'

export interface MacroParts {
  name: string
  parameters: Parameter[]
  body: Statement[]
  source: Source
  /** Renders the body with these names set, as the template it stands in sees it. */
  render(names: Map<string, Item>, defaults: (parameter: Parameter) => Item | undefined): Item
}

/** A macro, or the body of a call block (`caller`). */
export class Macro extends Opaque {
  readonly typeName = 'Macro'
  readonly #parts: MacroParts
  readonly #uses: ReadonlySet<string>

  constructor(parts: MacroParts) {
    super()
    this.#parts = parts
    this.#uses = specialNames(parts.body)
  }

  override attribute(name: string): Item | undefined {
    if (name === 'name') return this.#parts.name
    if (name === 'catch_kwargs') return this.#uses.has('kwargs')
    if (name === 'catch_varargs') return this.#uses.has('varargs')
    if (name === 'caller') return this.#uses.has('caller')
    if (name === 'arguments') return tuple(this.#parts.parameters.map((parameter) => parameter.name))
    return undefined
  }

  override repr(): string {
    return `<Macro '${this.#parts.name}'>`
  }

  override call(args: Args, runtime: Runtime): Item {
    const names = this.#bind(args)
    return runtime.deeper(() =>
      this.#parts.render(names, (parameter) => (names.has(parameter.name) ? undefined : missing(parameter))),
    )
  }

  #bind({ positional, named }: Args): Map<string, Item> {
    const { parameters, name } = this.#parts
    const out = new Map<string, Item>()
    for (const [index, parameter] of parameters.entries()) {
      const value = index < positional.length ? positional[index] : named.get(parameter.name)
      if (value !== undefined) out.set(parameter.name, value)
    }
    const extra = positional.slice(parameters.length)
    if (this.#uses.has('varargs')) out.set('varargs', tuple(extra))
    else if (extra.length > 0) throw prefixed(name, tooMany(parameters.length, positional.length))
    this.#keywords(named, out)
    return out
  }

  #keywords(named: Map<string, Item>, out: Map<string, Item>): void {
    const { parameters, name } = this.#parts
    const known = parameters.map((parameter) => parameter.name)
    const rest: ItemDict = new Map()
    for (const [key, value] of named) {
      if (key === 'caller' && !known.includes(key)) {
        if (this.#uses.has('caller')) out.set(key, value)
        else if (this.#uses.has('kwargs')) rest.set(key, value)
        else throw new Mistake(`the macro '${name}' does not use its call block`)
      } else if (!known.includes(key)) rest.set(key, value)
    }
    if (this.#uses.has('kwargs')) return void out.set('kwargs', rest)
    for (const key of rest.keys()) throw prefixed(name, unknownArgument(String(key), known))
  }
}

function prefixed(name: string, mistake: Mistake): Mistake {
  return new Mistake(`macro '${name}': ${mistake.message}`, { hint: mistake.hint })
}

function missing(parameter: Parameter): Item {
  return new Undefined(`the parameter '${parameter.name}' was not given`)
}

/** Which of a macro's special names its body reads; only then it takes what they hold. */
function specialNames(body: Statement[]): ReadonlySet<string> {
  const special = new Set(['caller', 'varargs', 'kwargs'])
  const used = new Set<string>()
  visitExpressions(body, (node) => {
    if (node.kind === 'name' && special.has(node.name)) used.add(node.name)
  })
  return used
}

/** What `import` gives: the names a template set at its top. */
export class Module extends Opaque {
  readonly typeName = 'TemplateModule'
  readonly #names: ReadonlyMap<string, Item>
  readonly #text: string

  constructor(names: ReadonlyMap<string, Item>, text: string) {
    super()
    this.#names = names
    this.#text = text
  }

  override attribute(name: string): Item | undefined {
    return name.startsWith('_') ? undefined : this.#names.get(name)
  }

  override repr(): string {
    return this.#text
  }
}
