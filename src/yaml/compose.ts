import { Composer, Parser } from 'yaml'
import type { CST, Document } from 'yaml'
import { HakubeError } from '../errors.ts'
import { createLexer } from './lexer.ts'
import type { Source } from './source.ts'

const MAX_DEPTH = 200

/** Parses all documents of the text with the yaml package; syntax errors are in each document's `errors`. */
export function compose(source: Source): Document.Parsed[] {
  const composer = new Composer({
    // With the failsafe schema every scalar stays text, so that its type is decided here and not by YAML 1.2.
    schema: 'failsafe',
    version: '1.1',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  })
  const tokens = [...tokensOf(source.text)]
  for (const token of tokens) refuseDepth(token, source)
  return [...composer.compose(tokens)]
}

function* tokensOf(text: string): Generator<CST.Token> {
  const parser = new Parser()
  for (const lexeme of createLexer().lex(text)) yield* parser.next(lexeme)
  yield* parser.end()
}

/**
 * The composer calls itself for every level and a stack overflow cannot be caught safely (V8 may abort while
 * it compiles a regular expression), so the depth is checked on the token tree first, without recursion.
 */
function refuseDepth(root: CST.Token, source: Source): void {
  const open: { token: CST.Token; depth: number }[] = [{ token: root, depth: 0 }]
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.depth > MAX_DEPTH) {
      throw new HakubeError(`invalid YAML: nested more than ${MAX_DEPTH} levels deep`, {
        code: 'yaml-syntax',
        place: source.placeAt(next.token.offset),
      })
    }
    for (const token of childrenOf(next.token)) open.push({ token, depth: next.depth + 1 })
  }
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : []
  if (!('items' in token)) return []
  return token.items.flatMap((item) =>
    [item.key, item.value].filter((child) => child !== undefined && child !== null),
  )
}
