import type { Place } from '../errors.ts'
import type { Statement } from './ast.ts'
import { lexExpression, lexTemplate, normalize } from './lexer.ts'
import { DEFAULT_DELIMITERS, type LexerOptions } from './tokens.ts'
import type { Expression } from './ast.ts'
import { ExpressionParser } from './expressions.ts'
import { changesInPlace } from './visit.ts'
import { Mistake, Source } from './mistakes.ts'
import { knownNames } from './names.ts'
import { StatementParser } from './statements.ts'
import { TokenStream } from './stream.ts'

/** A parsed template. It knows no place: the same text may stand in many. */
export interface Parsed<T> {
  text: string
  body: T
  /** It calls methods such as append, so variables must be copied for it. */
  changesInPlace: boolean
}

export const PLAYBOOK_OPTIONS: LexerOptions = {
  trimBlocks: true,
  lstripBlocks: false,
  keepTrailingNewline: false,
  doubleBackslashes: true,
  delimiters: DEFAULT_DELIMITERS,
}

const CACHE_SIZE = 2000

/** Parsed texts, the oldest forgotten first. Parsing is pure: sharing changes nothing but the time it takes. */
class Cache<T> {
  readonly #parsed = new Map<string, Parsed<T>>()

  get(key: string, parse: () => Parsed<T>): Parsed<T> {
    const known = this.#parsed.get(key)
    if (known) return known
    const parsed = parse()
    const [oldest] = this.#parsed.keys()
    if (this.#parsed.size >= CACHE_SIZE && oldest !== undefined) this.#parsed.delete(oldest)
    this.#parsed.set(key, parsed)
    return parsed
  }
}

const templates = new Cache<Statement[]>()
const expressions = new Cache<Expression>()

function keyOf(text: string, options: LexerOptions, lookups: ReadonlySet<string> | undefined): string {
  const {
    trimBlocks,
    lstripBlocks,
    keepTrailingNewline,
    doubleBackslashes,
    delimiters,
    newline = '',
  } = options
  const flags = [trimBlocks, lstripBlocks, keepTrailingNewline, doubleBackslashes].map(Number).join('')
  const own = delimiters === DEFAULT_DELIMITERS ? '' : JSON.stringify(delimiters)
  return `${flags}${newline}${own}${lookups ? [...lookups].join() : ''}\0${text}`
}

/** Parses a template; what is wrong with it becomes a HakubeError at its place. */
export function parseTemplate(
  text: string,
  place: Place,
  options: LexerOptions,
  lookups?: ReadonlySet<string>,
): Parsed<Statement[]> {
  return templates.get(keyOf(text, options, lookups), () => {
    const source = normalize(text, options.keepTrailingNewline)
    return located(source, place, () => {
      const body = new StatementParser(lexTemplate(source, options), knownNames(lookups)).parse()
      return { text: source, body, changesInPlace: changesInPlace(body) }
    })
  })
}

/** Parses a bare expression. */
export function parseExpression(
  text: string,
  place: Place,
  doubleBackslashes: boolean,
  lookups?: ReadonlySet<string>,
): Parsed<Expression> {
  const options = { ...PLAYBOOK_OPTIONS, doubleBackslashes }
  return expressions.get(keyOf(text, options, lookups), () =>
    located(text, place, () => {
      const stream = new TokenStream(lexExpression(text, options))
      const body = new ExpressionParser(stream, knownNames(lookups)).tuple()
      stream.expect('end')
      return { text, body, changesInPlace: changesInPlace(body) }
    }),
  )
}

function located<T>(text: string, place: Place, run: () => T): T {
  try {
    return run()
  } catch (error) {
    const mistake = error instanceof RangeError ? tooDeep() : error
    if (mistake instanceof Mistake) throw new Source(text, place).locate(mistake, 0)
    throw error
  }
}

/** A text with thousands of operators in a row exhausts the stack instead of the parser's own count. */
function tooDeep(): Mistake {
  return new Mistake('nested too deeply', { code: 'template-limit' })
}
