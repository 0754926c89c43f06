import { access } from 'node:fs/promises'
import { HakubeError, type Place } from '../errors.ts'
import { renderHandlebars } from '../handlebars.ts'
import {
  compileExpression,
  compileTemplate,
  evaluateCondition,
  str,
  type TemplateLayout,
} from '../jinja/index.ts'
import type { Controller } from '../task.ts'
import type { Dict, Value } from '../value.ts'
import { isEncrypted } from '../vault/envelope.ts'
import type { TaskScope } from '../variables/scope.ts'
import { Vault } from '../vault/vault.ts'
import type { ControllerFiles } from './controller-files.ts'
import { withOwn } from './lookups/template.ts'
import type { Origin } from './model.ts'
import { searchPath } from './search.ts'
import { templateVariables } from './template-variables.ts'
import { variablesIn } from './sources.ts'

/** What one task may use on the controller: its variables, and the files beside the playbook. */
export class TaskController implements Controller {
  readonly verbosity: number
  readonly tolerant: boolean
  readonly #scope: TaskScope
  readonly #place: Place
  readonly #origin: Origin
  readonly #playbookDir: string
  readonly #files: ControllerFiles
  readonly #vault: Vault

  constructor(options: {
    scope: TaskScope
    place: Place
    origin: Origin
    playbookDir: string
    files: ControllerFiles
    vault?: Vault | undefined
    verbosity: number
    tolerant?: boolean
  }) {
    this.tolerant = options.tolerant ?? false
    this.verbosity = options.verbosity
    this.#scope = options.scope
    this.#place = options.place
    this.#origin = options.origin
    this.#playbookDir = options.playbookDir
    this.#files = options.files
    this.#vault = options.vault ?? new Vault([])
  }

  async readFile(
    name: string,
    from: 'files' | 'templates',
    { decrypt = true }: { decrypt?: boolean } = {},
  ): Promise<{ path: string; content: Buffer }> {
    const candidates = this.#candidates(name, from)
    for (const path of candidates) {
      const content = await this.#files.read(path)
      if (content) return { path, content: decrypt ? this.#vault.content(content, path) : content }
    }
    throw this.#missing(name, candidates)
  }

  decrypt(path: string, content: Buffer): Buffer {
    return this.#vault.content(content, path)
  }

  async readVariables(name: string): Promise<{ path: string; variables: Dict }> {
    const candidates = this.#candidates(name, 'vars')
    for (const path of candidates) {
      const bytes = await this.#files.read(path)
      if (!bytes) continue
      const text = { text: this.#vault.content(bytes, path).toString('utf8'), hidden: isEncrypted(bytes) }
      const raw = variablesIn(text, path, (values) => this.#vault.hide(values))
      return { path, variables: new Map([...raw].map(([key, { value }]) => [key, value])) }
    }
    throw this.#missing(name, candidates)
  }

  async findFile(name: string, from: 'files' | 'templates' | 'vars'): Promise<string> {
    const candidates = this.#candidates(name, from)
    for (const path of candidates) {
      this.#files.settled(path)
      if (
        await access(path).then(
          () => true,
          () => false,
        )
      )
        return path
    }
    throw this.#missing(name, candidates)
  }

  async renderTemplate(
    name: string,
    layout: TemplateLayout = {},
    dest?: string,
  ): Promise<{ path: string; text: string }> {
    const { path, content } = await this.readFile(name, 'templates')
    const text = content.toString('utf8')
    if (path.endsWith('.hbs')) return { path, text: renderHandlebars(text, path, this.#scope) }
    const template = compileTemplate(text, { ...layout, file: path, keepTrailingNewline: false })
    const managed = str(this.#scope.lookup('ansible_managed') ?? '')
    const own = await templateVariables(managed, { name, path, dest })
    return { path, text: template.render(withOwn(this.#scope, own), this.#scope.environment) }
  }

  evaluate(expression: string): Value {
    return compileExpression(expression, this.#place).evaluate(this.#scope, this.#scope.environment)
  }

  test(expression: string): boolean {
    return evaluateCondition(expression, this.#place, this.#scope, this.#scope.environment)
  }

  variable(name: string): Value | undefined {
    return this.#scope.lookup(name)
  }

  placeOf(host: string, variable: string): Place | undefined {
    return this.#scope.placeOf(host, variable)
  }

  #missing(name: string, candidates: readonly string[]): HakubeError {
    this.#files.missing()
    return new HakubeError(`there is no file ${name} on this machine`, {
      code: 'file-not-found',
      place: this.#place,
      hint: `looked for ${candidates.join(', ')}`,
    })
  }

  #candidates(name: string, from: 'files' | 'templates' | 'vars'): string[] {
    return searchPath(name, from, this.#origin, this.#playbookDir)
  }
}
