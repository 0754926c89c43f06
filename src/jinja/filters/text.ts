import { intArgument, REQUIRED, textArgument } from '../arguments.ts'
import { characterCount } from '../characters.ts'
import { iterate, length as lengthOf, toList, truthy, typeName } from '../compare.ts'
import { percent } from '../format-percent.ts'
import { capitalize, pad, replace } from '../methods/text.ts'
import { split, splitLines, strip } from '../methods/text-cut.ts'
import { Mistake } from '../mistakes.ts'
import { fixed, plain } from '../numbers.ts'
import { prettyText } from '../pretty.ts'
import { repr, str } from '../print.ts'
import { type Args, type Item, tuple } from '../things.ts'
import type { Runtime } from '../runtime.ts'
import { Undefined } from '../undefined.ts'
import { comment } from './comment.ts'
import { filter, openFilter, type Filters } from './define.ts'
import { toFloat } from './numbers.ts'
import { wordWrap } from './wrap.ts'

const escapeHtml = filter({}, (value) =>
  str(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&#39;')
    .replaceAll('"', '&#34;'),
)

/** Filters that turn text into text. */
export const text: Filters = {
  lower: filter({}, (value) => str(value).toLowerCase()),
  upper: filter({}, (value) => str(value).toUpperCase()),
  capitalize: filter({}, (value) => capitalize(str(value))),
  title: filter({}, (value) => title(str(value))),
  trim: filter({ chars: null }, (value, { chars }) => strip(str(value), chars, 'both')),
  replace: filter({ old: REQUIRED, new: REQUIRED, count: null }, (value, args, runtime) => {
    const times = args.count === null ? -1 : intArgument(args.count, 'count')
    return replace(str(value), str(args.old), str(args.new), times, runtime)
  }),
  center: filter({ width: 80 }, (value, { width }, runtime) =>
    pad(str(value), width, ' ', 'center', runtime),
  ),
  indent: filter({ width: 4, first: false, blank: false }, indent),
  wordcount: filter({}, (value) => str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  wordwrap: filter(
    { width: 79, break_long_words: true, wrapstring: null, break_on_hyphens: true },
    (value, args) => {
      const separator = args.wrapstring === null ? '\n' : str(args.wrapstring)
      const options = {
        breakLong: truthy(args.break_long_words),
        breakHyphens: truthy(args.break_on_hyphens),
      }
      const width = intArgument(args.width, 'width')
      return splitLines(textArgument(value, 'the value'))
        .map((line) => wordWrap(line, width, options).join(separator))
        .join(separator)
    },
  ),
  truncate: filter({ length: 255, killwords: false, end: '...', leeway: 5 }, truncate),
  format: openFilter(format),
  split: filter({ sep: null, maxsplit: -1 }, (value, { sep, maxsplit }) =>
    split(textArgument(value, 'the value'), sep, intArgument(maxsplit, 'maxsplit')),
  ),
  striptags: filter({}, (value) => stripTags(str(value))),
  e: escapeHtml,
  escape: escapeHtml,
  forceescape: escapeHtml,
  safe: filter({}, (value) => str(value)),
  pprint: filter({}, (value) => prettyText(value)),
  quote: filter({}, (value) => quote(value === null ? '' : str(value))),
  comment: openFilter(comment),
  filesizeformat: filter({ binary: false }, (value, { binary }) => fileSize(value, truthy(binary))),
  urlencode: filter({}, urlEncode),
  urldecode: filter({}, (value) => urlDecode(textArgument(value, 'the value'))),
  xmlattr: filter({ autospace: true }, xmlAttributes),
}

function title(value: string): string {
  return value
    .split(/([-\s({[<]+)/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('')
}

function indent(
  value: Item,
  { width, first, blank }: { width: Item; first: Item; blank: Item },
  runtime: Runtime,
): string {
  if (typeof width !== 'string') runtime.size(intArgument(width, 'width'))
  const by = typeof width === 'string' ? width : ' '.repeat(Math.max(0, intArgument(width, 'width')))
  const lines = splitLines(`${textArgument(value, 'the value')}\n`)
  runtime.size(lines.length * by.length)
  const shifted = lines.map((line, index) => (index > 0 && (line !== '' || truthy(blank)) ? by + line : line))
  return (truthy(first) ? by : '') + shifted.join('\n')
}

function truncate(value: Item, args: { length: Item; killwords: Item; end: Item; leeway: Item }): Item {
  const length = intArgument(args.length, 'length')
  const leeway = args.leeway === null ? 5 : intArgument(args.leeway, 'leeway')
  const end = str(args.end)
  if (length < characterCount(end))
    throw new Mistake(`expected length >= ${characterCount(end)}, got ${length}`)
  if (leeway < 0) throw new Mistake(`expected leeway >= 0, got ${leeway}`)
  if (lengthOf(value) <= length + leeway) return value
  const cut = Array.from(textArgument(value, 'the value'))
    .slice(0, length - characterCount(end))
    .join('')
  if (truthy(args.killwords)) return cut + end
  const space = cut.lastIndexOf(' ')
  return (space < 0 ? cut : cut.slice(0, space)) + end
}

function format(value: Item, { positional, named }: Args, runtime: Runtime): string {
  if (positional.length > 0 && named.size > 0) {
    throw new Mistake("can't handle positional and keyword arguments at the same time")
  }
  return percent(str(value), named.size > 0 ? new Map(named) : tuple(positional), runtime)
}

/** Without all that stands from one mark to the next other one, marks included. */
function cutOut(value: string, from: string, to: string): string {
  const kept: string[] = []
  let at = 0
  for (;;) {
    const start = value.indexOf(from, at)
    const end = start < 0 ? -1 : value.indexOf(to, start + from.length)
    if (end < 0) return kept.join('') + value.slice(at)
    kept.push(value.slice(at, start))
    at = end + to.length
  }
}

function stripTags(value: string): string {
  const without = cutOut(cutOut(value, '<!--', '-->'), '<', '>')
  const unescaped = without
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll(/&#34;|&quot;/g, '"')
    .replaceAll('&amp;', '&')
  return split(unescaped, null, -1).join(' ')
}

/** For a POSIX shell, the way shlex.quote does it. */
export function quote(value: string): string {
  if (value === '') return "''"
  if (/^[\w@%+=:,./-]+$/.test(value)) return value
  return `'${value.replaceAll("'", `'"'"'`)}'`
}

function fileSize(value: Item, binary: boolean): string {
  const number = toFloat(value)
  if (number === undefined) throw new Mistake(`takes a number of bytes, not ${repr(value)}`)
  const bytes = plain(number)
  const base = binary ? 1024 : 1000
  const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'].map((unit) =>
    binary ? `${unit.toUpperCase()}iB` : `${unit}B`,
  )
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  let size = bytes / base
  let unit = 0
  while (size >= base && unit < units.length - 1) {
    size /= base
    unit += 1
  }
  return `${fixed(size, 1)} ${units[unit] ?? ''}`
}

function percentEncode(value: string, safe: string): string {
  return encodeURIComponent(value)
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/%[\dA-F]{2}/g, (code) => (safe.includes(decodeAscii(code)) ? decodeAscii(code) : code))
}

function decodeAscii(code: string): string {
  const char = Number.parseInt(code.slice(1), 16)
  return char < 128 ? String.fromCodePoint(char) : '\u0000'
}

function urlEncode(value: Item): string {
  const isPairs = value instanceof Map || Array.isArray(value)
  if (!isPairs) return percentEncode(str(value), '/')
  const pairs =
    value instanceof Map ? [...value].map(([key, item]): Item[] => [key, item]) : [...iterate(value)]
  return pairs.map((pair) => toList(pair).map(queryPart).join('=')).join('&')
}

function queryPart(value: Item): string {
  return percentEncode(str(value), '').replaceAll('%20', '+')
}

function urlDecode(value: string): string {
  const spaced = value.replaceAll('+', ' ')
  const bytes = spaced.replaceAll(/(?:%[\da-fA-F]{2})+/g, (codes) =>
    Buffer.from(codes.replaceAll('%', ''), 'hex').toString('utf8'),
  )
  return bytes
}

function xmlAttributes(value: Item, { autospace }: { autospace: Item }, runtime: Runtime): string {
  if (!(value instanceof Map)) throw new Mistake(`takes a dict, not ${typeName(value)}`)
  const parts: string[] = []
  for (const [key, item] of value) {
    if (item === null || item instanceof Undefined) continue
    if (/[\s/>=]/.test(str(key))) throw new Mistake(`invalid character in attribute name: ${repr(key)}`)
    const none = { positional: [], named: new Map<string, Item>() }
    parts.push(`${str(escapeHtml(key, none, runtime))}="${str(escapeHtml(item, none, runtime))}"`)
  }
  return truthy(autospace) && parts.length > 0 ? ` ${parts.join(' ')}` : parts.join(' ')
}
