import type { Statement } from './ast.ts'
import type { LexerOptions } from './tokens.ts'
import { iterate } from './compare.ts'
import { Mistake, Source } from './mistakes.ts'
import { Runtime, type Scope } from './runtime.ts'
import { Callable, type Item, Opaque } from './things.ts'
import { parseTemplate } from './template.ts'

/** A template that is part of a render. */
export interface TemplateFile {
  body: readonly Statement[]
  source: Source
  changesInPlace: boolean
}

/** Loads the templates that others include, import or extend. */
export class TemplateFiles {
  readonly #options: LexerOptions

  constructor(options: LexerOptions) {
    this.#options = options
  }

  /** The first template of these names that there is. */
  find(names: Item, mayMiss: boolean, runtime: Runtime): TemplateFile | undefined {
    const list = typeof names === 'string' ? [names] : [...iterate(names)]
    for (const name of list) {
      const file = typeof name === 'string' ? this.#load(name, runtime) : undefined
      if (file) return file
    }
    if (mayMiss) return undefined
    const shown = list.map(String).join(', ')
    throw new Mistake(`there is no template ${shown}`, {
      code: 'template-not-found',
      hint: 'Templates are looked for in templates/ beside the role or playbook, and beside the template.',
    })
  }

  load(name: Item, _at: number, runtime: Runtime): TemplateFile {
    const file = this.find(name, false, runtime)
    if (!file) throw new Mistake('there is no such template')
    return file
  }

  #load(name: string, runtime: Runtime): TemplateFile | undefined {
    const loaded = runtime.environment.load?.(name, runtime.source.place.file)
    if (!loaded) return undefined
    const place = { file: loaded.file }
    // The last newline of an included file goes, whatever the outer one keeps, and a header in it is but text.
    const parsed = parseTemplate(loaded.text, place, { ...this.#options, keepTrailingNewline: false })
    if (parsed.changesInPlace) runtime.copies ??= new Map()
    return { ...parsed, source: new Source(parsed.text, place) }
  }

  /** For imports without context: the same world, but no variables. */
  isolated(runtime: Runtime): Runtime {
    const nothing: Scope = { lookup: () => undefined }
    return new Runtime(nothing, runtime.environment, runtime.library, runtime.source)
  }
}

interface NamedBlock {
  body: readonly Statement[]
  source: Source
  /** A template that extends this one has to give it. */
  required: boolean
}

/** The variable `self` of a template with blocks. */
export class BlockNames extends Opaque {
  readonly typeName = 'TemplateReference'
  readonly #find: (name: string) => Callable | undefined

  constructor(find: (name: string) => Callable | undefined) {
    super()
    this.#find = find
  }

  override attribute(name: string): Item | undefined {
    return this.#find(name)
  }
}

/** The blocks of a template and of those it extends, the most derived first. */
export class Blocks {
  readonly #byName = new Map<string, NamedBlock[]>()
  #parent: TemplateFile | undefined

  add(file: TemplateFile): void {
    collect(file.body, ({ name, body, required }) => {
      const known = this.#byName.get(name) ?? []
      known.push({ body, source: file.source, required })
      this.#byName.set(name, known)
    })
  }

  extends(parent: TemplateFile): void {
    if (this.#parent) throw new Mistake('extended multiple times')
    this.#parent = parent
  }

  /** The template at hand has said which one it extends. */
  get extending(): boolean {
    return this.#parent !== undefined
  }

  takeParent(): TemplateFile | undefined {
    const parent = this.#parent
    this.#parent = undefined
    return parent
  }

  get any(): boolean {
    return this.#byName.size > 0
  }

  at(name: string, level: number): NamedBlock | undefined {
    return this.#byName.get(name)?.[level]
  }

  noSuper(name: string): Mistake {
    return new Mistake(`there is no parent block of '${name}'`)
  }

  caller(render: () => string): Callable {
    return new Callable('super', render)
  }
}

function collect(body: readonly Statement[], found: (block: Statement & { kind: 'block' }) => void): void {
  for (const statement of body) {
    if (statement.kind === 'block') found(statement)
    for (const inner of innerBodies(statement)) collect(inner, found)
  }
}

function innerBodies(statement: Statement): (readonly Statement[])[] {
  if (statement.kind === 'if')
    return [...statement.branches.map((branch) => branch.body), statement.otherwise]
  if (statement.kind === 'for') return [statement.body, statement.otherwise]
  return 'body' in statement ? [statement.body] : []
}
