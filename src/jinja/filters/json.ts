import { spend, tooMuch } from '../budget.ts'
import { Float } from '../../value.ts'
import { intArgument } from '../arguments.ts'
import { order, toList, truthy, typeName } from '../compare.ts'
import { DateTime } from '../dates.ts'
import { parseJson } from '../literal.ts'
import { Mistake } from '../mistakes.ts'
import { repr, str } from '../print.ts'
import { type Item, type ItemDict, Opaque } from '../things.ts'
import { filter, type Filters } from './define.ts'

const writing = {
  indent: null,
  sort_keys: false,
  ensure_ascii: true,
  separators: null,
  vault_to_text: true,
  preprocess_unsafe: false,
}

/** Filters to and from JSON. */
export const json: Filters = {
  to_json: filter(writing, (value, args) => write(value, args)),
  to_nice_json: filter({ ...writing, indent: 4, sort_keys: true }, (value, args) =>
    write(value, { ...args, separators: args.separators ?? [',', ': '] }),
  ),
  tojson: filter({ indent: null }, (value, { indent }) =>
    write(value, { ...writing, indent, sort_keys: true }).replaceAll(
      /[<>&']/g,
      (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
    ),
  ),
  from_json: filter({}, (value) => {
    if (typeof value !== 'string') throw new Mistake(`takes a string, not ${typeName(value)}`)
    const parsed = parseJson(value)
    if (parsed === undefined) throw new Mistake(`the text is no JSON: ${excerpt(value)}`)
    return parsed
  }),
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

interface Style {
  /** What one level is indented by; undefined for everything on one line. */
  indent: string | undefined
  sortKeys: boolean
  ascii: boolean
  comma: string
  colon: string
}

function write(
  value: Item,
  args: Record<'indent' | 'sort_keys' | 'ensure_ascii' | 'separators', Item>,
): string {
  const indent = indentText(args.indent)
  const [comma, colon] =
    args.separators === null ? [indent === undefined ? ', ' : ',', ': '] : toList(args.separators).map(str)
  if (comma === undefined || colon === undefined) throw new Mistake('separators are two texts')
  const style = { indent, sortKeys: truthy(args.sort_keys), ascii: truthy(args.ensure_ascii), comma, colon }
  return encode(value, style, 0)
}

function indentText(indent: Item): string | undefined {
  if (indent === null) return undefined
  if (typeof indent === 'string') return indent
  const width = intArgument(indent, 'indent')
  if (width > 1000) throw tooMuch(`an indent of ${width}`)
  return ' '.repeat(Math.max(0, width))
}

function encode(value: Item, style: Style, depth: number): string {
  spend()
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return jsonString(value, style.ascii)
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float)
    return jsonNumber(value)
  if (Array.isArray(value))
    return enclosed(
      '[',
      ']',
      value.map((item) => encode(item, style, depth + 1)),
      style,
      depth,
    )
  if (value instanceof Map) {
    const entries = ordered(value, style.sortKeys).map(
      ([key, item]) => jsonString(jsonKey(key), style.ascii) + style.colon + encode(item, style, depth + 1),
    )
    return enclosed('{', '}', entries, style, depth)
  }
  if (value instanceof DateTime) return jsonString(value.repr().replace(' ', 'T'), style.ascii)
  const elements = value instanceof Opaque ? value.elements() : undefined
  if (elements) return encode([...elements], style, depth)
  throw new Mistake(`Object of type ${typeName(value)} is not JSON serializable`)
}

function jsonNumber(value: number | bigint | Float): string {
  const text = repr(value)
  return (
    new Map([
      ['nan', 'NaN'],
      ['inf', 'Infinity'],
      ['-inf', '-Infinity'],
    ]).get(text) ?? text
  )
}

function jsonKey(key: Item): string {
  if (typeof key === 'string') return key
  if (key === null) return 'null'
  return typeof key === 'boolean' ? String(key) : str(key)
}

function ordered(dict: ItemDict, sort: boolean): [Item, Item][] {
  const entries = [...dict].map(([key, item]): [Item, Item] => [key, item])
  return sort ? entries.sort((a, b) => order(a[0], b[0])) : entries
}

function enclosed(open: string, close: string, parts: string[], style: Style, depth: number): string {
  if (parts.length === 0) return open + close
  if (style.indent === undefined) return open + parts.join(style.comma) + close
  const inner = `\n${style.indent.repeat(depth + 1)}`
  return `${open}${inner}${parts.join(style.comma + inner)}\n${style.indent.repeat(depth)}${close}`
}

function jsonString(text: string, ascii: boolean): string {
  const quoted = JSON.stringify(text)
  if (!ascii) return quoted
  return quoted.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
