import type { Member } from '../archive/tar-list.ts'
import type { Changeable } from './attributes.ts'
import { creator } from './creator.ts'
import { type Case, type There, isDirectory, isGnuTar, isKept } from './unarchive-there.ts'

const TYPE = { file: 'file', directory: 'directory', link: 'link', hard: 'file' } as const

/** Whether Ansible would unpack for this one. */
export function differs(member: Member, current: There | undefined, the: Case): boolean {
  const { task, looked } = the
  if (!current) return true
  if (member.type === 'other') return false
  if (isKept(current, member, the)) return false
  if (current.type !== TYPE[member.type])
    return !(member.type === 'directory' && staysLink(member, current, the))
  if (member.type === 'link' || member.type === 'hard') return false
  if (task.wishes.mode === undefined && current.mode !== extractedAttributes(member, the).mode) return true
  if (member.type === 'directory') return false
  return looked.kind === 'zip' ? zipDiffers(member, current, the) : tarDiffers(member, current, the)
}

/** Only GNU's tar replaces a link to a directory by a directory. */
function staysLink({ name }: Member, current: There, the: Case): boolean {
  return !isGnuTar(the.looked) && isDirectory(name, current, the)
}

function tarDiffers(member: Member, current: There, the: Case): boolean {
  if (Math.floor(member.mtime ?? Number.NaN) !== current.mtime) return true
  const { task, world } = the
  if (creator(world).uid !== 0) return false
  const expected = extractedAttributes(member, the)
  const other = (one: number, two: number): boolean => !Number.isNaN(one) && one !== two
  if (task.wishes.owner === undefined && other(expected.uid, current.uid)) return true
  return task.wishes.group === undefined && other(expected.gid, current.gid)
}

function zipDiffers(member: Member, current: There, { looked }: Case): boolean {
  if (member.size !== current.size) return true
  const crc = looked.crcs.get(member.name)
  if (crc !== undefined && member.crc !== undefined && crc !== member.crc) return true
  if (!looked.full) return false
  if (member.mtime !== undefined) return member.mtime !== current.mtime
  return looked.times.get(member.name) !== member.local
}

/** As tar or unzip leaves a thing that it has just made. */
export function extractedAttributes(member: Member, { world, looked }: Case): Changeable {
  const me = creator(world)
  const own = { uid: me.uid, gid: me.gid, owner: me.user, group: me.group }
  const root = me.uid === 0
  if (looked.kind === 'zip') return { mode: looked.full ? member.mode : member.mode & ~me.umask, ...own }
  const mode = member.type === 'link' ? 0o777 : root ? member.mode : member.mode & ~me.umask
  if (!root) return { mode, ...own }
  const user = account(member.owner, looked.users, { id: me.uid, name: me.user })
  const group = account(member.group, looked.groups, { id: me.gid, name: me.group })
  return { mode, uid: user.id, gid: group.id, owner: user.name, group: group.name }
}

/** A name that the host does not know: only the archive knows its number, NaN here. */
function account(
  name: string | undefined,
  known: ReadonlyMap<string, number>,
  own: { id: number; name: string },
): { id: number; name: string } {
  if (name === undefined) return own
  const id = known.get(name)
  if (id !== undefined) return { id, name }
  const number = Number(name)
  if (!Number.isInteger(number)) return { id: Number.NaN, name }
  const named = [...known].find(([, one]) => one === number)
  return { id: number, name: named?.[0] ?? name }
}
