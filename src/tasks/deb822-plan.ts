import { lines } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { fileAt } from './file-at.ts'
import { attributeQuestions } from './attributes.ts'
import { type FieldValue, formatStanza, KEYRINGS, type SourceFiles } from './deb822-stanza.ts'
import { digestsOf, type FileContent, fileQuestions, planFile } from './file-content.ts'
import { planAbsent, planDirectory } from './file-states.ts'
import { type KeySource, keyBytes, sourceQuestions } from './key-source.ts'
import { directoryQuestions, pathQuestion } from './make-directory.ts'
import { type Mode, parseMode } from './mode.ts'

/** A source of apt in deb822 format. */
export interface Repository {
  files: SourceFiles
  present: boolean
  fields: Readonly<Record<string, FieldValue | undefined>>
  mode: Mode
  /** A key that the host fetches, into a file of its own. */
  source: Extract<KeySource, { type: 'url' }> | undefined
  /** A keyring on the host, if it is there. */
  keyring: string | undefined
  /** Looking at the key costs a request to another machine. */
  remote: boolean
}

const NOTHING = Buffer.alloc(0)
const KEY_MODE = parseMode('0644')
const DIRECTORY = {
  path: KEYRINGS,
  mode: parseMode('0755'),
  owner: 'root',
  group: 'root',
  recurse: false,
  force: false,
  follow: true,
  accessTime: 'preserve',
  modificationTime: 'preserve',
} as const

export function repositoryQuestions({ files, present, source, keyring, mode }: Repository): WorldQuestion[] {
  const platform: WorldQuestion = { kind: 'platform', ask: {} }
  const paths = [files.stanza, files.text, files.bytes]
  if (!present) return [platform, ...paths.map((path) => pathQuestion({ path }))]
  return [
    platform,
    // What the file is to say hangs on the key, and where the key goes on what it is.
    ...fileQuestions(fileAt(files.stanza, NOTHING, { mode, follow: false })),
    ...(keyring === undefined ? [] : [pathQuestion({ path: keyring, follow: true })]),
    ...(source ? [...keyQuestions(files), ...sourceQuestions(source)] : []),
  ]
}

function keyQuestions({ text, bytes }: SourceFiles): WorldQuestion[] {
  return [
    ...[text, bytes].flatMap((path) =>
      fileQuestions(fileAt(path, NOTHING, { mode: KEY_MODE, follow: false })),
    ),
    pathQuestion({ path: KEYRINGS }),
    ...directoryQuestions(KEYRINGS),
    ...attributeQuestions(DIRECTORY),
  ]
}

/** Pure: what is to become of the files of a source and of its key. */
export function planRepository(task: Repository, world: World): Plan {
  const { packageManager } = world.get('platform', {})
  if (packageManager !== 'apt')
    return {
      status: 'fail',
      message: `deb822_repository is not for this host, which has ${packageManager}`,
      hint: 'add when: ansible_os_family == "Debian"',
    }
  return task.present ? planPresent(task, world) : planGone(task, world)
}

function planPresent(task: Repository, world: World): Plan {
  const { files, source, keyring, mode } = task
  const key = source ? keyFile(task, source, world) : undefined
  if (typeof key === 'string') return { status: 'fail', message: key }
  const signedBy = key?.path ?? task.fields['signed_by']
  const repo = formatStanza({ ...task.fields, signed_by: signedBy })
  const reply = keyring === undefined ? undefined : world.get('path', { path: keyring, follow: true })
  const own = reply?.exists && reply.type === 'file' ? keyring : undefined
  const result = { repo, dest: files.stanza, key_filename: key?.path ?? own ?? null }
  const steps: Step[] = []
  if (key && !isThere(key.path, key.content, world))
    // The directory is put right only where something goes into it, as with Ansible.
    steps.push((now) => planDirectory(DIRECTORY, now))
  if (key) steps.push((now) => planFile(settled(key.path, key.content, KEY_MODE, now), now))
  steps.push((now) => planFile(settled(files.stanza, Buffer.from(repo), mode, now), now))
  const plan = inTurn(steps, world, `${files.stanza} has this source`, result)
  // Another look would fetch the key once more.
  return plan.status === 'change' && task.remote ? { ...plan, once: true } : plan
}

function planGone({ files }: Repository, world: World): Plan {
  const paths = [files.stanza, files.text, files.bytes]
  for (const path of paths) {
    const reply = world.get('path', { path })
    if (reply.exists && reply.type === 'directory')
      return { status: 'fail', message: `${path} is a directory` }
  }
  const steps = paths.map(
    (path): Step =>
      (now) =>
        planAbsent({ path }, now),
  )
  const result = { repo: null, dest: files.stanza, key_filename: files.bytes }
  return inTurn(steps, world, `${files.stanza} does not exist`, result)
}

/** The key and the file it goes to; a text instead: why there is none. */
function keyFile(
  { files }: Repository,
  source: Extract<KeySource, { type: 'url' }>,
  world: World,
): { path: string; content: Buffer } | string {
  const content = keyBytes(source, world)
  if (typeof content === 'string') return content
  if (content.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return { path: files.text, content }
  // The first bit of every packet of OpenPGP is set.
  if (((content[0] ?? 0) & 0x80) !== 0) return { path: files.bytes, content }
  return content.length === 0
    ? `there is nothing at ${source.shown}`
    : `what ${source.shown} gives is no key: it begins with ${JSON.stringify(content.toString('utf8', 0, 20))}`
}

function isThere(path: string, content: Buffer, world: World): boolean {
  const reply = world.get('path', { path, follow: true })
  return reply.exists && reply.digests.sha256 === digestsOf(content).sha256
}

/** A link to a file with this content stays, any other is replaced. */
function settled(path: string, content: Buffer, mode: Mode, world: World): FileContent {
  return fileAt(path, content, { mode, follow: isThere(path, content, world) })
}

type Step = (now: World) => Plan

/** Several plans as one, each over what the ones before it make. */
function inTurn(steps: readonly Step[], world: World, reason: string, result: Result): Plan {
  let now = world
  const changes: Extract<Plan, { status: 'change' }>[] = []
  for (const step of steps) {
    const plan = step(now)
    if (plan.status === 'ok') continue
    if (plan.status !== 'change') return plan
    changes.push(plan)
    now = now.after(plan.effects)
  }
  if (changes.length === 0) return { status: 'ok', reason, result }
  return {
    status: 'change',
    summary: changes.map(({ summary }) => summary).join(', '),
    diff: changes.flatMap(({ diff }) => diff),
    apply: lines(...changes.map(({ apply }) => apply)),
    effects: changes.flatMap(({ effects }) => effects),
    result,
    notes: changes.flatMap(({ notes }) => notes ?? []),
  }
}
