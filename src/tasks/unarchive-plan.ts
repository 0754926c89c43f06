import { OddArchive } from '../archive/odd.ts'
import type { ArchiveSource } from '../archive/source.ts'
import type { Member } from '../archive/tar-list.ts'
import { globRegex } from '../inventory/match.ts'
import type { Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathAttributes, pathBecomes } from '../world/path-effects.ts'
import { ancestors, joinPath } from '../world/path-names.ts'
import { type Effect, UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import {
  type AttributeWishes,
  attributeQuestions,
  type Changeable,
  changeable,
  type Wanted,
  wantedAttributes,
} from './attributes.ts'
import { creator } from './creator.ts'
import { resultOf } from './file-result.ts'
import { pathQuestion } from './make-directory.ts'
import { asksOfPattern, isThere, type Pattern } from './path-pattern.ts'
import { lookAsk, type Looked, readLook } from './unarchive-look.ts'
import { unpackScript } from './unarchive-script.ts'
import {
  type Case,
  type There,
  caseOf,
  currentOf,
  isDirectory,
  isGnuTar,
  isKept,
  obstacle,
  placeOf,
} from './unarchive-there.ts'

/** What unarchive comes down to. */
export interface Unarchive {
  source: ArchiveSource
  dest: string
  creates: Pattern | undefined
  exclude: readonly string[]
  include: readonly string[]
  keepNewer: boolean
  listFiles: boolean
  options: readonly string[]
  wishes: AttributeWishes
}

/** With creates it decides alone whether the archive is looked at, and sent or fetched for that. */
export function unarchiveQuestions(task: Unarchive): WorldQuestion[] {
  return task.creates ? [asksOfPattern(task.creates)] : lookQuestions(task)
}

/** What is asked behind creates. */
export function thenUnarchiveQuestions(task: Unarchive, world: World | undefined): WorldQuestion[] {
  const { creates } = task
  return creates && !(world && isThere(creates, world)) ? lookQuestions(task) : []
}

function lookQuestions(task: Unarchive): WorldQuestion[] {
  const { source, dest, wishes } = task
  return [
    pathQuestion({ path: dest, follow: true }),
    ...(source.type === 'path' ? [pathQuestion({ path: source.path, follow: true })] : []),
    ...attributeQuestions(wishes),
    { kind: 'script', ask: lookAsk(task) },
  ]
}

/** Pure: whether all of the archive is there, and how it gets there. */
export function planUnarchive(task: Unarchive, world: World): Plan {
  const { source, dest, creates } = task
  if (creates && isThere(creates, world)) {
    const msg = `skipped, since ${creates.text} exists`
    return { status: 'ok', reason: `${creates.text} exists`, result: { skipped: true, msg } }
  }
  const directory = world.get('path', { path: dest, follow: true })
  const file = source.type === 'path' ? world.get('path', { path: source.path, follow: true }) : undefined
  if (file && !file.exists) return { status: 'fail', message: `Source '${source.shown}' does not exist` }
  if (file?.exists && file.type !== 'file')
    return { status: 'fail', message: `${source.shown} is a ${file.type}` }
  if (!directory.exists || directory.type !== 'directory')
    return { status: 'fail', message: `Destination '${dest}' is not a directory` }
  // A file that is going to be put there, or is going to be another one.
  if (source.type === 'path' && file && Number.isNaN(file.mtime))
    throw new UnknownAnswer(new Unknown(`what is in ${source.path}: it is going to be written`))
  const looked = lookedAt(task, world)
  if ('status' in looked) return looked
  if (!looked.full && looked.kind !== 'zip' && task.exclude.length > 0) {
    const hint = 'name what you want with include, or install GNU tar'
    return { status: 'fail', message: "exclude needs GNU tar: busybox's leaves nothing out", hint }
  }
  // tar has left them out of its list itself.
  const members = looked.members.filter(({ name }) => looked.kind !== 'zip' || isWanted(name, task))
  if (members.length === 0)
    return { status: 'fail', message: `${source.shown} has nothing that is to be unpacked` }
  return planMembers(caseOf({ task, world, looked, members }), directory)
}

function lookedAt(task: Unarchive, world: World): Looked | Plan {
  const { shown } = task.source
  try {
    const looked = readLook(world.get('script', lookAsk(task)))
    if (typeof looked !== 'string') return looked
    return { status: 'unknown', why: `${shown} cannot be unpacked: ${looked || 'it is no archive'}` }
  } catch (error) {
    if (!(error instanceof OddArchive)) throw error
    return {
      status: 'fail',
      message: `${shown} cannot be unpacked: ${error.message}`,
      hint: 'if tar or unzip can read it, write a command task with creates',
    }
  }
}

function planMembers(the: Case, directory: There): Plan {
  const { task, world, members } = the
  const extract = members.filter((member) => differs(member, currentOf(member.name, the), the))
  const problem = extract.length > 0 ? obstacle(the) : undefined
  if (problem !== undefined)
    return {
      status: 'fail',
      message: problem,
      hint: 'remove it by a task before, or leave it out with exclude',
    }
  const items: { path: string; wanted: Wanted; link: boolean }[] = []
  const effects: Effect[] = []
  const made = new Set<string>()
  for (const member of members) {
    const path = placeOf(member.name, the)
    const current = currentOf(member.name, the)
    const fresh = extract.length > 0 && !(current && isKept(current, member, the))
    const base = fresh ? extractedAttributes(member, the) : current
    if (!base) continue
    if (fresh) effects.push(...aboveEffects(member.name, the, made), becomes(path, member, base, current))
    const link = member.type === 'link'
    const wanted = wantedAttributes(task.wishes, world, base, { directory: member.type === 'directory' })
    if (wanted.problem !== undefined) return { status: 'fail', message: wanted.problem }
    const fields = link ? wanted.fields.filter(({ name }) => name !== 'mode') : wanted.fields
    if (fields.length === 0) continue
    items.push({ path, wanted: { ...wanted, fields }, link })
    effects.push(pathAttributes(path, link ? ownerOf(wanted) : changeable(wanted), { link }))
  }
  const result = resultFor(the, directory)
  if (extract.length === 0 && items.length === 0)
    return { status: 'ok', reason: `${task.dest} has all of ${task.source.shown}`, result }
  return {
    status: 'change',
    summary:
      extract.length > 0
        ? `unpack ${task.source.shown} in ${task.dest}`
        : `set attributes of what is in ${task.source.shown}`,
    diff: [
      ...extract.map(({ name }) => ({
        type: 'fields' as const,
        subject: joinPath(task.dest, name),
        fields: [
          {
            name: 'content',
            before: currentOf(name, the) ? 'other' : 'absent',
            after: 'from the archive',
          },
        ],
      })),
      ...items.map(({ path, wanted }) => ({ type: 'fields' as const, subject: path, fields: wanted.fields })),
    ],
    apply: unpackScript(task, {
      digest: the.looked.digest,
      kind: the.looked.kind,
      full: the.looked.full,
      names: members.map(({ name }) => name),
      extract: extract.length > 0,
      items,
    }),
    timeout: 1800,
    // To look again would be to fetch it again.
    once: task.source.type === 'url',
    effects,
    result,
  }
}

function ownerOf({ uid, gid, owner, group }: Wanted): Omit<Changeable, 'mode'> {
  return { uid, gid, owner, group }
}

function resultFor({ task, looked, members }: Case, directory: There): Result {
  const handlers = {
    zip: 'ZipArchive',
    gz: 'TgzArchive',
    // As in Ansible, whose handler for plain tar comes first and can read them.
    bz2: 'TarArchive',
    xz: 'TarArchive',
    zst: 'TarArchive',
    tar: 'TarArchive',
  }
  const slash = ({ name, type }: Member): string => (type === 'directory' ? `${name}/` : name)
  return {
    ...resultOf(task.dest, 'directory', directory, directory.size),
    src: task.source.shown,
    handler: handlers[looked.kind],
    ...(task.listFiles && { files: members.map(slash) }),
  }
}

function isWanted(name: string, { exclude }: Unarchive): boolean {
  return !exclude.some((pattern) => globRegex(pattern).test(name) || globRegex(pattern).test(`${name}/`))
}

const TYPE = { file: 'file', directory: 'directory', link: 'link', hard: 'file' } as const

/** Whether Ansible would unpack for this one. */
function differs(member: Member, current: There | undefined, the: Case): boolean {
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
function extractedAttributes(member: Member, { world, looked }: Case): Changeable {
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

/** Directories that no entry of the archive stands for. `name`: of the member, `path`: where it is. */
function aboveEffects(name: string, the: Case, made: Set<string>): Effect[] {
  const { umask, uid, gid, user, group } = creator(the.world)
  const attributes = { mode: 0o777 & ~umask, uid, gid, owner: user, group }
  const named = new Set(the.members.map((member) => member.name))
  const out: Effect[] = []
  for (const path of ancestors(`/${name}`)) {
    const one = path.slice(1)
    if (made.has(one) || named.has(one) || currentOf(one, the)) continue
    made.add(one)
    out.push(pathBecomes(placeOf(one, the), { type: 'directory', ...attributes }))
  }
  return out
}

function becomes(path: string, member: Member, attributes: Changeable, current: There | undefined): Effect {
  const { type, target, mtime, size } = member
  const common = { ...changeable(attributes), ...(mtime !== undefined && { mtime: Math.floor(mtime) }) }
  if (type === 'link')
    return pathBecomes(path, { ...common, type: 'link', ...(target !== undefined && { target }) })
  // What is in a directory stays there.
  if (type === 'directory' && current?.type === 'directory')
    return pathAttributes(path, changeable(attributes), { others: { mtime: mtime ?? Number.NaN } })
  if (type === 'directory') return pathBecomes(path, { ...common, type: 'directory' })
  return pathBecomes(path, { ...common, type: 'file', ...(type === 'file' && { size }), digests: {} })
}
