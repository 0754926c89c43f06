import { lines, sh } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import type { Plan, Result } from '../task.ts'
import { pathAttributes, pathBecomes, pathGone, treeAttributes } from '../world/path-effects.ts'
import { normalPath, parentPath } from '../world/path-names.ts'
import type { PathReply } from '../world/replies.ts'
import type { World } from '../world/world.ts'
import {
  type AttributeWishes,
  type Changeable,
  attributeScript,
  changeable,
  type Wanted,
  wantedAttributes,
} from './attributes.ts'
import { type Below, entriesToChange } from './file-below.ts'
import { linkResult, resultOf, stateWord } from './file-result.ts'
import { makeDirectories, missingDirectories, obstacleAbove } from './make-directory.ts'

/** The arguments of `file`, read. */
export interface FileTask extends AttributeWishes {
  path: string
  state?: 'file' | 'directory' | 'absent' | 'link' | 'hard' | 'touch' | undefined
  src?: string | undefined
  recurse: boolean
  force: boolean
  follow: boolean
  accessTime: 'preserve' | 'now'
  modificationTime: 'preserve' | 'now'
}

type There = Extract<PathReply, { exists: true }>

/** What the attributes are about: the thing itself, or what is behind a link. */
export interface Subject {
  path: string
  reply: There
  /** What is at the path of the task itself. */
  own: There
  /** Paths that lead to it. */
  links: string[]
}

/** Nothing at this path. */
export function planAbsent({ path }: Pick<FileTask, 'path'>, world: World): Plan {
  const own = world.get('path', { path })
  const at = normalPath(path)
  const result: Result = { path: at, state: 'absent' }
  if (!own.exists) return { status: 'ok', reason: `${at} does not exist`, result }
  const remove = own.type === 'directory' ? sh`rm -rf ${at}` : sh`rm -f ${at}`
  return {
    status: 'change',
    summary: `remove ${at}`,
    diff: [{ type: 'fields', subject: at, fields: [{ name: 'state', before: own.type, after: 'absent' }] }],
    apply: sh`${remove} || exit 1`,
    effects: [pathGone(at)],
    result,
  }
}

/** A directory, with those above it, and on request the attributes of all that is in it. */
export function planDirectory(task: FileTask, world: World): Plan {
  const subject = subjectOf(task, world)
  if (!subject) {
    const own = world.get('path', { path: task.path })
    if (own.exists) return { status: 'fail', message: `${task.path} is a link to nothing` }
    return planNewDirectory(task, world)
  }
  const { path, reply } = subject
  if (reply.type !== 'directory') {
    return { status: 'fail', message: `${task.path} is a ${reply.type}, not a directory` }
  }
  const wanted = wantedAttributes(task, world, reply, { directory: true })
  const below = task.recurse ? entriesToChange(task, world, path) : []
  return planChanges({ task, subject, wanted, below, reason: `${task.path} is such a directory` })
}

/** What is there keeps its type and content. */
export function planAttributesOnly(task: FileTask, world: World, state: 'file' | 'present'): Plan {
  const subject = subjectOf(task, world)
  if (!subject) {
    const own = world.get('path', { path: task.path })
    if (own.exists) return planDangling(task, own, state)
    return {
      status: 'fail',
      message: `${task.path} does not exist`,
      hint: 'state: file changes what is there; use state: touch, copy or template to make a file',
    }
  }
  const { reply } = subject
  if (state === 'file' && reply.type !== 'file') {
    return { status: 'fail', message: `${task.path} is a ${reply.type}, not a file` }
  }
  const wanted = wantedAttributes(task, world, reply, { directory: reply.type === 'directory' })
  return planChanges({ task, subject, wanted, below: [], reason: `${task.path} is as wished` })
}

/** There is nothing that could have attributes. */
function planDangling(task: FileTask, own: There, state: 'file' | 'present'): Plan {
  const reason = `${task.path} is a link to nothing`
  if (state === 'file') return { status: 'fail', message: reason }
  return { status: 'ok', reason, result: linkResult(normalPath(task.path), own.target ?? '', own) }
}

/** An empty file where there is none; new times where there is something, unless they are to be kept. */
export function planTouch(task: FileTask, world: World): Plan {
  const subject = subjectOf(task, world)
  if (!subject) {
    const own = world.get('path', { path: task.path })
    if (own.exists) return { status: 'fail', message: `${task.path} is a link to nothing` }
    return planNewFile(task, world)
  }
  const { path, reply, links } = subject
  const wanted = wantedAttributes(task, world, reply, { directory: reply.type === 'directory' })
  const reason = `${task.path} exists`
  const touch = touchOptions(task)
  if (touch === undefined || wanted.problem !== undefined) {
    return planChanges({ task, subject, wanted, below: [], reason })
  }
  const others = { atime: Number.NaN, mtime: Number.NaN }
  const fields = [...wanted.fields, { name: 'times', before: 'as they are', after: 'now' }]
  return {
    status: 'change',
    summary: `touch ${task.path}`,
    diff: [{ type: 'fields', subject: task.path, fields }],
    apply: lines(attributeScript([{ path, wanted }]), sh`touch ${touch} ${path} || exit 1`),
    effects: [pathAttributes(path, changeable(wanted), { links, others })],
    result: changedResult(task, subject, wanted),
    notes: wanted.notes,
  }
}

function touchOptions({ accessTime, modificationTime }: FileTask): string[] | undefined {
  if (accessTime === 'now' && modificationTime === 'now') return []
  if (accessTime === 'now') return ['-a']
  return modificationTime === 'now' ? ['-m'] : undefined
}

function planNewFile(task: FileTask, world: World): Plan {
  const at = normalPath(task.path)
  const obstacle = obstacleAbove(at, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const parent = world.get('path', { path: parentPath(at), follow: true })
  if (!parent.exists) return { status: 'fail', message: `the directory ${parentPath(at)} does not exist` }
  const wanted = wantedAttributes(task, world, undefined, { directory: false, parent })
  if (wanted.problem !== undefined) return { status: 'fail', message: wanted.problem }
  const content = Buffer.alloc(0)
  const owner = { name: wanted.owner, required: task.owner !== undefined }
  const group = { name: wanted.group, required: task.group !== undefined }
  return {
    status: 'change',
    summary: `create ${at}`,
    diff: [{ type: 'fields', subject: at, fields: [{ name: 'state', before: 'absent', after: 'file' }] }],
    apply: writeFiles([{ path: at, content, mode: wanted.mode, owner, group }]),
    effects: [pathBecomes(at, { type: 'file', ...changeable(wanted), content })],
    result: resultOf(at, 'file', wanted, 0),
    notes: wanted.notes,
  }
}

function planNewDirectory(task: FileTask, world: World): Plan {
  const at = normalPath(task.path)
  const obstacle = obstacleAbove(at, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const making = makeDirectories(missingDirectories(at, world), task, world)
  const { last } = making
  if (!last) throw new TypeError(`${at} is not there and not missing`)
  if (last.problem !== undefined) return { status: 'fail', message: last.problem }
  return {
    status: 'change',
    summary: `create ${at}`,
    diff: making.diff,
    apply: making.script,
    effects: making.effects,
    result: resultOf(at, 'directory', last),
    notes: last.notes,
  }
}

/** What the task is about: undefined if there is nothing. */
export function subjectOf({ path, follow }: FileTask, world: World): Subject | undefined {
  const own = world.get('path', { path })
  if (!own.exists) return undefined
  const at = normalPath(path)
  if (own.type !== 'link' || !follow) return { path: at, reply: own, own, links: [] }
  const behind = world.get('path', { path, follow: true })
  return behind.exists ? { path: own.real ?? at, reply: behind, own, links: [at] } : undefined
}

interface Changes {
  task: FileTask
  subject: Subject
  wanted: Wanted
  below: readonly Below[]
  reason: string
}

function planChanges({ task, subject, wanted, below, reason }: Changes): Plan {
  const { path, reply, links } = subject
  const link = reply.type === 'link'
  // The kernel has no permissions for links.
  const fields = link ? wanted.fields.filter((field) => field.name !== 'mode') : wanted.fields
  if (wanted.problem !== undefined) return { status: 'fail', message: wanted.problem }
  const result = changedResult(task, subject, wanted)
  if (fields.length === 0 && below.length === 0) return { status: 'ok', reason, result }
  const items = [{ path, wanted: { ...wanted, fields }, link }, ...below]
  const changed = items.filter((item) => item.wanted.fields.length > 0)
  const effects = fields.length > 0 ? [pathAttributes(path, changedOf(wanted, link), { links, link })] : []
  if (below.length > 0) {
    effects.push(
      treeAttributes(
        path,
        below.map(({ name, wanted, link }) => ({ name, change: changedOf(wanted, link), link })),
      ),
    )
  }
  return {
    status: 'change',
    summary: summaryOf(task.path, fields, below),
    diff: changed.map((item) => ({ type: 'fields', subject: item.path, fields: item.wanted.fields })),
    apply: attributeScript(changed),
    effects,
    result,
    notes: wanted.notes,
  }
}

/** With state link, or none, a link is what the result is about; otherwise it is what is behind it. */
function changedResult(task: FileTask, { path, reply, own }: Subject, wanted: Wanted): Result {
  const aboutLink = own.type === 'link' && (task.state === 'link' || task.state === undefined)
  if (!aboutLink) return resultOf(path, stateWord(reply), wanted, reply.size)
  return linkResult(normalPath(task.path), own.target ?? '', own === reply ? wanted : own)
}

function changedOf(wanted: Wanted, link: boolean): Partial<Changeable> {
  const { mode, ...rest } = changeable(wanted)
  return link ? rest : { ...rest, mode }
}

function summaryOf(path: string, fields: Wanted['fields'], below: readonly Below[]): string {
  const names = fields.map((field) => field.name).join(' and ')
  const more = below.length > 0 ? `the attributes of ${below.length} below` : ''
  const both = names !== '' && more !== '' ? ', and ' : ''
  return names === '' ? `set ${more} ${path}` : `set ${names} of ${path}${both}${more}`
}
