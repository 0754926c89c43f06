import { HakubeError, type Place } from '../errors.ts'
import type { Dict, Key, Value } from '../value.ts'
import type { Statement } from './ast.ts'
import { truthy } from './compare.ts'
import { evaluate } from './evaluate.ts'
import { TemplateFiles } from './files.ts'
import { runFilter } from './filters/index.ts'
import { Frame } from './frame.ts'
import { GLOBALS } from './globals.ts'
import { readHeader } from './header.ts'
import type { LexerOptions } from './tokens.ts'
import { parseLiteral } from './literal.ts'
import { keepsText, looksLikeData, writtenAt } from './kept-text.ts'
import { findLookup, LookupFailure } from './lookups.ts'
import { Source } from './mistakes.ts'
import type { Output } from './output.ts'
import { Renderer } from './render.ts'
import { toValue } from './result.ts'
import { type Environment, type Library, Runtime, type Scope } from './runtime.ts'
import { parseExpression, parseTemplate, PLAYBOOK_OPTIONS, type Parsed } from './template.ts'
import { runTest } from './tests.ts'
import type { Item } from './things.ts'

export { checkCondition, checkExpression, checkTemplate, checkValue, freeVariables } from './check.ts'
export type { VariablePath } from './kept-text.ts'
export { type Lookup, type LookupContext, LookupFailure, type Lookups } from './lookups.ts'
export { UndefinedVariable } from './mistakes.ts'
export { repr, str } from './print.ts'
export type { Environment, Limits, LoadedTemplate, Scope } from './runtime.ts'

/**
 * The value of the variable `omit`: the scope gives it under that name, and whoever takes a rendered argument
 * leaves the argument out when it equals this. The NUL keeps users' texts from ever being it.
 */
export const OMIT = '\u0000omit\u0000'

const library: Library = { filter: runFilter, test: runTest, global: (name) => GLOBALS.get(name) }

export interface ExpressionOptions {
  /** Backslashes in strings stand for themselves, as in `{{ }}` of playbook values. Off by default. */
  doubleBackslashes?: boolean
}

export interface CompiledExpression {
  /** The value. Throws a HakubeError with its place; an undefined result is one, too. */
  evaluate(scope: Scope, environment?: Environment): Value
}

/** Compiles a bare expression (what stands between `{{` and `}}`). Throws a HakubeError for syntax errors. */
export function compileExpression(
  text: string,
  place: Place,
  options: ExpressionOptions = {},
): CompiledExpression {
  const parsed = parseExpression(text, place, options.doubleBackslashes ?? false)
  return {
    evaluate(scope, environment = {}) {
      const runtime = start(parsed, place, scope, environment)
      return runtime.locating(() => toValue(evaluate(parsed.body, new Frame(), runtime)))
    },
  }
}

/**
 * Whether a condition such as `when` holds: the truth of a bare expression. A condition with `{{ }}` is first
 * rendered, and what it says is then the condition. Undefined variables are errors.
 */
export function evaluateCondition(
  text: string,
  place: Place,
  scope: Scope,
  environment: Environment = {},
): boolean {
  let condition = text
  if (isTemplate(text)) {
    const value = renderValue(text, place, scope, environment)
    if (typeof value !== 'string') return truthy(value)
    condition = value
  }
  if (condition.trim() === '') return false
  const parsed = parseExpression(condition, place, false)
  const runtime = start(parsed, place, scope, environment)
  return runtime.locating(() => truthy(evaluate(parsed.body, new Frame(), runtime)))
}

/** What a lookup makes of these terms. Throws a HakubeError with this place where it fails. */
export function runLookup(
  name: string,
  terms: Value[],
  options: Dict,
  scope: Scope,
  environment: Environment,
  place: Place,
): Value[] {
  try {
    const found = findLookup(name, environment.lookups)(terms, options, {
      scope,
      random: () => environment.random?.() ?? Math.random(),
    })
    // Items are variables, and those hold no tuples.
    return found.map(toValue)
  } catch (error) {
    if (!(error instanceof LookupFailure)) throw error
    throw new HakubeError(error.message, { code: 'lookup-failed', place })
  }
}

/** Whether a text has anything to render. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#')
}

/**
 * Renders a playbook value. Wholly one `{{ … }}`: the expression's own value. Anything else: text. A templated
 * text that is True or False, or begins with [ or { and reads as a Python or JSON literal, becomes data, unless a
 * filter such as to_json made it.
 *
 * `place` is where the text begins: its first character, for columns of the first line to be right.
 */
export function renderValue(text: string, place: Place, scope: Scope, environment: Environment = {}): Value {
  if (!isTemplate(text)) return text
  const parsed = parseTemplate(text, place, PLAYBOOK_OPTIONS)
  const runtime = start(parsed, place, scope, environment)
  const [only, ...more] = parsed.body
  if (only?.kind !== 'output' || more.length > 0) {
    const out = renderBody(parsed, runtime)
    const whole = withNewlines(out.text, text)
    return runtime.locating(() => out.isKept) ? whole : data(whole)
  }
  const value = runtime.locating(() => toValue(evaluate(only.value, new Frame(), runtime)))
  if (typeof value !== 'string') return value
  const whole = withNewlines(value, text)
  const isText = looksLikeData(value) && runtime.locating(() => keepsText(only.value, value, runtime))
  return isText ? whole : data(whole)
}

/**
 * Whether a text at this place of a variable's value, as it is written, stays one wherever the variable is handed
 * on: a filter such as to_json makes it. `text` is what it is rendered to.
 */
export function staysText(
  written: Value,
  keys: readonly Key[],
  text: string,
  see: { place: Place; scope: Scope; environment: Environment },
): boolean {
  const template = writtenAt(written, keys)
  if (typeof template !== 'string' || !isTemplate(template)) return false
  const parsed = parseTemplate(template, see.place, PLAYBOOK_OPTIONS)
  const [only, ...more] = parsed.body
  const runtime = start(parsed, see.place, see.scope, see.environment)
  if (only?.kind !== 'output' || more.length > 0) {
    const out = renderBody(parsed, runtime)
    return withNewlines(out.text, template) === text && runtime.locating(() => out.isKept)
  }
  return runtime.locating(() => keepsText(only.value, text, runtime))
}

/** What Ansible makes of a rendered text: data, where it is True or False, or begins with [ or { and reads so. */
export function data(text: string): Value {
  return toValue(literal(text))
}

/** The same within a template, where a tuple is one. */
function literal(text: string): Item {
  return (looksLikeData(text) ? parseLiteral(text) : undefined) ?? text
}

function renderBody(parsed: Parsed<Statement[]>, runtime: Runtime): Output {
  const renderer = new Renderer(runtime, new TemplateFiles(PLAYBOOK_OPTIONS), literal)
  return renderer.output({ ...parsed, source: runtime.source }, new Frame())
}

/** Jinja drops newlines at the end; Ansible puts back as many as are missing. */
function withNewlines(rendered: string, original: string, newline = '\n'): string {
  const missing = endNewlines(original) - endNewlines(rendered)
  return missing > 0 ? rendered + newline.repeat(missing) : rendered
}

function endNewlines(text: string): number {
  let at = text.length
  while (text[at - 1] === '\n') at -= 1
  return text.length - at
}

function start(parsed: Parsed<unknown>, place: Place, scope: Scope, environment: Environment): Runtime {
  const runtime = new Runtime(scope, environment, library, new Source(parsed.text, place))
  if (parsed.changesInPlace) runtime.copies = new Map()
  return runtime
}

/** How a template is written, where its first line does not say otherwise. */
export interface TemplateLayout {
  /** Drop the newline after a block tag. On by default. */
  trimBlocks?: boolean
  /** Drop white space before a block tag on its line. Off by default. */
  lstripBlocks?: boolean
  /** What a line ends with in the result; \n without it. */
  newline?: string
  delimiters?: Partial<LexerOptions['delimiters']>
}

export interface TemplateOptions extends TemplateLayout {
  /** The template's file, for error places. */
  file: string
  /**
   * Keep the last newline of the file even where the output before it already ends in one. On by default;
   * Ansible's template module behaves as with false.
   */
  keepTrailingNewline?: boolean
}

export interface CompiledTemplate {
  /** The text. Throws a HakubeError with its place. */
  render(scope: Scope, environment?: Environment): string
}

/** Compiles a template file, honouring a `#jinja2:` header. Throws a HakubeError for syntax errors. */
export function compileTemplate(text: string, options: TemplateOptions): CompiledTemplate {
  const headed = readHeader(text, lexerOptions(options), { file: options.file })
  const place: Place = { file: options.file, line: headed.firstLine }
  const parsed = parseTemplate(headed.text, place, headed.options)
  return {
    render(scope, environment = {}) {
      const runtime = start(parsed, place, scope, environment)
      const renderer = new Renderer(runtime, new TemplateFiles(headed.options))
      const rendered = renderer.template({ ...parsed, source: runtime.source }, new Frame())
      return withNewlines(rendered, text, headed.options.newline)
    },
  }
}

function lexerOptions(options: TemplateOptions): LexerOptions {
  return {
    trimBlocks: options.trimBlocks ?? true,
    lstripBlocks: options.lstripBlocks ?? false,
    keepTrailingNewline: options.keepTrailingNewline ?? true,
    doubleBackslashes: false,
    delimiters: { ...PLAYBOOK_OPTIONS.delimiters, ...options.delimiters },
    ...(options.newline !== undefined && { newline: options.newline }),
  }
}
