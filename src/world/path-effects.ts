import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { Unknown } from './kind.ts'
import { isAbove, joinPath, normalPath, parentPath, pathKey } from './path-names.ts'
import { ALGORITHMS } from './path-probe.ts'
import type { Places } from './places.ts'
import type { PathReply, TreeEntry } from './replies.ts'
import { type Effect, effectOnAll } from './world.ts'

type There = Extract<PathReply, { exists: true }>

type Attributes = Pick<There, 'mode' | 'uid' | 'gid' | 'owner' | 'group'>

/** What a module knows of a thing that its apply makes. */
export type Made = Attributes & {
  type: There['type']
  content?: Buffer
  target?: string
  /** Known only of a hard link: the other name's. */
  inode?: number
  device?: number
  links?: number
  /** Of a file whose content is not known here, such as a copy of another one on the host. */
  digests?: There['digests']
  size?: number
  /** Known where the apply sets it. */
  mtime?: number
  /** Of a link: whether there is something at its target. */
  dangling?: boolean
}

/**
 * One effect for everything that is true of the World once something else is at this path: the path itself,
 * looked at directly or through links (`links` are those known to lead there), its place in the listings of the
 * directories above, and, for a link, what is below it.
 */
export function pathBecomes(path: string, made: Made, links: readonly string[] = []): Effect {
  const written = normalPath(path)
  const reply = replyOf(made)
  const followed = new Set(links.map((link) => pathKey(link, true)))
  const change = effectOnAll('path', (before, key, places) => {
    const [at, own] = [places.of(written), places.of(key)]
    const behind = (): PathReply | Unknown => behindLink(at, made, places)
    if (own === at) return isFollowed(key) && made.type === 'link' ? behind() : reply
    if (followed.has(key) || leadsTo(before, key) === at)
      return made.type === 'link' ? behind() : { ...reply, real: at }
    const below = isAbove(at, own)
    if (below || isAbove(written, normalPath(key))) {
      if (made.type === 'link') return behind()
      // What was below a link is not below the directory that takes its place.
      if (made.type !== 'directory' || !below) return { exists: false }
    }
    return listed(before, key, { at, own, made })
  })
  return { ...change, replaces: written }
}

/** Nothing is at this path any more, nor below it. */
export function pathGone(path: string): Effect {
  const written = normalPath(path)
  const change = effectOnAll('path', (before, key, places) => {
    const [at, own] = [places.of(written), places.of(key)]
    if (own === at || isAbove(at, own) || isAbove(written, normalPath(key))) return { exists: false }
    const real = leadsTo(before, key)
    if (real !== undefined && (real === at || isAbove(at, real))) return { exists: false, real }
    return listed(before, key, { at, own, made: undefined })
  })
  return { ...change, replaces: written }
}

/** What else is known about a change of attributes. */
interface AttributesOf {
  /** Paths of links that are known to lead to the thing. */
  links?: readonly string[]
  /** The thing is a link, and is changed itself: what is behind it stays. */
  link?: boolean
  others?: Partial<Pick<There, 'atime' | 'mtime' | 'links'>>
}

/** The same thing at this path with other permissions or another owner. */
export function pathAttributes(path: string, change: Partial<Attributes>, known: AttributesOf = {}): Effect {
  const written = normalPath(path)
  const followed = new Set((known.links ?? []).map((link) => pathKey(link, true)))
  const effect = effectOnAll('path', (before, key, places) => {
    if (before instanceof Unknown || !before.exists) return before
    const [at, own] = [places.of(written), places.of(key)]
    const itself = own === at && !(known.link && isFollowed(key))
    if (itself || followed.has(key) || (!known.link && leadsTo(before, key) === at))
      return { ...before, ...change, ...known.others, ctime: Number.NaN }
    return changeEntry(before, directoryOf(before, key, own), at, (entry) => ({ ...entry, ...change }))
  })
  return { ...effect, about: [written] }
}

/** One of the things below a directory, with other permissions or another owner. */
export interface EntryChange {
  /** Its path from the directory. */
  name: string
  change: Partial<Attributes>
  /** It is a link, and is changed itself. */
  link: boolean
}

/** The same things below a directory with other permissions or owners. */
export function treeAttributes(root: string, changes: readonly EntryChange[]): Effect {
  const byName = new Map(changes.map((entry) => [joinPath('/', entry.name).slice(1), entry]))
  const effect = effectOnAll('path', (before, key, places) => {
    if (before instanceof Unknown || !before.exists) return before
    const top = places.below(root)
    const changeOf = (path: string): EntryChange | undefined =>
      isAbove(top, path) ? byName.get(path.slice(top === '/' ? 1 : top.length + 1)) : undefined
    const own = changeOf(places.of(key))
    const applies = own && !(own.link && isFollowed(key))
    const out = applies ? { ...before, ...own.change, ctime: Number.NaN } : before
    if (!out.tree) return out
    const directory = directoryOf(before, key, places.of(key))
    const tree = out.tree.map((entry) => ({
      ...entry,
      ...changeOf(joinPath(directory, entry.path))?.change,
    }))
    return { ...out, tree }
  })
  return { ...effect, about: changes.map(({ name }) => joinPath(root, name)) }
}

/** A reply for a thing that is not there yet. What nobody can tell beforehand, such as its times, is NaN. */
export function replyOf(made: Made): There {
  const { content, target, type, mode, uid, gid, owner, group } = made
  const never = Number.NaN
  return {
    exists: true,
    type,
    mode,
    uid,
    gid,
    owner,
    group,
    size: content?.length ?? made.size ?? never,
    mtime: made.mtime ?? never,
    atime: never,
    ctime: never,
    inode: made.inode ?? never,
    device: made.device ?? never,
    links: made.links ?? (type === 'directory' ? 2 : 1),
    digests: content === undefined ? (made.digests ?? {}) : digestsOf(content),
    ...(content !== undefined && { content }),
    ...(target !== undefined && { target }),
    ...(type === 'directory' && { entries: [], tree: [] }),
  }
}

function digestsOf(content: Buffer): There['digests'] {
  const digests: There['digests'] = {}
  for (const algorithm of ALGORITHMS) digests[algorithm] = createHash(algorithm).update(content).digest('hex')
  return digests
}

function behindLink(link: string, { dangling, target }: Made, places: Places): Unknown | PathReply {
  if (!dangling) return new Unknown(`${link} is going to be another link`)
  if (target === undefined) return { exists: false }
  return { exists: false, real: places.of(posix.resolve(parentPath(link), target)) }
}

/** The listing of a directory above `at`, once `made` is there, or nothing is. */
export function listed(
  before: PathReply | Unknown,
  key: string,
  { at, own, made }: { at: string; own: string; made: Made | undefined },
): PathReply | Unknown {
  if (before instanceof Unknown) return before
  if (leadsThrough(own, at)) return new Unknown(`${at} is going to change, and ${key} may lead through it`)
  if (!before.exists || before.type !== 'directory') return before
  const directory = directoryOf(before, key, own)
  if (!isAbove(directory, at)) return before
  const name = at.slice(directory === '/' ? 1 : directory.length + 1)
  const out = { ...before }
  if (!name.includes('/')) {
    const others = out.entries?.filter((entry) => entry !== name)
    if (others) out.entries = made ? [...others, name].sort() : others
    out.mtime = Number.NaN
    out.ctime = Number.NaN
  }
  if (out.tree) out.tree = treeWith(out.tree, name, made)
  return out
}

function treeWith(tree: readonly TreeEntry[], name: string, made: Made | undefined): TreeEntry[] {
  const replaced = made?.type !== 'directory'
  const others = tree.filter(
    (entry) => entry.path !== name && !(replaced && entry.path.startsWith(`${name}/`)),
  )
  if (!made) return others
  const { type, mode, uid, gid, owner, group } = made
  return [...others, { path: name, type, mode, uid, gid, owner, group }]
}

function changeEntry(
  before: There,
  directory: string,
  at: string,
  change: (entry: TreeEntry) => TreeEntry,
): There {
  if (!before.tree || !isAbove(directory, at)) return before
  return {
    ...before,
    tree: before.tree.map((entry) => (joinPath(directory, entry.path) === at ? change(entry) : entry)),
  }
}

/** A path with `..` may lead anywhere where links are; it is about `at` if it looks so with or without links. */
function leadsThrough(own: string, at: string): boolean {
  const dots = own.indexOf('/..')
  if (dots === -1) return false
  const [before, straight] = [own.slice(0, dots), posix.normalize(own)]
  return [before, straight].some((path) => path === at || isAbove(at, path))
}

function isFollowed(key: string): boolean {
  return key.endsWith('/.')
}

/** What a path that is looked at through links leads to: what happens there happens here. */
function leadsTo(before: PathReply | Unknown, key: string): string | undefined {
  if (before instanceof Unknown || !isFollowed(key)) return undefined
  return before.real
}

/** Where the things in this directory are. */
function directoryOf(before: There, key: string, own: string): string {
  return leadsTo(before, key) ?? own
}
