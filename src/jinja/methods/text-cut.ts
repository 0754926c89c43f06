import { characters } from '../characters.ts'
import { textArgument } from '../arguments.ts'
import { Mistake } from '../mistakes.ts'
import type { Item } from '../things.ts'

// What Python's str.isspace() says yes to; JavaScript's \s lacks the four separators and has U+FEFF.
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const LEFT = new RegExp(`^${SPACE}+`)
const ONE = new RegExp(SPACE)
const RUN = new RegExp(`${SPACE}+`)
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g

/** Python's strip, lstrip and rstrip. */
export function strip(text: string, chars: Item, side: 'both' | 'left' | 'right'): string {
  if (chars === null) {
    const left = side === 'right' ? text : text.replace(LEFT, '')
    return side === 'left' ? left : trimRight(left)
  }
  const set = new Set(textArgument(chars, 'chars'))
  const letters = characters(text)
  let from = 0
  let to = letters.length
  if (side !== 'right') while (from < to && set.has(letters[from] ?? '')) from += 1
  if (side !== 'left') while (to > from && set.has(letters[to - 1] ?? '')) to -= 1
  return letters.slice(from, to).join('')
}

/** Python's split: without a separator at runs of white space. */
export function split(text: string, sep: Item, max: number): string[] {
  if (sep === null) return splitSpace(text, max)
  const parts = text.split(separator(sep))
  if (max < 0 || parts.length <= max + 1) return parts
  return [...parts.slice(0, max), parts.slice(max).join(separator(sep))]
}

/** Python's rsplit: counts from the right. */
export function rightSplit(text: string, sep: Item, max: number): string[] {
  if (sep === null) return reversed(splitSpace(reverse(text), max).map(reverse))
  const parts = text.split(separator(sep))
  if (max < 0 || parts.length <= max + 1) return parts
  const cut = parts.length - max
  return [parts.slice(0, cut).join(separator(sep)), ...parts.slice(cut)]
}

/** By hand: a pattern that ends in $ would be tried at every run of blanks. */
function trimRight(text: string): string {
  let end = text.length
  while (end > 0 && ONE.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

function separator(sep: Item): string {
  const text = textArgument(sep, 'sep')
  if (text === '') throw new Mistake('empty separator')
  return text
}

function splitSpace(text: string, max: number): string[] {
  const out: string[] = []
  let rest = text.replace(LEFT, '')
  while (rest !== '') {
    const gap = RUN.exec(rest)
    if (!gap) return [...out, rest]
    if (max >= 0 && out.length >= max) return [...out, rest]
    out.push(rest.slice(0, gap.index))
    rest = rest.slice(gap.index + gap[0].length)
  }
  return out
}

function reverse(text: string): string {
  return reversed(characters(text)).join('')
}

function reversed<T>(items: T[]): T[] {
  return [...items].reverse()
}

/** Python's splitlines. */
export function splitLines(text: string, keepEnds = false): string[] {
  const out: string[] = []
  let from = 0
  for (const end of text.matchAll(LINE_END)) {
    const next = end.index + end[0].length
    out.push(text.slice(from, keepEnds ? next : end.index))
    from = next
  }
  if (from < text.length) out.push(text.slice(from))
  return out
}

export function removePrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}

export function removeSuffix(text: string, suffix: string): string {
  return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text
}
