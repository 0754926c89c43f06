import { HakubeError, type Place } from '../errors.ts'
import type { Expression, Statement, Target } from './ast.ts'
import { GLOBALS } from './globals.ts'
import { readHeader } from './header.ts'
import { isTemplate } from './index.ts'
import { parseExpression, parseTemplate, PLAYBOOK_OPTIONS } from './template.ts'
import type { Delimiters } from './tokens.ts'
import { visitExpressions } from './visit.ts'

export interface CheckOptions {
  /** The lookups the environment will have; without it lookups are not checked. */
  lookups?: ReadonlySet<string>
  /** What a template is written with, where that is not the usual. */
  delimiters?: Partial<Delimiters> | undefined
}

/** What is wrong with a template file, as far as it shows without evaluating: none or one error. */
export function checkTemplate(text: string, file: string, options: CheckOptions = {}): HakubeError[] {
  return found(() => {
    const usual = {
      ...PLAYBOOK_OPTIONS,
      delimiters: { ...PLAYBOOK_OPTIONS.delimiters, ...options.delimiters },
    }
    const { text: body, options: lexer, firstLine } = readHeader(text, usual, { file })
    const place = { file, line: firstLine }
    parseTemplate(body, place, { ...lexer, doubleBackslashes: false }, options.lookups)
  })
}

/** What is wrong with a playbook value: syntax, unknown filters, tests and lookups. */
export function checkValue(text: string, place: Place, options: CheckOptions = {}): HakubeError[] {
  if (!isTemplate(text)) return []
  return found(() => void parseTemplate(text, place, PLAYBOOK_OPTIONS, options.lookups))
}

/** What is wrong with a bare expression. */
export function checkExpression(text: string, place: Place, options: CheckOptions = {}): HakubeError[] {
  return found(() => void parseExpression(text, place, false, options.lookups))
}

/** What is wrong with a condition: a bare expression, or a template that gives one. */
export function checkCondition(text: string, place: Place, options: CheckOptions = {}): HakubeError[] {
  if (isTemplate(text)) return checkValue(text, place, options)
  return text.trim() === '' ? [] : checkExpression(text, place, options)
}

function found(parse: () => void): HakubeError[] {
  try {
    parse()
    return []
  } catch (error) {
    if (error instanceof HakubeError) return [error]
    throw error
  }
}

/**
 * The variables that a playbook value or (with `bare`) an expression reads and does not set itself, each once, in
 * order. Names inside included templates are not among them.
 */
export function freeVariables(text: string, place: Place, options: { bare?: boolean } = {}): string[] {
  if (options.bare === true) return names(parseExpression(text, place, false).body, new Set())
  if (!isTemplate(text)) return []
  const { body } = parseTemplate(text, place, PLAYBOOK_OPTIONS)
  return names(body, setNames(body))
}

function names(root: Expression | readonly Statement[], own: ReadonlySet<string>): string[] {
  const out = new Set<string>()
  visitExpressions(root, (node) => {
    if (node.kind === 'name' && !own.has(node.name) && !GLOBALS.has(node.name)) out.add(node.name)
  })
  return [...out]
}

/** Every name the statements set anywhere: a name both set and read is taken for their own. */
function setNames(body: readonly Statement[]): ReadonlySet<string> {
  const out = new Set<string>(['loop', 'caller', 'varargs', 'kwargs', 'super', 'self'])
  const visit = (statement: Statement): void => {
    if ('target' in statement) addTarget(statement.target, out)
    if (statement.kind === 'with') for (const { target } of statement.bindings) addTarget(target, out)
    if ('parameters' in statement) for (const { name } of statement.parameters) out.add(name)
    if (statement.kind === 'macro' || statement.kind === 'import') out.add(statement.name)
    if (statement.kind === 'from') for (const { as } of statement.names) out.add(as)
    if (statement.kind === 'if') for (const branch of statement.branches) branch.body.forEach(visit)
    if ('body' in statement) statement.body.forEach(visit)
    if ('otherwise' in statement) statement.otherwise.forEach(visit)
  }
  body.forEach(visit)
  return out
}

function addTarget(target: Target, out: Set<string>): void {
  if (target.kind === 'name') out.add(target.name)
  if (target.kind === 'tuple') for (const item of target.items) addTarget(item, out)
}
