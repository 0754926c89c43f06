import type { HakubeError, Place } from '../errors.ts'
import type { Value } from '../value.ts'
import type { Warning } from '../yaml/load.ts'
import { maskSecrets } from '../yaml/mask.ts'
import { invalid, typed } from './ini-value.ts'
import { parseAddress } from './address.ts'
import { placeIn } from './lines.ts'
import type { Line } from './lines.ts'
import { isPassword, pythonText } from './passwords.ts'
import { RangeSyntaxError, expandRanges } from './ranges.ts'
import { ShlexError, splitWords } from './shlex.ts'
import type { Word, Words } from './shlex.ts'

export interface Assignment {
  key: string
  value: Value
  place: Place
}

export interface HostPattern {
  names: string[]
  port: number | bigint | undefined
}

export interface HostItem extends HostPattern {
  variables: Assignment[]
  place: Place
}

/** Reads a line of a host section: a host pattern and assignments. Throws HakubeError. */
export function parseHostLine(line: Line, warnings: Warning[]): HostItem {
  const words = splitLine(line)
  const [first, ...rest] = words.words
  if (!first) throw invalid('there is no host on this line', line.place)
  const host = parseHostPattern(first.text, line.place)
  const variables = rest.map((word) => assignment(word, line, rest))
  warnings.push(...oddities(line, words, first, host))
  for (const { word, variable } of rest.map((word, index) => ({ word, variable: variables[index] }))) {
    if (variable) warnings.push(...retyped(word, variable))
  }
  return { ...host, variables, place: line.place }
}

function splitLine(line: Line): Words {
  try {
    return splitWords(line.text, { comments: true })
  } catch (error) {
    if (!(error instanceof ShlexError)) throw error
    const hint = 'An apostrophe within a word must be quoted: "it\'s".'
    throw invalid(
      error.message,
      placeIn(line, error.offset),
      error.message.includes('quote') ? hint : undefined,
    )
  }
}

/** The hosts that a pattern like `n[1:3].lan:22` stands for. Throws HakubeError. */
export function parseHostPattern(text: string, place: Place): HostPattern {
  const address = parseAddress(text)
  const pattern = address?.host ?? text
  const port = address?.port
  if (pattern === '') throw invalid('the host has no name', place)
  if (text.trim() === '---') {
    throw invalid(
      '"---" is not a host',
      place,
      'Is this a YAML file? Then its name must end in .yml or .yaml.',
    )
  }
  if (text.trim().endsWith(':') && port === undefined) {
    throw invalid(
      `the host "${text}" ends in a colon without a port`,
      place,
      `Write ${text.slice(0, -1)} or ${text}22`,
    )
  }
  return { names: expand(pattern, place), port: port === 0 ? undefined : port }
}

function expand(pattern: string, place: Place): string[] {
  try {
    return expandRanges(pattern)
  } catch (error) {
    if (!(error instanceof RangeSyntaxError)) throw error
    const bare = /^\[([0-9a-f:.]+)\]$/i.exec(pattern)?.[1]
    const hint = bare?.includes('::') ? `Write an IPv6 host without brackets: ${bare}` : error.hint
    throw invalid(`cannot expand the host "${pattern}": ${error.message}`, place, hint)
  }
}

function assignment(word: Word, line: Line, all: readonly Word[]): Assignment {
  const equals = word.text.indexOf('=')
  if (equals === -1) throw notAnAssignment(word, line, all)
  const place = placeIn(line, word.start)
  return { key: word.text.slice(0, equals), value: typed(word.text.slice(equals + 1), place), place }
}

function notAnAssignment(word: Word, line: Line, all: readonly Word[]): HakubeError {
  // What follows a password with a blank in it is the rest of the password.
  const before = all[all.indexOf(word) - 1]?.text ?? ''
  const shown = isPassword(before.slice(0, Math.max(0, before.indexOf('='))))
    ? 'what follows the password'
    : `"${word.text}"`
  const message = `${shown} is neither a host nor key=value`
  return invalid(message, placeIn(line, word.start), assignmentHint(word, line, all))
}

function assignmentHint(word: Word, line: Line, all: readonly Word[]): string {
  const text = line.text
  if (word.text.startsWith(';')) return 'Start a comment with #: ";" does so only at the start of a line.'
  if (/=\s*\{\{[^"']*$/.test(text.slice(0, word.start)))
    return 'Quote a template with blanks: key="{{ value }}"'
  if (all.some((one) => one.text.startsWith('=')) || /=\s/.test(text))
    return 'Write no blanks around the "=".'
  if (/,\s/.test(text)) return 'Write each host on a line of its own.'
  return 'Write key=value; a value with blanks must be quoted; each host has a line of its own.'
}

/** What Ansible takes without a word although the author surely meant something else. */
function oddities(line: Line, words: Words, first: Word, host: HostPattern): Warning[] {
  const { place } = line
  const out: Warning[] = []
  const warn = (code: string, message: string, at: Place, hint: string): number =>
    out.push({ code, message, place: at, hint })
  if (first.text.includes('=')) {
    const hint = 'Put variables of a group under [group:vars], and those of a host behind its name.'
    warn('assignment-as-host', `"${maskSecrets(first.text)}" is taken as the name of a host`, place, hint)
  } else if (first.text.includes(',')) {
    const hint = 'Write each host on a line of its own.'
    warn('comma-in-host', `"${first.text}" is taken as the name of one host`, place, hint)
  }
  if (words.cutAt !== undefined) {
    // The text that is cut off is not shown: it may be half a password.
    const message = 'what follows this # is a comment and not part of the value'
    warn('cut-at-hash', message, placeIn(line, words.cutAt), 'Quote the value if the # belongs to it.')
  }
  if (host.names.length === 0) {
    const hint = 'The first number of a range must not be greater than the last.'
    warn('empty-range', `"${first.text}" stands for no host at all`, place, hint)
  }
  return out
}

function retyped(word: Word, variable: Assignment): Warning[] {
  if (!isPassword(variable.key)) return []
  const written = word.text.slice(word.text.indexOf('=') + 1)
  return passwordWarning(written, variable)
}

/** A warning if the type that a password was given changes its text, as 1e5 becomes 100000.0. */
export function passwordWarning(written: string, { key, value, place }: Assignment): Warning[] {
  if (typeof value === 'string' || pythonText(value) === written) return []
  return [
    {
      code: 'retyped-password',
      message: `${key} is read as a ${value === null ? 'null value' : 'number or structure'} and not as the text written here`,
      place,
      hint: `Quote it twice to keep the text: ${key}="'…'" on a host line, ${key}='…' in [group:vars].`,
    },
  ]
}
