// Typed by mistake, a range like [1:10000000] would only eat the memory.
const MAX_HOSTS = 100_000
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** A range that cannot be expanded. */
export class RangeSyntaxError extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/**
 * Expands the ranges of a host pattern, the last one varying fastest: `n[1:2]-[a:b]` is n1-a n1-b n2-a n2-b.
 * A range is [begin:end] or [begin:end:step] with both ends included; a begin like 01 sets the width.
 * Throws RangeSyntaxError.
 */
export function expandRanges(pattern: string): string[] {
  const open = pattern.indexOf('[')
  if (open === -1) return [pattern]
  const close = pattern.indexOf(']', open)
  if (close === -1) throw new RangeSyntaxError('the range is not closed', 'Write "]" after the range.')
  if (pattern.includes('|') || pattern.slice(0, open).includes(']')) {
    throw new RangeSyntaxError('"|" or "]" cannot stand beside a range')
  }
  const tails = expandRanges(pattern.slice(close + 1))
  const head = pattern.slice(0, open)
  const values = expandRange(pattern.slice(open + 1, close))
  if (values.length * tails.length > MAX_HOSTS) {
    throw new RangeSyntaxError(`this stands for more than ${MAX_HOSTS} hosts`)
  }
  return values.flatMap((value) => tails.map((tail) => head + value + tail))
}

function expandRange(range: string): string[] {
  const parts = range.split(':')
  if (parts.length !== 2 && parts.length !== 3) {
    throw new RangeSyntaxError(
      `"[${range}]" is not a range`,
      'A range is [begin:end] or [begin:end:step], such as [1:3].',
    )
  }
  const [begin = '', end = '', step = '1'] = parts
  if (end === '')
    throw new RangeSyntaxError(`the range "[${range}]" has no end`, 'Write the last value: [1:3].')
  const by = toInteger(step, range)
  if (by === 0) throw new RangeSyntaxError(`the step of the range "[${range}]" is 0`)
  return isLetter(begin) && isLetter(end)
    ? letters(begin, end, by, range)
    : numbers(begin || '0', end, by, range)
}

function isLetter(text: string): boolean {
  return text.length === 1 && LETTERS.includes(text)
}

/** The alphabet is a-z, then A-Z: [y:B] is y z A B. */
function letters(begin: string, end: string, step: number, range: string): string[] {
  const first = LETTERS.indexOf(begin)
  const last = LETTERS.indexOf(end)
  if (first > last) {
    throw new RangeSyntaxError(`the range "[${range}]" runs backwards`, `Write [${end}:${begin}].`)
  }
  return count(first, last, step, range).map((index) => LETTERS.charAt(index))
}

function numbers(begin: string, end: string, step: number, range: string): string[] {
  const isPadded = begin.length > 1 && begin.startsWith('0')
  if (isPadded && begin.length !== end.length) {
    throw new RangeSyntaxError(
      `the ends of the range "[${range}]" differ in width`,
      `A padded range needs ends of one width: [${begin.padStart(end.length, '0')}:${end.padStart(begin.length, '0')}].`,
    )
  }
  const width = isPadded ? begin.length : 0
  const values = count(toInteger(begin, range), toInteger(end, range), step, range)
  return values.map((value) => String(value).padStart(width, '0'))
}

function count(first: number, last: number, step: number, range: string): number[] {
  // Ansible counts up to and without last + 1, whatever the sign of the step.
  const size = Math.max(0, Math.ceil((last + 1 - first) / step))
  if (size > MAX_HOSTS)
    throw new RangeSyntaxError(`the range "[${range}]" stands for more than ${MAX_HOSTS} hosts`)
  return Array.from({ length: size }, (_, index) => first + index * step)
}

function toInteger(text: string, range: string): number {
  const digits = asciiDigits(text.trim())
  const value = /^[-+]?[0-9]+(?:_[0-9]+)*$/.test(digits) ? Number(digits.replaceAll('_', '')) : NaN
  if (Number.isSafeInteger(value)) return value
  throw new RangeSyntaxError(
    `"${text}" in the range "[${range}]" is not a number`,
    'Both ends must be numbers or single letters: [1:3], [a:c].',
  )
}

/** Python's int() knows the digits of all scripts; each of them counts up from a zero in steps of one. */
function asciiDigits(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, (digit) => {
    let value = 0
    let before = (digit.codePointAt(0) ?? 0) - 1
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(before))) {
      value += 1
      before -= 1
    }
    return String(value)
  })
}
