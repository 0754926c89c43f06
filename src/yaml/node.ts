import type { Place } from '../errors.ts'
import type { Float, Key, Value } from '../value.ts'
import { EncryptedText } from '../vault/encrypted-text.ts'

/** What a scalar can be once its type is known. */
export type ScalarValue = null | boolean | number | bigint | string | Float | EncryptedText

export interface YamlScalar {
  kind: 'scalar'
  value: ScalarValue
  /** Only a plain scalar gets a type; quoted and block scalars are always text. */
  style: 'plain' | 'quoted' | 'block'
  place: Place
}

export interface YamlSequence {
  kind: 'sequence'
  items: YamlNode[]
  place: Place
}

export interface YamlMapping {
  kind: 'mapping'
  /** In the order of the text, merge keys resolved, each key once. */
  entries: YamlEntry[]
  place: Place
}

export interface YamlEntry {
  key: Key
  keyPlace: Place
  value: YamlNode
}

/** A piece of YAML that knows where it stands. Aliases share the node of their anchor. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping

/** Something that is legal but surely not meant. */
export interface Warning {
  /** Stable identifier in kebab-case. */
  code: string
  message: string
  place?: Place | undefined
  hint?: string | undefined
}

/** The data of a node. A node that several aliases share becomes one shared Value: treat Values as immutable. */
export function toValue(node: YamlNode): Value {
  return convert(node, new Map())
}

function convert(node: YamlNode, known: Map<YamlNode, Value>): Value {
  if (node.kind === 'scalar') return node.value
  const before = known.get(node)
  if (before !== undefined) return before
  const value: Value =
    node.kind === 'sequence'
      ? node.items.map((item) => convert(item, known))
      : new Map(node.entries.map((entry): [Key, Value] => [entry.key, convert(entry.value, known)]))
  known.set(node, value)
  return value
}

/** The entry of a mapping with this key. */
export function entryOf(node: YamlMapping, key: Key): YamlEntry | undefined {
  return node.entries.find((entry) => entry.key === key)
}

/** What to call a node in a message: "a list", "a mapping", "text", "a number". */
export function describe(node: YamlNode): string {
  if (node.kind === 'sequence') return 'a list'
  if (node.kind === 'mapping') return 'a mapping'
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'string') return 'text'
  if (typeof node.value === 'boolean') return 'a boolean'
  if (node.value instanceof EncryptedText) return 'an encrypted value'
  return 'a number'
}
