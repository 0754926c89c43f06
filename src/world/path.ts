import { defineKind } from './kind.ts'
import { normalPath, pathKey } from './path-names.ts'
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
