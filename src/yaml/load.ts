import { isScalar, visit } from 'yaml'
import type { Document, ParsedNode, YAMLError } from 'yaml'
import { HakubeError, throwAll } from '../errors.ts'
import { buildNode } from './build.ts'
import { compose } from './compose.ts'
import { syntaxHint } from './hints.ts'
import type { Warning, YamlNode } from './node.ts'
import { jsonScalar, plainScalar } from './scalar.ts'
import { Source } from './source.ts'
import { FILE_TAGS, type TagReader } from './tags.ts'

export { toValue, entryOf, describe } from './node.ts'
export type { YamlNode, YamlScalar, YamlSequence, YamlMapping, YamlEntry, Warning } from './node.ts'

export interface YamlDoc {
  /** Undefined for an empty document. */
  root: YamlNode | undefined
  warnings: Warning[]
}

export interface YamlOptions {
  /** Readers of tags such as `!vault`. A tag without a reader is refused. */
  tags?: ReadonlyMap<string, TagReader> | undefined
  /** The text comes out of an encrypted file: no place shows a line of it. */
  hidden?: boolean | undefined
  /** Numbers in a text that is JSON are YAML's all the same: `1e3` is text, as PyYAML has it. */
  jsonIsYaml?: boolean | undefined
  /** Gets what is legal but surely not meant, such as a duplicate key. */
  onWarning?: ((warning: Warning) => void) | undefined
}

// One slip often makes every later line wrong too: more than this helps nobody.
const MAX_ERRORS = 10
// PyYAML's set of characters that may not appear in a stream: mostly signs of a binary file.
const UNPRINTABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\p{Surrogate}/u

/**
 * Reads all documents of a YAML 1.1 text as PyYAML would.
 * Throws HakubeError (HakubeErrors for several) with code `yaml-syntax` and the place of every mistake.
 */
export function parseYaml(text: string, file: string, options: YamlOptions = {}): YamlDoc[] {
  const json = isJson(text)
  // In valid JSON a raw tab is always a blank, but YAML would refuse it as indentation.
  const source = new Source(json ? text.replaceAll('\t', ' ') : text, file, options.hidden)
  refuseUnprintable(source)
  try {
    return parse(source, json, options)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new HakubeError('the YAML is nested too deeply', {
      code: 'yaml-syntax',
      place: { file },
      cause: error,
    })
  }
}

/**
 * Reads a YAML file that must be a single document; undefined when it is empty. Values encrypted by Ansible Vault
 * become EncryptedText. Throws like parseYaml, and for a second document.
 */
export function loadYaml(text: string, file: string, options: YamlOptions = {}): YamlNode | undefined {
  const [first, second] = parseYaml(text, file, { tags: FILE_TAGS, ...options })
  if (second) {
    throw new HakubeError('a second document starts in this file', {
      code: 'yaml-syntax',
      place: second.root?.place ?? { file },
      hint: 'Remove the line "---" or "..." between the documents, or split the file.',
    })
  }
  return first?.root
}

function parse(source: Source, json: boolean, options: YamlOptions): YamlDoc[] {
  const scalar = json && options.jsonIsYaml !== true ? jsonScalar : plainScalar
  const errors: HakubeError[] = []
  const docs = compose(source).map((document): YamlDoc => {
    for (const error of document.errors) errors.push(syntaxError(source, document, error))
    const warnings: Warning[] = []
    const { contents } = document
    if (!contents || isNothing(contents)) return { root: undefined, warnings }
    // Even a broken document is built, so that its other mistakes are told at the same time.
    const root = buildNode(contents, {
      source,
      json,
      scalar,
      errors,
      warnings,
      tags: options.tags ?? new Map(),
    })
    return { root, warnings }
  })
  report(errors)
  for (const doc of docs) for (const warning of doc.warnings) options.onWarning?.(warning)
  return docs
}

function isNothing(contents: ParsedNode): boolean {
  return (
    isScalar(contents) && contents.source === '' && contents.type === 'PLAIN' && contents.tag === undefined
  )
}

/** Throws the errors in the order of the text, one per line: the parser often repeats itself. */
function report(errors: readonly HakubeError[]): void {
  const perLine = new Map<number | undefined, HakubeError>()
  for (const error of errors) {
    if (!perLine.has(error.place?.line)) perLine.set(error.place?.line, error)
  }
  const sorted = [...perLine.values()].sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0))
  throwAll(sorted.slice(0, MAX_ERRORS))
}

function syntaxError(source: Source, document: Document.Parsed, error: YAMLError): HakubeError {
  const { code, message } = error
  const isQuote = code === 'MISSING_CHAR' && message.includes('quote')
  const offset = isQuote ? startOfText(document, error.pos[0]) : error.pos[0]
  const place = source.placeAt(offset)
  const text = isQuote ? 'this quote is not closed' : lowerFirst(message)
  return new HakubeError(`invalid YAML: ${text}`, {
    code: 'yaml-syntax',
    place,
    hint: syntaxHint(code, message, place.source ?? ''),
  })
}

/** The start of the scalar that ends here: an unclosed quote may run to the end of the file. */
function startOfText(document: Document.Parsed, end: number): number {
  let start = end
  visit(document, {
    Scalar(_key, node) {
      if (node.range && node.range[0] < end && end <= node.range[2]) start = node.range[0]
    },
  })
  return start
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

function refuseUnprintable(source: Source): void {
  const match = UNPRINTABLE.exec(source.text)
  if (!match) return
  const point = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  throw new HakubeError(`invalid YAML: the character U+${point} is not allowed`, {
    code: 'yaml-syntax',
    place: source.placeAt(match.index),
    hint: 'Is this a text file? In double quotes such a character can be written as an escape, e.g. "\\x1b".',
  })
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
