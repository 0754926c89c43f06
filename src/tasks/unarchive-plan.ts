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
import { unsettled } from '../world/unsettled.ts'
import { creator } from './creator.ts'
import { resultOf } from './file-result.ts'
import { pathQuestion } from './make-directory.ts'
import { asksOfPattern, isThere, type Pattern } from './path-pattern.ts'
import { lookAsk, type Looked, readLook } from './unarchive-look.ts'
import { differs, extractedAttributes } from './unarchive-differs.ts'
import { unpackScript } from './unarchive-script.ts'
import { type Case, type There, caseOf, currentOf, isKept, obstacle, placeOf } from './unarchive-there.ts'

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
    const why = `${shown} cannot be unpacked: ${looked || 'it is no archive'}`
    // Anything may come below dest, not only what it was asked about.
    return { status: 'unknown', why, effects: unsettled([{ kind: 'path', ask: { path: task.dest } }], why) }
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
