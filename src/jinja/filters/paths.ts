import { posix } from 'node:path'
import { textArgument } from '../arguments.ts'
import { typeName } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import type { Runtime } from '../runtime.ts'
import { type Item, tuple } from '../things.ts'
import { filter, type Filters } from './define.ts'

/** Filters on paths. All but realpath only look at the text, never at a disk. */
export const paths: Filters = {
  basename: filter({}, (value) => /[^/]*$/.exec(path(value))?.[0] ?? ''),
  dirname: filter({}, (value) => dirname(path(value))),
  splitext: filter({}, (value) => tuple(splitExtension(path(value)))),
  path_join: filter({}, (value) => join(value)),
  relpath: filter({ start: '.' }, (value, { start }) => {
    if (value === '') throw new Mistake('no path specified')
    return posix.relative(path(start) || '.', path(value)) || '.'
  }),
  normpath: filter({}, (value) => posix.normalize(path(value)).replace(/(.)\/$/, '$1')),
  expanduser: filter({}, (value, _args, runtime) => expandUser(path(value), runtime)),
  expandvars: filter({}, (value, _args, runtime) => expandVariables(path(value), runtime)),
  realpath: filter({}, (value, _args, runtime) => realPath(path(value), runtime)),
  win_basename: filter({}, (value) => /[^/\\]*$/.exec(path(value))?.[0] ?? ''),
  win_dirname: filter({}, (value) => windowsDirname(path(value))),
  win_splitdrive: filter({}, (value) => {
    const drive = /^[A-Za-z]:/.exec(path(value))?.[0] ?? ''
    return tuple([drive, path(value).slice(drive.length)])
  }),
}

function path(value: Item): string {
  return textArgument(value, 'a path')
}

/** `$NAME` and `${NAME}` of the controller's environment; names that it does not have stay as they are. */
function expandVariables(text: string, runtime: Runtime): string {
  return text.replaceAll(/\$(?:(\w+)|\{([^}]*)\})/g, (all, name?: string, braced?: string) => {
    return runtime.environment.variable?.(name ?? braced ?? '') ?? all
  })
}

function realPath(text: string, runtime: Runtime): string {
  const { environment } = runtime
  if (environment.realpath) return environment.realpath(text)
  throw new Mistake('files cannot be looked at here')
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
  if (parts.length === 0) throw new Mistake('takes at least one part')
  return parts.map(path).reduce((path, part) => {
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
