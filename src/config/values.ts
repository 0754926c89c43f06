import { dirname, resolve } from 'node:path'
import { HakubeError, showPlace } from '../errors.ts'
import type { Place } from '../errors.ts'
import { expandPath } from './paths.ts'

/** The text of a setting, with what messages need. */
export interface Given {
  /** `[defaults] forks`, or the name of an environment variable. */
  name: string
  text: string
  /** Undefined for an environment variable. */
  place: Place | undefined
}

export interface Bases {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
}

const TRUE = /^(?:y|yes|on|1|1\.0|true|t)$/i
const FALSE = /^(?:n|no|off|0|0\.0|false|f)$/i

/** Where a setting was made, for messages about its consequences. */
export function sourceOf({ name, place }: Given): string {
  return place
    ? showPlace({ file: place.file, ...(place.line === undefined ? {} : { line: place.line }) })
    : name
}

export function truth(given: Given): boolean {
  if (TRUE.test(given.text)) return true
  if (FALSE.test(given.text)) return false
  throw wrong(given, 'must be yes or no', 'Write True or False.')
}

export function wholeNumber(given: Given): number {
  const value = /^[0-9]{1,9}$/.test(given.text) ? Number(given.text) : 0
  if (value >= 1) return value
  throw wrong(given, 'must be a whole number from 1 on', 'Write a number such as 10.')
}

/** Text, without the quotes around it. */
export function plain({ text }: Given): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 && text.at(-2) !== '\\' ? text.slice(1, -1) : text
}

/** The line of `ansible_managed`, of whose words in braces only three mean something. */
export function managedLine(given: Given): string {
  const line = plain(given)
  const other = /\{\{|\}\}|\{(?!(?:host|uid|file)\})[^}]*\}?/g
  const unknown = line.match(other)?.find((word) => word !== '{{' && word !== '}}')
  if (unknown === undefined) return line
  throw new HakubeError(`${given.name} has ${unknown} in it, which means nothing`, {
    code: 'config-value',
    place: given.place,
    hint: 'Write {file}, {host} or {uid}; {{ and }} for braces themselves.',
  })
}

/** A path: from the file's directory if a file says it, else from the current one. */
export function path(text: string, { place }: Given, { env, cwd }: Bases): string {
  const base = place ? dirname(resolve(cwd, place.file)) : cwd
  return resolve(base, expandPath(text.replaceAll('{{CWD}}', cwd), env))
}

/** Items between commas, stripped, without empty ones. */
export function items({ text }: Given, separator = ','): string[] {
  return text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function wrong(given: Given, problem: string, hint: string): HakubeError {
  return new HakubeError(`${given.name} ${problem}, not "${given.text}"`, {
    code: 'config-value',
    place: given.place,
    hint,
  })
}
