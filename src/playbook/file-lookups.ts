import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { globRegex } from '../inventory/match.ts'
import { LookupFailure, str, type Lookup } from '../jinja/index.ts'
import { truthOf } from '../truth.ts'
import { isDict, type Value } from '../value.ts'
import type { Origin } from './model.ts'
import { searchPath } from './search.ts'

interface Place {
  origin: Origin
  playbookDir: string
  /** Throws NotYet for a file or directory that is going to be another one. */
  settled: (path: string) => void
}

/** The lookups that find files on the controller. */
export function fileLookups({ origin, playbookDir, settled }: Place): [string, Lookup][] {
  const firstFound: Lookup = (terms, options) => {
    const { names, skip } = candidates(terms, options)
    // The option is the engine's own: with_first_found looks where the task's module would look.
    const folder = options.get('_subdir')
    const kind = folder === 'templates' || folder === 'vars' ? folder : 'files'
    for (const name of names) {
      const found = searchPath(name, kind, origin, playbookDir).find((path) => {
        settled(path)
        return isThere(path)
      })
      if (found !== undefined) return [found]
    }
    if (skip) return []
    throw new LookupFailure(`none of these files is there: ${names.join(', ')}`)
  }
  const fileglob: Lookup = (terms) =>
    terms.flatMap((term) => {
      const pattern = str(term)
      for (const path of searchPath(pattern, 'files', origin, playbookDir)) {
        settled(dirname(path))
        const found = filesLike(path)
        if (found.length > 0) return found
      }
      return []
    })
  return [
    ['first_found', firstFound],
    ['fileglob', fileglob],
  ]
}

/** Ansible's reading of its terms: names, lists of names, and dicts with `files`, `paths` and `skip`. */
function candidates(
  terms: readonly Value[],
  options: ReadonlyMap<unknown, Value>,
): { names: string[]; skip: boolean } {
  let names: string[] = []
  let skip = false
  for (const term of terms) {
    if (Array.isArray(term)) {
      const inner = candidates(term, options)
      names.push(...inner.names)
      skip = inner.skip
      continue
    }
    const own = isDict(term) ? term : options
    const files = split(own.get('files'), /[,;]/)
    const paths = split(own.get('paths'), /[,:;]/)
    skip = truthOf(own.get('skip') ?? false) ?? false
    if (paths.length > 0) for (const path of paths) names.push(...files.map((file) => join(path, file)))
    else if (files.length > 0) names = files
    else if (!isDict(term)) names.push(str(term))
  }
  return { names, skip }
}

function split(value: Value | undefined, at: RegExp): string[] {
  const items = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
  return items
    .flatMap((item) => (typeof item === 'string' ? item.split(at) : [str(item)]))
    .filter((one) => one !== '')
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Only the last part of the path is a pattern, as in Ansible. */
function filesLike(path: string): string[] {
  const folder = dirname(path)
  const name = basename(path)
  const pattern = globRegex(name)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(folder)
    .filter((one) => pattern.test(one) && (name.startsWith('.') || !one.startsWith('.')))
    .map((one) => join(folder, one))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .sort()
}
