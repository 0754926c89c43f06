import Handlebars from 'handlebars'
import { HakubeError, type Place } from './errors.ts'
import { didYouMean } from './suggest.ts'
import { Float, isDict } from './value.ts'
import { helpers } from './handlebars-helpers.ts'

/** Where a template's variables come from. */
export interface TemplateScope {
  /** A variable by its name; undefined = not defined. */
  lookup(name: string): unknown
}

interface Spot {
  line: number
  column: number
}

/**
 * Renders a Handlebars template strictly: text comes out as it is (nothing is escaped for HTML), and a name that
 * is not there, a null, or a list or dict where a text belongs is an error with the template's line and column.
 * Helpers: eq, not, and, or, length, join; if, unless, each, with and lookup are Handlebars' own.
 * Throws HakubeError `template-syntax`, `undefined-variable`, `not-printable`.
 */
export function renderHandlebars(text: string, file: string, scope: TemplateScope): string {
  const place = (spot: Spot): Place => ({ file, ...spot, ...lineOf(text, spot.line) })
  const engine = strictEngine(place)
  try {
    const template = engine.compile<TemplateScope>(text, {
      knownHelpersOnly: true,
      knownHelpers: known(engine),
      // Without it a null in the middle of a path would end the look-up silently.
      assumeObjects: true,
    })
    return template(scope)
  } catch (error) {
    throw error instanceof HakubeError ? error : asSyntaxError(error, place)
  }
}

function lineOf(text: string, line: number): { source?: string } {
  const source = text.split('\n')[line - 1]
  return source === undefined ? {} : { source }
}

function known(engine: typeof Handlebars): Record<string, boolean> {
  return Object.fromEntries(Object.keys(engine.helpers).map((name) => [name, true]))
}

/** The part of Handlebars' compiler that its documentation lets one replace, which its types leave out. */
interface Compiler {
  source: { currentLocation: { start: Spot } }
  popStack(): unknown
  appendToBuffer(code: unknown): unknown
  pushSource(code: unknown): void
  nameLookup(parent: unknown, name: string, type: string): unknown
  appendEscaped(): void
  compiler: new () => Compiler
}

/**
 * Handlebars' own strict mode leaves out the arguments of helpers ({{#if ha.typo}} is silently false) and
 * prints lists and nulls as garbage. So every look-up of a name and every output is compiled into a call of ours.
 */
function strictEngine(place: (spot: Spot) => Place): typeof Handlebars {
  const engine: typeof Handlebars & { JavaScriptCompiler?: new () => Compiler } = Handlebars.create()
  const Base = engine.JavaScriptCompiler
  if (!Base) throw new TypeError('this Handlebars has no compiler')
  class StrictCompiler extends Base {
    override nameLookup(parent: unknown, name: string, type: string): unknown {
      if (type !== 'context' && type !== 'data') return super.nameLookup(parent, name, type)
      return ['helpers["field of"](', parent, ', ', JSON.stringify(name), ', ', spotOf(this), ')']
    }
    override appendEscaped(): void {
      this.pushSource(this.appendToBuffer(['helpers["text of"](', this.popStack(), ', ', spotOf(this), ')']))
    }
  }
  engine.JavaScriptCompiler = StrictCompiler
  // The compiler of what stands inside blocks.
  StrictCompiler.prototype.compiler = StrictCompiler
  engine.registerHelper('field of', (parent: unknown, name: string, spot: Spot) =>
    field(parent, name, place(only(spot))),
  )
  engine.registerHelper('text of', (value: unknown, spot: Spot) => textOf(value, place(only(spot))))
  for (const [name, helper] of Object.entries(helpers)) engine.registerHelper(name, helper)
  return engine
}

function spotOf(compiler: Compiler): string {
  const { line, column } = compiler.source.currentLocation.start
  return JSON.stringify({ line, column: column + 1 })
}

/** Handlebars adds a field to the last argument of every helper. */
function only({ line, column }: Spot): Spot {
  return { line, column }
}

/** One step of a path such as ha.port. Only a thing's own fields count: nothing comes from a prototype. */
function field(parent: unknown, name: string, place: Place): unknown {
  const value = own(parent, name)
  if (value !== undefined) return value
  throw new HakubeError(`"${name}" is not defined`, {
    code: 'undefined-variable',
    place,
    hint: didYouMean(name, namesIn(parent)),
  })
}

function own(parent: unknown, name: string): unknown {
  if (isDict(parent)) return parent.get(name)
  if (isScope(parent)) return parent.lookup(name)
  if (Array.isArray(parent) && /^\d+$/.test(name)) return parent[Number(name)]
  if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) return undefined
  return Object.getOwnPropertyDescriptor(parent, name)?.value
}

function isScope(value: unknown): value is TemplateScope {
  return (
    typeof value === 'object' && value !== null && 'lookup' in value && typeof value.lookup === 'function'
  )
}

function namesIn(parent: unknown): string[] {
  return isDict(parent) ? [...parent.keys()].map(String) : []
}

function textOf(value: unknown, place: Place): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value)
  if (value instanceof Float) return value.value.toFixed(1)
  throw new HakubeError(`this is ${describe(value)} and cannot be printed`, {
    code: 'not-printable',
    place,
    hint: Array.isArray(value)
      ? 'use {{join list ", "}} or {{#each list}}'
      : 'name a field of it, or test it with {{#if}}',
  })
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isDict(value)) return 'a dict'
  return value === null || value === undefined ? 'null' : `a ${typeof value}`
}

/** Handlebars' parser says "Parse error on line 3:" and draws a picture; its compiler says "… - 3:7". */
function asSyntaxError(error: unknown, place: (spot: Spot) => Place): unknown {
  if (!(error instanceof Error)) return error
  const at = /^Parse error on line (\d+)/.exec(error.message)
  const after = / - (\d+):(\d+)$/.exec(error.message)
  if (!at && !after) return error
  const spot = at
    ? { line: Number(at[1]), column: 1 }
    : { line: Number(after?.[1]), column: Number(after?.[2]) + 1 }
  const unknownHelper = /used the unknown helper (\S+)/.exec(error.message)?.[1]
  const message = unknownHelper ? `there is no helper ${unknownHelper}` : lastLine(error.message)
  return new HakubeError(`this template cannot be read: ${message}`, {
    code: 'template-syntax',
    place: place(spot),
    hint: unknownHelper
      ? didYouMean(unknownHelper, [...Object.keys(helpers), 'if', 'unless', 'each', 'with', 'lookup'])
      : undefined,
    cause: error,
  })
}

function lastLine(message: string): string {
  return (message.split('\n').at(-1) ?? message).replace(/ - \d+:\d+$/, '')
}
