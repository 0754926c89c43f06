import { parseAllDocuments, type Document, isAlias, isMap, isScalar, isSeq } from 'yaml'
import { float, type Key, type Value } from '../../value.ts'
import { intArgument } from '../arguments.ts'
import { truthy } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { toValue } from '../result.ts'
import type { Item } from '../things.ts'
import { integer } from '../words.ts'
import { dumpYaml } from '../yaml-dump.ts'
import { filter, type Filters } from './define.ts'

const writing = { indent: 2, width: 80, sort_keys: true, explicit_start: false, explicit_end: false }

/** Filters to and from YAML. */
export const yaml: Filters = {
  to_yaml: filter({ ...writing, default_flow_style: null }, write),
  to_nice_yaml: filter({ ...writing, indent: 4, default_flow_style: false }, write),
  from_yaml: filter({}, (value) => (typeof value === 'string' ? (documents(value)[0] ?? null) : value)),
  from_yaml_all: filter({}, (value) => (typeof value === 'string' ? documents(value) : value)),
}

type Writing = Record<keyof typeof writing | 'default_flow_style', Item>

function write(value: Item, args: Writing): string {
  return dumpYaml(toValue(value), {
    indent: intArgument(args.indent, 'indent'),
    width: intArgument(args.width, 'width'),
    sortKeys: truthy(args.sort_keys),
    explicitStart: truthy(args.explicit_start),
    explicitEnd: truthy(args.explicit_end),
    flow: args.default_flow_style === null ? 'leaves' : truthy(args.default_flow_style) ? 'all' : 'none',
  })
}

function documents(text: string): Value[] {
  const parsed = parseAllDocuments(text, {
    version: '1.1',
    intAsBigInt: true,
    merge: true,
    logLevel: 'silent',
  })
  if (!Array.isArray(parsed)) return []
  return parsed.map((document) => {
    const [error] = document.errors
    if (error) throw new Mistake(`the text is no YAML: ${error.message.split('\n')[0] ?? ''}`)
    return fromNode(document.contents, document)
  })
}

function fromNode(node: unknown, document: Document.Parsed): Value {
  if (isAlias(node)) return fromNode(node.resolve(document), document)
  if (isSeq(node)) return node.items.map((item) => fromNode(item, document))
  if (isMap(node)) return fromPlain(node.toJS(document, { mapAsMap: true }))
  if (isScalar(node)) return fromPlain(node.value)
  return null
}

/** What the parser makes with ints as bigints and dicts as Maps, so that 1 and 1.0 stay apart. */
function fromPlain(value: unknown): Value {
  if (typeof value === 'bigint') return integer(value)
  if (typeof value === 'number') return float(value)
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '')
  if (Array.isArray(value)) return value.map(fromPlain)
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]): [Key, Value] => [keyOf(fromPlain(key)), fromPlain(item)]))
  }
  throw new Mistake('the YAML has a value that is not supported')
}

function keyOf(value: Value): Key {
  if (value === null || typeof value !== 'object') return value
  throw new Mistake('a YAML key must be a scalar')
}
