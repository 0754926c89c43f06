import type { Answer } from '../connect/connection.ts'
import type { Validator } from '../shell/write-file.ts'
import type { Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import type { PathReply } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { fileAt } from './file-at.ts'
import type { AttributeWishes } from './attributes.ts'
import { fileFailure, fileQuestions, fileResult, planFile, type FileContent } from './file-content.ts'

/** What an edit makes of a text. */
export interface Edited {
  text: string
  /** Ansible's word for what was done; empty if nothing was. */
  msg: string
  result?: Result
}

/** A file on the host whose new text follows from the old one: what lineinfile and its like come down to. */
export interface EditedFile extends AttributeWishes {
  path: string
  /** Make the file where there is none, and the directories above it. */
  create: boolean
  /** False: the directory has to be there. */
  makeParents?: boolean
  /** A file that is not there is as good as one that is right. */
  mayMiss: boolean
  backup: boolean
  validate?: Validator | undefined
  /** Pure. Throws EditError where it cannot be done. Without a file the text is empty. */
  edit(text: string): Edited
}

/** Why an edit cannot be done. */
export class EditError extends Error {}

export function editQuestions(file: EditedFile): WorldQuestion[] {
  const { path } = file
  return [
    // Content is asked for whatever it is: what it becomes is not known before.
    { kind: 'path', ask: { path, follow: true, contentUnless: '' } },
    ...fileQuestions(contentOf(file, Buffer.alloc(0))),
  ]
}

/** Pure: what is to be done for the file to have the text that the edit makes. */
export function planEdit(file: EditedFile, world: World): Plan {
  const { path } = file
  const reply = world.get('path', { path, follow: true })
  if (!reply.exists && file.mayMiss)
    return { status: 'ok', reason: `${path} does not exist`, result: { msg: 'file not present' } }
  if (!reply.exists && !file.create) {
    return { status: 'fail', message: `${path} does not exist`, hint: 'write create: true to have it made' }
  }
  return editing(() => {
    const known = knownText(path, world)
    const { text, msg, result } = ofPath(path, () => file.edit(known.text))
    const plan = planFile(contentOf(file, known.encode(text)), world)
    if (plan.status === 'ok') return withResult(plan, { msg, ...result })
    if (plan.status !== 'change') return plan
    return withResult(settles(file, text) ? plan : { ...plan, ...RESTLESS }, { msg, ...result })
  })
}

/** An edit's complaint with the path in front. */
function ofPath<Done>(path: string, edit: () => Done): Done {
  try {
    return edit()
  } catch (error) {
    if (error instanceof EditError) throw new EditError(`${path}: ${error.message}`)
    throw error
  }
}

/** What is planned; a plan to fail instead where that throws EditError. */
export function editing<Planned>(plan: () => Planned): Planned | Extract<Plan, { status: 'fail' }> {
  try {
    return plan()
  } catch (error) {
    if (error instanceof EditError) return { status: 'fail', message: error.message }
    throw error
  }
}

/** A text file of the host as it is: empty where there is none. */
export interface KnownText {
  exists: boolean
  text: string
  /** A text made out of this one as bytes: what was not edited stays as it was. Throws EditError. */
  encode: (text: string) => Buffer
}

/**
 * A file that was asked about with `follow` and its content. Throws EditError where it is no file or has more than
 * 1 MiB, and UnknownAnswer where only the real run knows what is in it.
 */
export function knownText(path: string, world: World): KnownText {
  const reply = world.get('path', { path, follow: true })
  return { exists: reply.exists, ...bytesAsText(path, reply.exists ? contentIn(path, reply) : undefined) }
}

/** The same of a reply about a file that is there. */
export function contentIn(path: string, reply: Extract<PathReply, { exists: true }>): Buffer {
  if (reply.type !== 'file') throw new EditError(`${path} is a ${reply.type}, not a file`)
  if (reply.content) return reply.content
  if (reply.size === 0) return Buffer.alloc(0)
  if (reply.size > 1024 * 1024)
    throw new EditError(`${path} has more than 1 MiB: hakube does not edit files of that size`)
  throw new UnknownAnswer(new Unknown(`the content of ${path} is not known yet`))
}

/** Bytes as text, and a text made out of that as bytes again. */
export function bytesAsText(path: string, bytes: Buffer | undefined): Omit<KnownText, 'exists'> {
  const { decode, encode } = codec(bytes)
  return {
    text: decode(bytes ?? Buffer.alloc(0)),
    encode: (text) => ofPath(path, () => encode(text)),
  }
}

/** As in Ansible such a task is carried out once a run, and asking the host again could only say that it wants more. */
const RESTLESS = {
  once: true,
  notes: ['the edit does not settle: it changes its own outcome again on the next run'],
} as const

/** Whether the edit leaves alone what it made. */
function settles(file: EditedFile, made: string): boolean {
  try {
    return file.edit(made).text === made
  } catch (error) {
    if (error instanceof EditError) return false
    throw error
  }
}

function withResult<P extends Extract<Plan, { status: 'ok' | 'change' }>>(plan: P, result: Result): P {
  return { ...plan, result: { ...plan.result, ...result } }
}

export function editResult(output: Answer): Result {
  const { backup_file: backup } = fileResult(output)
  return backup === undefined ? {} : { backup, backup_file: backup }
}

export function editFailure(file: EditedFile, output: Answer): string {
  return fileFailure(file.path, output)
}

function contentOf(file: EditedFile, content: Buffer): FileContent {
  const { path, mode, owner, group, backup, validate, create, makeParents = create } = file
  // As in Ansible, an edit changes the file behind a link.
  return fileAt(path, content, { backup, validate, mode, owner, group, makeParents })
}

interface Codec {
  decode: (bytes: Buffer) => string
  encode: (text: string) => Buffer
}

/** UTF-8 where the file is that; else each byte is a letter, so that what is not edited stays as it is. */
function codec(bytes: Buffer | undefined): Codec {
  if (!bytes || Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes))
    return { decode: (from) => from.toString('utf8'), encode: (text) => Buffer.from(text, 'utf8') }
  const wide = (text: string) => Array.from(text).some((letter) => (letter.codePointAt(0) ?? 0) > 0xff)
  return {
    decode: (from) => from.toString('latin1'),
    encode: (text) => {
      if (wide(text)) throw new EditError('the file is no UTF-8, and what is to be put in is no Latin-1')
      return Buffer.from(text, 'latin1')
    },
  }
}

/** Python's splitlines(True) of bytes: each line with its end. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+$/g) ?? []
}

/** Python's readlines(): lines end with a line feed only. */
export function readLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** A line without its end. */
export function bare(line: string): string {
  return line.replace(/[\r\n]+$/, '')
}
