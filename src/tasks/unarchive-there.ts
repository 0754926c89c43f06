import type { Member } from '../archive/tar-list.ts'
import { Unknown } from '../world/kind.ts'
import { ancestors, joinPath } from '../world/path-names.ts'
import type { PathReply } from '../world/replies.ts'
import { UnknownAnswer, type World } from '../world/world.ts'
import type { Looked } from './unarchive-look.ts'
import type { Unarchive } from './unarchive-plan.ts'

export type There = Extract<PathReply, { exists: true }>

/** An archive that is to be unpacked, and what is on the host. */
export interface Case {
  task: Unarchive
  world: World
  looked: Looked
  /** All that is wanted of the archive. */
  members: readonly Member[]
  /** Names of directories that GNU's tar puts in the place of what is none, be it a link to one; no other tool does. */
  replaced: ReadonlySet<string>
}

/** Looks through the members for what is replaced. */
export function caseOf(the: Omit<Case, 'replaced'>): Case {
  const { task, looked, members } = the
  if (!isGnuTar(looked)) return { ...the, replaced: new Set() }
  const replaced = members.filter((member) => {
    if (member.type !== 'directory') return false
    const current = thereAt(member.name, the)
    return current && current.type !== 'directory' && !(task.keepNewer && isNewer(current, member, the))
  })
  return { ...the, replaced: new Set(replaced.map(({ name }) => name)) }
}

/** What is at the place of a member now, or would be after what check mode has predicted. */
export function currentOf(name: string, the: Case): There | undefined {
  if (above(name).some((one) => the.replaced.has(one))) return undefined
  return thereAt(name, the)
}

/** Where a member is unpacked, links above it resolved: tar and unzip go through them. */
export function placeOf(name: string, the: Case): string {
  const { task, looked } = the
  let link: { name: string; real: string } | undefined
  for (const one of above(name)) {
    if (the.replaced.has(one)) break
    const real = looked.linked.get(one)
    if (real !== undefined) link = { name: one, real }
  }
  return link ? joinPath(link.real, name.slice(link.name.length)) : joinPath(task.dest, name)
}

/** Whether keep_newer keeps what is there: both tools go by time alone, tar whatever it is. */
export function isNewer(
  current: There,
  { name, mtime }: Member,
  { task, looked }: Omit<Case, 'replaced'>,
): boolean {
  if (mtime === undefined || current.type === 'directory') return false
  if (looked.kind === 'zip' && current.type !== 'file') return false
  if (!Number.isNaN(current.mtime)) return current.mtime >= Math.floor(mtime)
  // What the tasks before have written is newer than any archive.
  if (current.content !== undefined || current.type === 'link') return true
  throw new UnknownAnswer(new Unknown(`whether ${joinPath(task.dest, name)} is newer than in the archive`))
}

/** Whether keep_newer leaves alone what is there. GNU's tar makes an empty directory anew, and no other. */
export function isKept(current: There, member: Member, the: Case): boolean {
  if (!the.task.keepNewer) return false
  if (current.type === 'directory' && member.type === 'directory' && isGnuTar(the.looked))
    return current.entries?.length !== 0
  return isNewer(current, member, the)
}

/** As text: what is on the host that tar or unzip can neither replace nor go through. */
export function obstacle(the: Case): string | undefined {
  const checked = new Set<string>()
  for (const member of the.members) {
    const own = obstacleAt(member, the)
    if (own !== undefined) return own
    for (const name of above(member.name)) {
      if (checked.has(name)) continue
      checked.add(name)
      const reply = the.replaced.has(name) ? undefined : currentOf(name, the)
      if (reply && !isDirectory(name, reply, the))
        return `${joinPath(the.task.dest, name)} is a ${reply.type}, and ${member.name} is to be below it`
    }
  }
  return undefined
}

function obstacleAt(member: Member, the: Case): string | undefined {
  const { task, looked } = the
  const current = currentOf(member.name, the)
  if (!current || member.type === 'other') return undefined
  const differ = `${joinPath(task.dest, member.name)} is a ${current.type}, and a ${WORDS[member.type]} in the archive`
  if (member.type === 'directory') {
    if (isDirectory(member.name, current, the) || the.replaced.has(member.name)) return undefined
    return task.keepNewer && isGnuTar(looked) ? undefined : differ
  }
  if (current.type === 'directory') return differ
  if (looked.full) return undefined
  if (looked.kind === 'zip') return current.type === 'file' ? undefined : differ
  return task.keepNewer
    ? `keep_newer needs GNU tar: busybox's stops where something is there, such as ${joinPath(task.dest, member.name)}`
    : undefined
}

const WORDS = { directory: 'directory', file: 'file', link: 'link', hard: 'hard link' } as const

/** Whether what is there is a directory, or a link that leads to one. */
export function isDirectory(name: string, current: There, { task, looked, world }: Case): boolean {
  if (current.type !== 'link') return current.type === 'directory'
  const path = joinPath(task.dest, name)
  // The answer about the link is the host's; one that check mode has predicted may lead elsewhere.
  if (world.predictedOver(path, ABSENT) !== ABSENT)
    throw new UnknownAnswer(new Unknown(`${path} is going to be another link`))
  return looked.linked.has(name)
}

const ABSENT: PathReply = { exists: false }

export function isGnuTar({ kind, full }: Looked): boolean {
  return kind !== 'zip' && full
}

function thereAt(name: string, { task, world, looked }: Omit<Case, 'replaced'>): There | undefined {
  const path = joinPath(task.dest, name)
  const found = looked.there.get(name)
  const base = found && looked.empty.has(name) ? { ...found, entries: [] } : found
  const reply = world.predictedOver(path, base ?? ABSENT)
  if (reply instanceof Unknown) throw new UnknownAnswer(reply)
  return reply.exists ? reply : undefined
}

/** The names of the directories above a member, the topmost first. */
function above(name: string): string[] {
  return ancestors(`/${name}`).map((path) => path.slice(1))
}
