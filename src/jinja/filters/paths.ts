import { posix } from 'node:path'
import { REQUIRED } from '../arguments.ts'
import { typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import type { Runtime } from '../runtime.ts'
import { type Item, tuple } from '../things.ts'
import { filter, type Filters } from './define.ts'

/** Filters on paths. They only look at the text, never at a disk. */
export const paths: Filters = {
  basename: filter({}, (value) => /[^/]*$/.exec(str(value))?.[0] ?? ''),
  dirname: filter({}, (value) => dirname(str(value))),
  splitext: filter({}, (value) => tuple(splitExtension(str(value)))),
  path_join: filter({}, (value) => join(value)),
  relpath: filter({ start: REQUIRED }, (value, { start }) => posix.relative(str(start), str(value)) || '.'),
  normpath: filter({}, (value) => posix.normalize(str(value)).replace(/(.)\/$/, '$1')),
  expanduser: filter({}, (value, _args, runtime) => expandUser(str(value), runtime)),
  win_basename: filter({}, (value) => /[^/\\]*$/.exec(str(value))?.[0] ?? ''),
  win_dirname: filter({}, (value) => windowsDirname(str(value))),
  win_splitdrive: filter({}, (value) => {
    const drive = /^[A-Za-z]:/.exec(str(value))?.[0] ?? ''
    return tuple([drive, str(value).slice(drive.length)])
  }),
}

/** All before the last slash; slashes at its end go, unless it is nothing else. */
function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1)
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '')
}

function windowsDirname(path: string): string {
  const drive = /^[A-Za-z]:/.exec(path)?.[0] ?? ''
  const head = path.slice(drive.length).replace(/[^/\\]*$/, '')
  return drive + (/^[/\\]*$/.test(head) ? head : head.replace(/[/\\]+$/, ''))
}

function splitExtension(path: string): [string, string] {
  const extension = /(?<=[^./][^/]*)\.[^./]*$/.exec(path)?.[0] ?? ''
  return [path.slice(0, path.length - extension.length), extension]
}

function join(value: Item): string {
  const parts = typeof value === 'string' ? [value] : value
  if (!Array.isArray(parts)) throw new Mistake(`expects string or sequence, got ${typeName(value)} instead`)
  return parts.map(str).reduce((path, part) => {
    if (part.startsWith('/') || path === '') return part
    return path.endsWith('/') ? path + part : `${path}/${part}`
  })
}

function expandUser(path: string, runtime: Runtime): string {
  if (path !== '~' && !path.startsWith('~/')) return path
  const { home } = runtime.environment
  if (home === undefined) throw new Mistake('the home directory is not known here')
  return home + path.slice(1)
}
