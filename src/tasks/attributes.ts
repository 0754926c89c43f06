import { type Script, lines, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { PathReply } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { creator, creatorQuestion } from './creator.ts'
import { applyMode, type Mode, showMode } from './mode.ts'
import { mode, text } from './params.ts'

/** See selinux-labels.ts. */
const WITHOUT_SELINUX =
  'Ignored on a host without SELinux, as Ansible does; where it is switched on the task fails: write a command task with chcon, or semanage fcontext and restorecon.'

/** Owner, group and mode: what file, copy and template have in common. */
export const attributeParams = {
  mode: mode.optional().describe('Permissions: octal in quotes ("0644"), or symbolic (u=rw,g=r,o=).'),
  owner: text.optional().describe('User who is to own it, as name or number.'),
  group: text.optional().describe('Group that is to own it, as name or number.'),
  seuser: text.optional().describe(`User of its SELinux context. ${WITHOUT_SELINUX}`),
  serole: text.optional().describe(`Role of its SELinux context. ${WITHOUT_SELINUX}`),
  setype: text.optional().describe(`Type of its SELinux context. ${WITHOUT_SELINUX}`),
  selevel: text.optional().describe(`Level of its SELinux context. ${WITHOUT_SELINUX}`),
}

/** Ansible's parameters about attributes that are not supported here. */
export const unsupportedAttributes = {
  attributes: 'write a command task with chattr',
  attr: 'write a command task with chattr',
  unsafe_writes: 'files are replaced at once or not at all',
} as const

export interface AttributeWishes {
  mode?: Mode | undefined
  owner?: string | undefined
  group?: string | undefined
}

type There = Extract<PathReply, { exists: true }>
export type Changeable = Pick<There, 'mode' | 'uid' | 'gid' | 'owner' | 'group'>

/** Attributes as they are to be, and which of them differ from those that are. */
export interface Wanted extends Changeable {
  fields: { name: string; before: string; after: string }[]
  /** Reason why it cannot be done. */
  problem?: string
  notes: string[]
}

export function attributeQuestions(wishes: Pick<AttributeWishes, 'owner' | 'group'>): WorldQuestion[] {
  const questions: WorldQuestion[] = [creatorQuestion]
  const { owner, group } = wishes
  if (owner !== undefined) questions.push({ kind: 'user', ask: { name: owner } })
  if (group !== undefined) questions.push({ kind: 'group', ask: { name: group } })
  return questions
}

/**
 * The attributes a thing is to have. `current` undefined: it is going to be made, by the user who runs the
 * task, in `parent`.
 */
export function wantedAttributes(
  wishes: AttributeWishes,
  world: World,
  current: Changeable | undefined,
  making: { directory: boolean; parent?: Changeable | undefined },
): Wanted {
  const base = current ?? newAttributes(world, making)
  const notes: string[] = []
  const umask = creator(world).umask
  const mode = wishes.mode
    ? applyMode(wishes.mode, { mode: base.mode, directory: making.directory, umask })
    : base.mode
  const owner = account('user', wishes.owner, world, { id: base.uid, name: base.owner })
  const group = account('group', wishes.group, world, { id: base.gid, name: base.group })
  const problem = owner.problem ?? group.problem
  for (const note of [owner.note, group.note]) if (note !== undefined) notes.push(note)
  const fields: Wanted['fields'] = []
  if (owner.differs) fields.push({ name: 'owner', before: base.owner, after: owner.name })
  if (group.differs) fields.push({ name: 'group', before: base.group, after: group.name })
  if (mode !== base.mode) fields.push({ name: 'mode', before: showMode(base.mode), after: showMode(mode) })
  return {
    mode,
    uid: owner.id,
    gid: group.id,
    owner: owner.name,
    group: group.name,
    fields,
    notes,
    ...(problem !== undefined && { problem }),
  }
}

/** So many paths go into one command. More could exceed what a command line may hold. */
const GROUP = 400

/**
 * The commands that give paths those of their attributes that differ, with one process for many paths. A link
 * gets its owner changed itself, not what it points to. chown comes first: it takes away setuid bits.
 */
export function attributeScript(items: readonly { path: string; wanted: Wanted; link?: boolean }[]): Script {
  const groups = new Map<string, { command: Script; paths: string[] }>()
  const add = (command: Script, path: string): void => {
    const group = groups.get(command.text) ?? { command, paths: [] }
    groups.set(command.text, group)
    group.paths.push(path)
  }
  const some = (name: string): typeof items =>
    items.filter((item) => item.wanted.fields.some((field) => field.name === name))
  for (const { path, wanted } of some('owner')) add(sh`chown -h ${wanted.owner}`, path)
  for (const { path, wanted } of some('group')) add(sh`chgrp -h ${wanted.group}`, path)
  for (const { path, wanted, link } of items) {
    if (!link && needsMode(wanted)) add(sh`chmod ${exactMode(wanted.mode)}`, path)
  }
  const commands: Script[] = []
  for (const { command, paths } of groups.values()) {
    for (let at = 0; at < paths.length; at += GROUP) {
      commands.push(sh`${command} ${paths.slice(at, at + GROUP)} || exit 1`)
    }
  }
  return lines(...commands)
}

/** GNU's chmod leaves the set-id bits of directories alone, unless the mode has five digits. */
function exactMode(mode: number): string {
  return `0${showMode(mode)}`
}

/** The attributes without what is only known about them. */
export function changeable({ mode, uid, gid, owner, group }: Changeable): Changeable {
  return { mode, uid, gid, owner, group }
}

/** A change of owner clears setuid and setgid, so a mode that has them is set again. */
function needsMode(wanted: Wanted): boolean {
  const differs = wanted.fields.some((field) => field.name === 'mode')
  return differs || (wanted.fields.length > 0 && (wanted.mode & 0o6000) !== 0)
}

function newAttributes(
  world: World,
  making: { directory: boolean; parent?: Changeable | undefined },
): Changeable {
  const { umask, uid, gid, user, group } = creator(world)
  const inherits = making.parent !== undefined && (making.parent.mode & 0o2000) !== 0
  const mode = (making.directory ? 0o777 : 0o666) & ~umask
  return {
    mode: making.directory && inherits ? mode | 0o2000 : mode,
    uid,
    owner: user,
    gid: inherits && making.parent ? making.parent.gid : gid,
    group: inherits && making.parent ? making.parent.group : group,
  }
}

interface Account {
  id: number
  name: string
  differs: boolean
  problem?: string
  note?: string
}

function account(
  kind: 'user' | 'group',
  wish: string | undefined,
  world: World,
  current: { id: number; name: string },
): Account {
  if (wish === undefined) return { ...current, differs: false }
  const reply = world.peek(kind, { name: wish })
  if (isNumber(wish) && (reply instanceof Unknown || !reply.exists)) {
    const id = Number(wish)
    return { id, name: wish, differs: id !== current.id }
  }
  if (reply instanceof Unknown) {
    if (wish === current.name) return { ...current, differs: false }
    throw new UnknownAnswer(reply)
  }
  if (!reply.exists) return { ...current, differs: false, problem: `there is no ${kind} ${wish}` }
  const id = 'uid' in reply ? reply.uid : reply.gid
  if (!Number.isNaN(id)) return { id, name: reply.name, differs: id !== current.id }
  // The account comes with a package. Its number may be the one that things of a lost account still have.
  if (isNumber(current.name))
    throw new UnknownAnswer(new Unknown(`which number ${kind} ${wish} gets is not known`))
  return { id, name: reply.name, differs: reply.name !== current.name }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name)
}
