import { defineKind } from './kind.ts'
import { parsePaths } from './path-parse.ts'
import { probePaths } from './path-probe.ts'
import type { PathAsk, PathReply } from './replies.ts'

/** What is at a path: existence, type, mode, owner, and on request digests, content, entries, the tree below. */
export const path = defineKind<PathAsk, PathReply>({
  key: (ask) => pathKey(ask.path, ask.follow),
  merge,
  probe: probePaths,
  parse: parsePaths,
})

/** The World's key of a path, looked at itself or, with follow, at what is behind the links. */
export function pathKey(path: string, follow = false): string {
  const normal = normalPath(path)
  if (!follow) return normal
  return normal === '/' ? '/.' : `${normal}/.`
}

/** The same path without repeated and trailing slashes and without `.` parts. `..` stays: links may be before it. */
export function normalPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return `/${parts.join('/')}`
}

/** The directory that holds this path. */
export function parentPath(path: string): string {
  const normal = normalPath(path)
  return normal.slice(0, normal.lastIndexOf('/')) || '/'
}

/** All directories above this path, the topmost first, without the root. */
export function ancestors(path: string): string[] {
  const out: string[] = []
  for (let parent = parentPath(path); parent !== '/'; parent = parentPath(parent)) out.unshift(parent)
  return out
}

/** The last part of a path. */
export function baseName(path: string): string {
  const normal = normalPath(path)
  return normal.slice(normal.lastIndexOf('/') + 1)
}

/** A path below a directory. */
export function joinPath(directory: string, name: string): string {
  return normalPath(`${directory}/${name}`)
}

function merge(first: PathAsk, second: PathAsk): PathAsk {
  const digests = union(first.digests, second.digests)
  const contentUnless = content(first.contentUnless, second.contentUnless)
  return {
    path: normalPath(first.path),
    ...(first.follow && { follow: true }),
    ...(digests && { digests }),
    ...(contentUnless !== undefined && { contentUnless }),
    ...((first.entries || second.entries) && { entries: true }),
    ...((first.tree || second.tree) && { tree: true }),
  }
}

function union<T>(first: readonly T[] = [], second: readonly T[] = []): T[] | undefined {
  const all = [...new Set([...first, ...second])]
  return all.length === 0 ? undefined : all
}

/** Two different expectations cannot both be met by leaving the content out, so it is sent always. */
function content(first: string | undefined, second: string | undefined): string | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return first === second ? first : ''
}
