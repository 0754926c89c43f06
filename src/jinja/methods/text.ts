import { characterCount, characters, hasSurrogates } from '../characters.ts'
import { intArgument, REQUIRED, textArgument } from '../arguments.ts'
import { iterate, truthy, typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import type { Runtime } from '../runtime.ts'
import { type Item, Tuple, tuple } from '../things.ts'
import { formatMethod } from '../format-braces.ts'
import { define, type Method } from './define.ts'
import { CHECKS } from './text-checks.ts'
import { TRANSLATIONS } from './text-translate.ts'
import * as cut from './text-cut.ts'

const MAX = Number.MAX_SAFE_INTEGER
const where = { sub: REQUIRED, start: null, end: null }
const padding = { width: REQUIRED, fillchar: ' ' }
const splitting = { sep: null, maxsplit: -1 }

export const TEXT_METHODS: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ...CHECKS,
  ...TRANSLATIONS,
  ['format', formatMethod],
  ['capitalize', define({}, (text) => capitalize(text))],
  ['casefold', define({}, casefold)],
  ['lower', define({}, (text: string) => text.toLowerCase())],
  ['upper', define({}, (text: string) => text.toUpperCase())],
  ['swapcase', define({}, swapCase)],
  ['title', define({}, (text: string) => text.replaceAll(/\p{L}+/gu, (word) => capitalize(word)))],
  ['count', define(where, (text, a) => count(...region(text, a.start, a.end), textArgument(a.sub, 'sub')))],
  ['find', define(where, (text, a) => search(text, a, 'first'))],
  ['rfind', define(where, (text, a) => search(text, a, 'last'))],
  ['index', define(where, (text, a) => found(search(text, a, 'first')))],
  ['rindex', define(where, (text, a) => found(search(text, a, 'last')))],
  ['startswith', define(where, (text, a) => affix(text, a, (part, affixed) => part.startsWith(affixed)))],
  ['endswith', define(where, (text, a) => affix(text, a, (part, affixed) => part.endsWith(affixed)))],
  [
    'removeprefix',
    define({ prefix: REQUIRED }, (text, { prefix }) =>
      cut.removePrefix(text, textArgument(prefix, 'prefix')),
    ),
  ],
  [
    'removesuffix',
    define({ suffix: REQUIRED }, (text, { suffix }) =>
      cut.removeSuffix(text, textArgument(suffix, 'suffix')),
    ),
  ],
  ['replace', define({ old: REQUIRED, new: REQUIRED, count: -1 }, replaceMethod)],
  ['strip', define({ chars: null }, (text, { chars }) => cut.strip(text, chars, 'both'))],
  ['lstrip', define({ chars: null }, (text, { chars }) => cut.strip(text, chars, 'left'))],
  ['rstrip', define({ chars: null }, (text, { chars }) => cut.strip(text, chars, 'right'))],
  [
    'split',
    define(splitting, (text, { sep, maxsplit }) => cut.split(text, sep, intArgument(maxsplit, 'maxsplit'))),
  ],
  [
    'rsplit',
    define(splitting, (text, { sep, maxsplit }) =>
      cut.rightSplit(text, sep, intArgument(maxsplit, 'maxsplit')),
    ),
  ],
  ['splitlines', define({ keepends: false }, (text, { keepends }) => cut.splitLines(text, truthy(keepends)))],
  [
    'partition',
    define({ sep: REQUIRED }, (text, { sep }) => partition(text, textArgument(sep, 'sep'), 'first')),
  ],
  [
    'rpartition',
    define({ sep: REQUIRED }, (text, { sep }) => partition(text, textArgument(sep, 'sep'), 'last')),
  ],
  ['join', define({ iterable: REQUIRED }, join)],
  ['center', define(padding, (text, a, runtime) => pad(text, a.width, a.fillchar, 'center', runtime))],
  ['ljust', define(padding, (text, a, runtime) => pad(text, a.width, a.fillchar, 'left', runtime))],
  ['rjust', define(padding, (text, a, runtime) => pad(text, a.width, a.fillchar, 'right', runtime))],
  ['zfill', define({ width: REQUIRED }, zeroFill)],
  [
    'expandtabs',
    define({ tabsize: 8 }, (text, { tabsize }, runtime) => {
      runtime.size(intArgument(tabsize, 'tabsize'))
      return expandTabs(text, intArgument(tabsize, 'tabsize'))
    }),
  ],
])

export function capitalize(text: string): string {
  const [first = ''] = text
  return titleCase(first) + text.slice(first.length).toLowerCase()
}

// Letters that have a form of their own for the start of a word.
const DIGRAPHS = ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ']

/** The form of a letter at the start of a word: ß becomes Ss. */
function titleCase(letter: string): string {
  const digraph = DIGRAPHS.find((letters) => letters.includes(letter))
  if (letter !== '' && digraph) return digraph.charAt(1)
  const [first = '', ...rest] = letter.toUpperCase()
  return first + rest.join('').toLowerCase()
}

function casefold(text: string): string {
  return Array.from(text, (char) => (char === 'ı' ? char : char.toUpperCase().toLowerCase())).join('')
}

function swapCase(text: string): string {
  return characters(text)
    .map((char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()))
    .join('')
}

/** The part of the text between two positions, and where it starts. */
function region(text: string, start: Item, end: Item): [string] {
  return [part(text, start, end).text]
}

function part(text: string, start: Item, end: Item): { text: string; from: number } {
  if (start === null && end === null) return { text, from: 0 }
  const size = text.length
  const clamp = (value: number): number => Math.max(0, value < 0 ? value + size : value)
  const from = start === null ? 0 : clamp(intArgument(start, 'start'))
  const to = end === null ? size : clamp(intArgument(end, 'end'))
  // An empty region past the end has no place for even the empty text.
  if (from > size) return { text: '', from: MAX }
  return { text: text.slice(from, Math.max(from, to)), from }
}

function count(text: string, sub: string): number {
  return sub === '' ? characterCount(text) + 1 : text.split(sub).length - 1
}

function search(text: string, a: { sub: Item; start: Item; end: Item }, which: 'first' | 'last'): number {
  const within = part(text, a.start, a.end)
  const sub = textArgument(a.sub, 'sub')
  const at = which === 'first' ? within.text.indexOf(sub) : within.text.lastIndexOf(sub)
  if (at < 0 || within.from === MAX) return -1
  const index = at + within.from
  return hasSurrogates(text) ? characterCount(text.slice(0, index)) : index
}

function found(index: number): number {
  if (index < 0) throw new Mistake('substring not found')
  return index
}

function affix(
  text: string,
  a: { sub: Item; start: Item; end: Item },
  has: (part: string, affix: string) => boolean,
): boolean {
  const within = part(text, a.start, a.end)
  const affixes = a.sub instanceof Tuple ? a.sub : [a.sub]
  return within.from !== MAX && affixes.some((one) => has(within.text, textArgument(one, 'the prefix')))
}

function replaceMethod(text: string, a: { old: Item; new: Item; count: Item }, runtime: Runtime): string {
  return replace(
    text,
    textArgument(a.old, 'old'),
    textArgument(a.new, 'new'),
    intArgument(a.count, 'count'),
    runtime,
  )
}

/** Python's str.replace; a negative count means all. */
export function replace(text: string, old: string, to: string, times: number, runtime: Runtime): string {
  const parts = old === '' ? ['', ...characters(text), ''] : text.split(old)
  const many = times < 0 ? parts.length - 1 : Math.min(times, parts.length - 1)
  runtime.size(text.length + many * to.length)
  if (many === parts.length - 1) return parts.join(to)
  return (
    parts.slice(0, many + 1).join(to) + (many < parts.length - 1 ? old : '') + parts.slice(many + 1).join(old)
  )
}

function partition(text: string, sep: string, which: 'first' | 'last'): Item {
  if (sep === '') throw new Mistake('empty separator')
  const at = which === 'first' ? text.indexOf(sep) : text.lastIndexOf(sep)
  if (at < 0) return which === 'first' ? tuple([text, '', '']) : tuple(['', '', text])
  return tuple([text.slice(0, at), sep, text.slice(at + sep.length)])
}

function join(text: string, { iterable }: { iterable: Item }): string {
  const parts: string[] = []
  for (const item of iterate(iterable)) {
    if (typeof item !== 'string') {
      const hint = 'The filter join takes elements of any type.'
      throw new Mistake(`sequence item ${parts.length}: expected str instance, ${typeName(item)} found`, {
        hint,
      })
    }
    parts.push(item)
  }
  return parts.join(text)
}

/** Python's ljust, rjust and center. */
export function pad(
  text: string,
  width: Item,
  fill: Item,
  align: 'left' | 'right' | 'center',
  runtime: Runtime,
): string {
  const size = characterCount(text)
  const to = intArgument(width, 'width')
  runtime.size(to)
  const char = textArgument(fill, 'fillchar')
  if (characterCount(char) !== 1) throw new Mistake('The fill character must be exactly one character long')
  const gap = Math.max(0, to - size)
  if (align === 'left') return text + char.repeat(gap)
  if (align === 'right') return char.repeat(gap) + text
  // Python puts the odd character left when the width is odd.
  const left = Math.floor(gap / 2) + (gap & to & 1)
  return char.repeat(left) + text + char.repeat(gap - left)
}

function zeroFill(text: string, { width }: { width: Item }, runtime: Runtime): string {
  const to = intArgument(width, 'width')
  runtime.size(to)
  const sign = /^[-+]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(Math.max(0, to - characterCount(text))) + text.slice(sign.length)
}

function expandTabs(text: string, size: number): string {
  let column = 0
  let out = ''
  for (const char of text) {
    if (char === '\t') {
      const gap = size > 0 ? size - (column % size) : 0
      out += ' '.repeat(gap)
      column += gap
    } else {
      out += char
      column = char === '\n' || char === '\r' ? 0 : column + 1
    }
  }
  return out
}
