import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Key } from '../value.ts'
import { Float } from '../value.ts'
import { quoteTemplate } from './hints.ts'
import { describe } from './node.ts'
import type { ScalarValue, Warning, YamlEntry, YamlMapping, YamlNode, YamlScalar } from './node.ts'
import type { Source } from './source.ts'
import { EncryptedText, JSON_KEY } from '../vault/encrypted-text.ts'
import type { PlaceAt } from '../vault/envelope.ts'
import { collectionTag, scalarTag, type TagReader } from './tags.ts'

export interface Build {
  source: Source
  /** The text is JSON. */
  json: boolean
  /** Gives a plain scalar its type. */
  scalar: (text: string) => ScalarValue
  tags: ReadonlyMap<string, TagReader>
  errors: HakubeError[]
  warnings: Warning[]
}

interface State extends Build {
  anchors: Map<string, YamlNode>
  /** How many nodes a node stands for once its aliases are written out. */
  sizes: Map<YamlNode, number>
}

type ParsedPair = Pair<ParsedNode, ParsedNode | null>

// A few nested aliases can stand for billions of nodes; no file written by hand comes near this.
const MAX_NODES = 1_000_000

/** Turns the parser's tree into nodes with places and types; mistakes go to `errors`, oddities to `warnings`. */
export function buildNode(root: ParsedNode, build: Build): YamlNode {
  return nodeOf(root, { ...build, anchors: new Map(), sizes: new Map() })
}

function nodeOf(node: ParsedNode, state: State): YamlNode {
  if (isAlias(node)) return aliasOf(node, state)
  const built = contentOf(node, state)
  const anchor = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor
  if (anchor) state.anchors.set(anchor, built)
  return built
}

function contentOf(node: ParsedNode, state: State): YamlNode {
  const place = placeOf(node, state)
  if (isScalar(node)) return scalarOf(node, place, state)
  collectionTag(node.tag, isMap(node) ? 'map' : 'seq', place, state.errors)
  if (isMap(node)) return encryptedIn(mappingOf(node, place, state), state)
  if (isSeq(node)) return sequenceOf(node, place, state)
  throw new TypeError('not a YAML node')
}

function placeOf(node: ParsedNode, state: State): Place {
  return state.source.placeAt(node.range[0])
}

function aliasOf(node: Alias.Parsed, state: State): YamlNode {
  const target = state.anchors.get(node.source)
  if (target) return target
  const place = placeOf(node, state)
  fail(state, `the alias *${node.source} has no anchor &${node.source} before it`, place, {
    hint: `A value that starts with * must be quoted: "*${node.source}"`,
  })
  return { kind: 'scalar', value: null, style: 'plain', place }
}

function scalarOf(node: Scalar.Parsed, place: Place, state: State): YamlScalar {
  const style =
    node.type === 'PLAIN' || !node.type ? 'plain' : node.type.startsWith('BLOCK') ? 'block' : 'quoted'
  const text = textOf(node, style, state)
  if (node.tag !== undefined) {
    const tagged = { tag: node.tag, text, place, placeAt: linesFrom(place, style, state) }
    return { kind: 'scalar', value: scalarTag(tagged, state), style, place }
  }
  return { kind: 'scalar', value: style === 'plain' ? state.scalar(text) : text, style, place }
}

/** Places in a scalar's text. A block's lines begin below its "|", all with the same indentation. */
function linesFrom(place: Place, style: YamlScalar['style'], { source }: State): PlaceAt {
  const { file, line: first } = place
  if (style !== 'block' || first === undefined) return () => place
  const indent = /^ */.exec(source.line(first + 1))?.[0].length ?? 0
  return (line, column) => ({ file, line: first + line, column: indent + column })
}

/** PyYAML gives a block scalar that ends with the file, without a line end, none either. */
function textOf(node: Scalar.Parsed, style: YamlScalar['style'], { source }: State): string {
  const text = typeof node.value === 'string' ? node.value : ''
  const endsOpen = style === 'block' && node.range[1] >= source.text.length && !source.text.endsWith('\n')
  return endsOpen ? text.replace(/\n$/, '') : text
}

function sequenceOf(node: YAMLSeq.Parsed, place: Place, state: State): YamlNode {
  const items = node.items.map((item) => nodeOf(item, state))
  const built: YamlNode = { kind: 'sequence', items, place }
  measure(built, items, state)
  return built
}

function mappingOf(node: YAMLMap.Parsed, place: Place, state: State): YamlMapping {
  const own = new Map<Key, YamlEntry>()
  const merged = new Map<Key, YamlEntry>()
  for (const pair of node.items) {
    const keyPlace = placeOf(pair.key, state)
    if (isMergeKey(pair.key)) {
      merge(pair, keyPlace, merged, state)
      continue
    }
    const entry = entryFrom(pair, keyPlace, state)
    if (!entry) continue
    const before = own.get(entry.key)
    if (before) state.warnings.push(duplicate(entry, before))
    own.set(entry.key, entry)
  }
  // As in PyYAML: merged keys come first, and the mapping's own keys win.
  const entries = [...new Map([...merged, ...own]).values()]
  const built: YamlMapping = { kind: 'mapping', entries, place }
  measure(
    built,
    entries.map((entry) => entry.value),
    state,
  )
  return built
}

/** The dict that stands for an encrypted value in the JSON of Ansible's inventories. */
function encryptedIn(node: YamlMapping, state: State): YamlNode {
  const [entry] = node.entries
  if (!state.json || node.entries.length !== 1 || entry?.key !== JSON_KEY) return node
  const { value } = entry
  const { place } = node
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return node
  const tagged = { tag: '!vault', text: value.value, place, placeAt: () => place }
  return { kind: 'scalar', value: scalarTag(tagged, state), style: 'quoted', place }
}

function entryFrom(pair: ParsedPair, keyPlace: Place, state: State): YamlEntry | undefined {
  const keyNode = nodeOf(pair.key, state)
  const value = valueOf(pair, keyPlace, state)
  if (keyNode.kind !== 'scalar' || keyNode.value instanceof EncryptedText) {
    const isTemplate = (keyPlace.source ?? '').includes('{{')
    fail(state, `a key must be text, not ${describe(keyNode)}`, keyPlace, {
      hint: isTemplate ? quoteTemplate(keyPlace.source ?? '') : undefined,
    })
    return undefined
  }
  const key = keyNode.value instanceof Float ? keyNode.value.value : keyNode.value
  return { key, keyPlace, value }
}

function valueOf(pair: ParsedPair, keyPlace: Place, state: State): YamlNode {
  if (pair.value) return nodeOf(pair.value, state)
  return { kind: 'scalar', value: null, style: 'plain', place: keyPlace }
}

function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.value === '<<' && (key.type === 'PLAIN' || !key.type) && key.tag === undefined
}

function merge(pair: ParsedPair, place: Place, into: Map<Key, YamlEntry>, state: State): void {
  const value = valueOf(pair, place, state)
  const sources = value.kind === 'sequence' ? [...value.items].reverse() : [value]
  for (const source of sources) {
    if (source.kind === 'mapping') for (const entry of source.entries) into.set(entry.key, entry)
    else fail(state, `<< takes a mapping or a list of mappings, not ${describe(source)}`, place, {})
  }
}

function duplicate(entry: YamlEntry, before: YamlEntry): Warning {
  return {
    code: 'duplicate-key',
    message: `the key "${String(entry.key)}" is here a second time; line ${before.keyPlace.line ?? '?'} has no effect`,
    place: entry.keyPlace,
    hint: 'Remove one of the two.',
  }
}

function measure(built: YamlNode, children: YamlNode[], state: State): void {
  const size = children.reduce((sum, child) => sum + (state.sizes.get(child) ?? 1), 1)
  state.sizes.set(built, size)
  if (size <= MAX_NODES) return
  throw new HakubeError(`this stands for more than ${MAX_NODES} values`, {
    code: 'yaml-syntax',
    place: built.place,
    hint: 'Are aliases (*name) nested in each other?',
  })
}

function fail(state: State, message: string, place: Place, { hint }: { hint?: string | undefined }): void {
  state.errors.push(new HakubeError(`invalid YAML: ${message}`, { code: 'yaml-syntax', place, hint }))
}
