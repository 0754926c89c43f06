import { Mistake } from './mistakes.ts'
import { searching } from './watchdog.ts'
import { RegexTranslator } from './regex-translate.ts'

export interface RegexFlags {
  ignoreCase?: boolean
  multiline?: boolean
}

const cache = new Map<string, { source: string; flags: string }>()

/** A fresh, global JavaScript expression that finds what Python's `re` would. Unsupported syntax is a Mistake. */
export function pythonRegex(pattern: string, flags: RegexFlags = {}): RegExp {
  const key = `${flags.ignoreCase === true ? 'i' : ''}${flags.multiline === true ? 'm' : ''}:${pattern}`
  const known = cache.get(key) ?? translate(pattern, flags)
  if (cache.size > 500) cache.clear()
  cache.set(key, known)
  return new RegExp(known.source, known.flags)
}

function translate(pattern: string, flags: RegexFlags): { source: string; flags: string } {
  const translated = new RegexTranslator(pattern, flags).translate()
  try {
    const made = new RegExp(translated.source, translated.flags)
    return { source: made.source, flags: made.flags }
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : 'unknown'
    throw new Mistake(`invalid regular expression ${JSON.stringify(pattern)}: ${reason}`)
  }
}

/** Python's re.search; with `whole`, the match must begin at the start. */
export function search(pattern: string, text: string, flags: RegexFlags = {}): RegExpExecArray | undefined {
  return find(pythonRegex(pattern, flags), text)
}

function find(pattern: RegExp, text: string): RegExpExecArray | undefined {
  return searching(pattern, text.length, () => pattern.exec(text)) ?? undefined
}

function findEach(pattern: RegExp, text: string): RegExpExecArray[] {
  return searching(pattern, text.length, () => [...text.matchAll(pattern)])
}

/** Python's re.match: at the start of the text. */
export function matchStart(
  pattern: string,
  text: string,
  flags: RegexFlags = {},
): RegExpExecArray | undefined {
  const sticky = pythonRegex(pattern, flags)
  return find(new RegExp(sticky.source, `${sticky.flags.replace('g', '')}y`), text)
}

/** Python's re.fullmatch: all of the text. */
export function matchWhole(
  pattern: string,
  text: string,
  flags: RegexFlags = {},
): RegExpExecArray | undefined {
  const { source, flags: own } = pythonRegex(pattern, flags)
  return find(new RegExp(`(?:${source})(?![^])`, `${own.replace('g', '')}y`), text)
}

/** Python's re.sub. */
export function substitute(
  pattern: string,
  replacement: string,
  text: string,
  flags: RegexFlags = {},
): string {
  const fill = expand(replacement)
  const regex = pythonRegex(pattern, flags)
  checkGroups(regex, fill)
  const out: string[] = []
  let from = 0
  for (const found of findEach(regex, text)) {
    out.push(text.slice(from, found.index), fill(found))
    from = found.index + found[0].length
  }
  return out.join('') + text.slice(from)
}

/** Finds groups that a replacement names and the expression lacks, whether or not anything matches. */
function checkGroups({ source, flags }: RegExp, fill: Expand): void {
  const found = new RegExp(`(?:${source})|`, flags.replace('g', '')).exec('')
  if (found) fill(found)
}

/** Python's re.findall: the match, its only group, or a list of its groups. */
export function findAll(pattern: string, text: string, flags: RegexFlags = {}): (string | string[])[] {
  return findEach(pythonRegex(pattern, flags), text).map((found) => {
    if (found.length === 1) return found[0]
    if (found.length === 2) return found[1] ?? ''
    return found.slice(1).map((group: string | undefined) => group ?? '')
  })
}

const LETTERS = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
])

type Expand = (found: RegExpMatchArray) => string

/** Python's replacement text: \1, \g<1>, \g<name>, and the usual escapes. */
export function expand(replacement: string): Expand {
  if (!replacement.includes('\\')) return () => replacement
  const parts: Expand[] = []
  const escapes = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-3][0-7]{2})|([1-9]\d?)|([^]))|\\$|[^\\]+/g
  for (const [all, name, octal, index, letter] of replacement.matchAll(escapes)) {
    if (!all.startsWith('\\')) parts.push(() => all)
    else if (name !== undefined) parts.push(group(name))
    else if (octal !== undefined) parts.push(() => String.fromCodePoint(Number.parseInt(octal, 8)))
    else if (index !== undefined) parts.push(group(index))
    else parts.push(escaped(letter))
  }
  return (found) => parts.map((part) => part(found)).join('')
}

function escaped(letter: string | undefined): Expand {
  if (letter === undefined) throw new Mistake('bad escape (end of pattern)')
  const char = LETTERS.get(letter)
  if (char === undefined && /[A-Za-z]/.test(letter)) throw new Mistake(`bad escape \\${letter}`)
  return () => char ?? `\\${letter}`
}

function group(reference: string): Expand {
  return (found) => groupOf(found, reference)
}

/** The text of a group by its number or name; empty where it took no part. */
export function groupOf(found: RegExpMatchArray, reference: string): string {
  return optionalGroup(found, reference) ?? ''
}

/** The text of a group, or undefined where it took no part in the match. */
export function optionalGroup(found: RegExpMatchArray, reference: string): string | undefined {
  if (/^\d+$/.test(reference)) {
    const index = Number(reference)
    if (index >= found.length) throw new Mistake(`invalid group reference ${reference}`)
    return found[index]
  }
  const { groups } = found
  if (!groups || !Object.hasOwn(groups, reference)) throw new Mistake(`unknown group name '${reference}'`)
  return groups[reference]
}

/** Python's re.escape. */
export function escapeRegex(text: string): string {
  const names = new Map([
    ['\n', '\\\n'],
    ['\t', '\\\t'],
    ['\r', '\\\r'],
    ['\v', '\\\v'],
    ['\f', '\\\f'],
  ])
  return text.replaceAll(/[\t-\r #$&()*+\-.?[\\\]^{|}~]/g, (char) => names.get(char) ?? `\\${char}`)
}
