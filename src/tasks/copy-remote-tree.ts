import type { Plan } from '../task.ts'
import { baseName, joinPath, normalPath, parentPath } from '../world/path-names.ts'
import type { PathReply, TreeEntry } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { Unknown } from '../world/kind.ts'
import { attributeQuestions } from './attributes.ts'
import type { RemoteCopy } from './copy-remote.ts'
import { joinPlans } from './copy-tree.ts'
import { type FileContent, fileQuestions, planFile } from './file-content.ts'
import { linkQuestions, planLink } from './file-links.ts'
import { type FileTask, planDirectory } from './file-states.ts'
import { directoryQuestions, pathQuestion } from './make-directory.ts'
import type { Mode } from './mode.ts'

type There = Extract<PathReply, { exists: true }>

const digests = ['sha256', 'sha1', 'md5'] as const

/** A directory of the host, to be copied with all that is in it. */
interface RemoteTree {
  copy: RemoteCopy
  /** Where its entries go to. */
  top: string
  entries: readonly TreeEntry[]
}

/** What a directory is asked beyond itself: everything in it, and at the places where that is going to be. */
export function remoteTreeQuestions(copy: RemoteCopy, source: There): WorldQuestion[] {
  const tree = treeOf(copy, source)
  const { top } = tree
  const attributes = copy.owner !== undefined || copy.group !== undefined
  return [
    ...directoryQuestions(top),
    pathQuestion({ path: parentPath(top) }),
    pathQuestion({ path: top }),
    pathQuestion({ path: copy.dest, follow: true }),
    pathQuestion({ path: top, follow: true, ...(attributes && { tree: true }) }),
    ...attributeQuestions(copy),
    ...tree.entries.flatMap((entry) => entryQuestions(tree, entry)),
  ]
}

function entryQuestions(tree: RemoteTree, entry: TreeEntry): WorldQuestion[] {
  const [from, to] = [joinPath(tree.copy.src, entry.path), joinPath(tree.top, entry.path)]
  if (entry.type === 'directory') return [pathQuestion({ path: to }), ...directoryQuestions(to)]
  const source = [pathQuestion({ path: from }), pathQuestion({ path: from, follow: true, digests })]
  const file = fileTo(tree.copy, to, { path: from, size: 0, digests: { sha256: '', sha1: '', md5: '' } })
  // What a link there is a link to is not known yet: that is asked when it is.
  return [...source, ...fileQuestions(file), ...linkQuestions(linkTo(tree.copy, to, undefined))]
}

/** As Ansible has it: a source with a slash behind it gives its entries, one without itself. */
function treeOf(copy: RemoteCopy, source: There): RemoteTree {
  const top = copy.src.endsWith('/') ? normalPath(copy.dest) : joinPath(copy.dest, baseName(copy.src))
  const entries = (source.tree ?? []).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return { copy, top, entries }
}

/** What is in the directory gets the permissions of the source where it is new or differs; what is there stays else. */
export function planRemoteTree(copy: RemoteCopy, source: There, world: World): Plan {
  const tree = treeOf(copy, source)
  const { top } = tree
  const refusal = refuse(tree, world)
  if (refusal !== undefined) return { status: 'fail', message: refusal }
  const there = world.get('path', { path: top, follow: true })
  if (there.exists && !copy.force) return { status: 'ok', reason: `${top} exists, and force is no` }
  const plans: Plan[] = []
  let after = world
  const add = (plan: Plan): void => {
    plans.push(plan)
    if (plan.status === 'change') after = after.after(plan.effects)
  }
  const parent = parentPath(top)
  if (!world.get('path', { path: parent, follow: true }).exists)
    add(planDirectory({ ...taskAt(copy, parent), mode: copy.directoryMode }, after))
  const task = { ...taskAt(copy, top), follow: true }
  // Ansible gives all that is in the directory to the owner, and the permissions to the directory alone.
  if (there.exists && (copy.owner !== undefined || copy.group !== undefined))
    add(planDirectory({ ...task, recurse: true }, after))
  add(planDirectory({ ...task, mode: modeOfTop(copy, source, there, world) }, after))
  for (const entry of tree.entries) {
    const [from, to] = [joinPath(copy.src, entry.path), joinPath(top, entry.path)]
    if (entry.type === 'directory') {
      const known = world.get('path', { path: to, follow: true }).exists
      add(planDirectory({ ...taskAt(copy, to), mode: known ? undefined : { octal: entry.mode } }, after))
    } else if (entry.type === 'link' && isCopiedAsLink(copy, from, world)) {
      const { target } = present(world.get('path', { path: from }), from)
      add(planLink({ ...linkTo(copy, to, target), force: true }, after))
    } else if (entry.type === 'file' || entry.type === 'link') add(planEntry(copy, from, to, after))
    else return { status: 'fail', message: `${from} is a ${entry.type}, which is not copied` }
  }
  const given = { dest: copy.dest, slash: copy.src.endsWith('/') }
  return joinPlans(plans, { source: normalPath(copy.src), dest: top, given })
}

function refuse({ copy, top }: RemoteTree, world: World): string | undefined {
  const { dest } = copy
  if (copy.checksum !== undefined) return `${copy.src} is a directory, which has no checksum`
  const src = normalPath(copy.src)
  if (top === src || top.startsWith(`${src}/`)) return `${src} cannot be copied into itself`
  const to = world.get('path', { path: dest, follow: true })
  if (to.exists && to.type !== 'directory') return `${dest} is a ${to.type}, not a directory`
  const above = parentPath(dest)
  if (to.exists || dest.endsWith('/') || world.get('path', { path: above, follow: true }).exists)
    return undefined
  return `the directory ${above} does not exist`
}

/** The directory itself is like its source where it is new; not where the one above it is made for it, as in Ansible. */
function modeOfTop(copy: RemoteCopy, source: There, there: PathReply, world: World): Mode | undefined {
  if (copy.mode === 'preserve') return { octal: source.mode }
  if (copy.mode !== undefined || there.exists) return copy.mode
  const [slash, destSlash] = [copy.src.endsWith('/'), copy.dest.endsWith('/')]
  if (slash && destSlash) return copy.directoryMode
  const room = slash || destSlash || world.get('path', { path: copy.dest, follow: true }).exists
  return room ? { octal: source.mode } : undefined
}

/** Dead links are copied as they are; there is nothing else to copy. */
function isCopiedAsLink({ localFollow }: RemoteCopy, from: string, world: World): boolean {
  return !localFollow || !world.get('path', { path: from, follow: true }).exists
}

function planEntry(copy: RemoteCopy, from: string, to: string, world: World): Plan {
  const source = present(world.get('path', { path: from, follow: true }), from)
  if (source.type !== 'file') {
    const hint = 'local_follow: no copies links as they are'
    return { status: 'fail', message: `${from} leads to a ${source.type}, which is not copied`, hint }
  }
  const { sha256, sha1, md5 } = source.digests
  if (sha256 === undefined || sha1 === undefined || md5 === undefined)
    return { status: 'unknown', why: `the content of ${from}` }
  const current = world.get('path', { path: to, follow: true })
  const same = current.exists && current.digests.sha256 === sha256
  const content = { path: from, size: source.size, digests: { sha256, sha1, md5 } }
  return planFile({ ...fileTo(copy, to, content), mode: same ? undefined : { octal: source.mode } }, world)
}

function present(reply: PathReply, path: string): There {
  if (reply.exists) return reply
  throw new UnknownAnswer(new Unknown(`what ${path} is`))
}

function fileTo(copy: RemoteCopy, dest: string, content: FileContent['content']): FileContent {
  const { owner, group, backup, follow, validate } = copy
  return {
    owner,
    group,
    backup,
    follow,
    validate,
    dest,
    name: undefined,
    source: undefined,
    content,
    force: true,
  }
}

function linkTo(copy: RemoteCopy, path: string, src: string | undefined): FileTask {
  return { ...taskAt(copy, path), state: 'link', src }
}

function taskAt({ owner, group }: RemoteCopy, path: string): FileTask {
  const keep = { accessTime: 'preserve', modificationTime: 'preserve' } as const
  return { path, owner, group, recurse: false, force: false, follow: false, ...keep }
}
