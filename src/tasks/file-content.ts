import { createHash } from 'node:crypto'
import type { Answer } from '../connect/connection.ts'
import { type Script, lines, sh } from '../shell/sh.ts'
import {
  type FileWrite,
  REFUSED,
  type Validator,
  withoutTemporaryNames,
  writeFiles,
} from '../shell/write-file.ts'
import type { Diff, Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { type Made, pathAttributes, pathBecomes } from '../world/path-effects.ts'
import { joinPath, normalPath, parentPath } from '../world/path-names.ts'
import type { PathReply } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import {
  type AttributeWishes,
  attributeQuestions,
  attributeScript,
  changeable,
  type Wanted,
  wantedAttributes,
} from './attributes.ts'
import {
  directoryQuestions,
  makeDirectories,
  missingDirectories,
  obstacleTo,
  pathQuestion,
} from './make-directory.ts'
import { resultOf, stateWord } from './file-result.ts'
import type { Mode } from './mode.ts'
import { NOT_THERE_YET, textDiff } from './text-diff.ts'

/** A file with known content that is to be on the host: what copy and template come down to. */
export interface FileContent extends AttributeWishes {
  dest: string
  /** Name in `dest` where that is a directory; undefined: `dest` has to be the file itself. */
  name: string | undefined
  /** Where the content comes from, for the result. */
  source: string | undefined
  content: Buffer | RemoteContent | Download
  /** False: a file that is there stays as it is. */
  force: boolean
  /** Write to what a link at `dest` points to, instead of replacing the link. */
  follow: boolean
  backup: boolean
  validate?: Validator | undefined
  /** Only have the content validated on the host. */
  trial?: boolean
  directoryMode?: Mode | undefined
  /** Directories above the file are made, too. */
  makeParents?: boolean
}

/** A file that is on the host already. */
export interface RemoteContent {
  path: string
  size: number
  digests: { sha256: string; sha1: string; md5: string }
}

/** A file that the host fetches from elsewhere. */
export interface Download {
  /** Leaves it in "$hk_download", and its digest in $hk_sha256; ends with `exit` where that fails. */
  fetch: Script
  /** What is known of it before. */
  digests: Partial<RemoteContent['digests']>
  /** Whether it is known to be what is there already. */
  same: boolean
  /** Where it comes from, for people. */
  shown: string
}

type There = Extract<PathReply, { exists: true }>

export function fileQuestions(file: FileContent): WorldQuestion[] {
  const content = Buffer.isBuffer(file.content) ? { contentUnless: digestsOf(file.content).sha256 } : {}
  const paths = possiblePaths(file).flatMap((path) => [
    pathQuestion({ path }),
    pathQuestion({ path, follow: true, digests: ['sha256'], ...content }),
  ])
  const above = file.dest.endsWith('/') ? file.dest : parentPath(file.dest)
  return [...paths, ...directoryQuestions(above), ...attributeQuestions(file)]
}

/** Pure: what is to be done for the file to be there as wished. */
export function planFile(file: FileContent, world: World): Plan {
  const place = findPlace(file, world)
  if ('status' in place) return place
  const { at, link, current, parent } = place
  if ((link ?? current) && !file.force) return done(file, place, `${at} exists, and force is no`)
  // A link that is replaced keeps nothing: the new file is made as if nothing had been there.
  const replaced = link !== undefined && place.path === at
  const wanted = wantedAttributes(file, world, replaced ? undefined : current, { directory: false, parent })
  if (wanted.problem !== undefined) return { status: 'fail', message: wanted.problem }
  const same = !replaced && current !== undefined && isSame(at, current, file.content)
  if (same && wanted.fields.length === 0) return done(file, place, `${at} has this content`)
  const common = { file, place, wanted }
  return same ? planAttributes(common) : planWrite(common, world)
}

function isSame(at: string, current: There, content: FileContent['content']): boolean {
  if ('same' in content) return content.same
  const { sha256 } = current.digests
  if (sha256 !== undefined) return sha256 === digestsOf(content).sha256
  // Check mode expects a file of that size, such as one out of an archive; what a package brings has no size yet.
  const size = Buffer.isBuffer(content) ? content.length : content.size
  if (current.size === size) throw new UnknownAnswer(new Unknown(`the content of ${at} is not known yet`))
  return false
}

/** The result of an apply: where the old file was kept. */
export function fileResult(output: Answer): Result {
  const match = /^backup_file=(.+)$/m.exec(output.stdout.toString())
  return match?.[1] === undefined ? {} : { backup_file: match[1] }
}

/** A validator's words in full, with the path that the user wrote; otherwise the last line says it. */
export function fileFailure(path: string, output: Answer): string {
  const said = withoutTemporaryNames(output.stderr.toString().trim(), path)
  const at = said.indexOf(REFUSED)
  if (at !== -1) return said.slice(at)
  return said.split('\n').at(-1) || `ended with ${output.code}`
}

interface Place {
  /** The path that the user means, with the name added where dest is a directory. */
  at: string
  /** The path that is written: behind the link if links are followed. */
  path: string
  link: There | undefined
  current: There | undefined
  parent: There | undefined
  /** Directories that have to be made first. */
  missing: string[]
}

function possiblePaths(file: FileContent): string[] {
  const { dest, name } = file
  if (name === undefined) return [dest]
  return dest.endsWith('/') ? [joinPath(dest, name)] : [dest, joinPath(dest, name)]
}

function findPlace(file: FileContent, world: World): Place | Plan {
  const { dest, name } = file
  const root = world.get('path', { path: dest, follow: true })
  const isDirectory = dest.endsWith('/') || (root.exists && root.type === 'directory')
  if (isDirectory && name === undefined) {
    return { status: 'fail', message: `${dest} is a directory, but content makes a file` }
  }
  const at = isDirectory && name !== undefined ? joinPath(dest, name) : normalPath(dest)
  const parents = findParent(dest, isDirectory, world, file.makeParents === true)
  if ('status' in parents) return parents
  const own = world.get('path', { path: at })
  const behind = world.get('path', { path: at, follow: true })
  const current = behind.exists ? behind : undefined
  if (current && current.type !== 'file') {
    return { status: 'fail', message: `${at} is a ${current.type}, not a file` }
  }
  const link = own.exists && own.type === 'link' ? own : undefined
  const path = (file.follow && current ? link?.real : undefined) ?? at
  return { at, path, link, current, ...parents }
}

function findParent(
  dest: string,
  isDirectory: boolean,
  world: World,
  make: boolean,
): { parent: There | undefined; missing: string[] } | Plan {
  const directory = isDirectory ? normalPath(dest) : parentPath(dest)
  const reply = world.get('path', { path: directory, follow: true })
  if (reply.exists) {
    if (reply.type === 'directory') return { parent: reply, missing: [] }
    return { status: 'fail', message: `${directory} is a ${reply.type}, not a directory` }
  }
  const obstacle = obstacleTo(directory, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  if (isDirectory || make) return { parent: undefined, missing: missingDirectories(directory, world) }
  return {
    status: 'fail',
    message: `the directory ${directory} does not exist`,
    hint: `make it before, with file: path=${directory} state=directory`,
  }
}

interface Step {
  file: FileContent
  place: Place
  wanted: Wanted
}

function planAttributes({ file, place, wanted }: Step): Plan {
  const { current } = place
  return {
    status: 'change',
    summary: `set ${wanted.fields.map((field) => field.name).join(' and ')} of ${place.at}`,
    diff: [{ type: 'fields', subject: place.at, fields: wanted.fields }],
    apply: attributeScript([{ path: place.path, wanted }]),
    effects: [pathAttributes(place.path, changeable(wanted), { links: [place.at] })],
    result: {
      ...resultOf(place.path, current ? stateWord(current) : 'file', wanted),
      ...contentResult(file),
    },
    notes: wanted.notes,
  }
}

function planWrite({ file, place, wanted }: Step, world: World): Plan {
  const { at, path, current } = place
  const wishes = { owner: file.owner, group: file.group, mode: file.directoryMode }
  const above = makeDirectories(place.missing, wishes, world)
  const diff: Diff[] = [...above.diff, contentDiff(at, current, file.content)]
  if (current && wanted.fields.length > 0) diff.push({ type: 'fields', subject: at, fields: wanted.fields })
  const made = { type: 'file' as const, ...changeable(wanted), ...contentEffect(file.content) }
  return {
    status: 'change',
    summary: `${current ? 'change' : 'create'} ${at}`,
    diff,
    apply: lines(above.script, fetched(file, writeFiles([toWrite(file, path, wanted)]))),
    effects: [...above.effects, pathBecomes(path, made, path === at ? [] : [at])],
    result: { ...resultOf(path, 'file', wanted), ...contentResult(file) },
    notes: [...wanted.notes, ...(file.validate ? [`${at} is not validated before it is written`] : [])],
  }
}

/** A download is fetched first. */
function fetched({ content }: FileContent, write: Script): Script {
  return 'fetch' in content ? withDownload(lines(content.fetch, write)) : write
}

/** What a script leaves in "$hk_download" and "$hk_made" goes, whatever becomes of it. */
export function withDownload(script: Script): Script {
  return sh`(
hk_download= hk_made=
trap 'for hk_gone in "$hk_download" "$hk_made"; do [ -z "$hk_gone" ] || rm -f "$hk_gone"; done' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
${script}
) || exit 1`
}

function toWrite(file: FileContent, path: string, wanted: Wanted): FileWrite {
  return {
    path,
    content: bytesOf(file.content),
    mode: wanted.mode,
    owner: { name: ownerName(wanted.uid, wanted.owner), required: file.owner !== undefined },
    group: { name: ownerName(wanted.gid, wanted.group), required: file.group !== undefined },
    backup: file.backup,
    validate: file.validate,
    trial: file.trial ?? false,
  }
}

function bytesOf(content: FileContent['content']): FileWrite['content'] {
  if (Buffer.isBuffer(content)) return content
  if ('fetch' in content) return { path: sh`"$hk_download"`, sha256: sh`"$hk_sha256"` }
  return { path: content.path, sha256: content.digests.sha256 }
}

function ownerName(id: number, name: string): string {
  return Number.isNaN(id) ? name : String(id)
}

function done(file: FileContent, { at, path, link, current }: Place, reason: string): Plan {
  const shown = current ?? link
  if (!shown) throw new TypeError(`${at} is done but not there`)
  const state = current ? stateWord(current) : 'link'
  return { status: 'ok', reason, result: { ...resultOf(path, state, shown), ...contentResult(file) } }
}

function contentResult({ content, source }: FileContent): Result {
  if ('fetch' in content) return {}
  const { sha1, md5 } = digestsOf(content)
  const size = Buffer.isBuffer(content) ? content.length : content.size
  return { checksum: sha1, md5sum: md5, size, ...(source !== undefined && { src: source }) }
}

function contentDiff(at: string, current: There | undefined, content: FileContent['content']): Diff {
  if (Buffer.isBuffer(content)) return textDiff(at, current ?? { exists: false }, content)
  const before = current ? (current.digests.sha256 ?? NOT_THERE_YET) : 'absent'
  const after = content.digests.sha256 ?? ('shown' in content ? content.shown : '')
  return { type: 'fields', subject: at, fields: [{ name: 'sha256', before, after }] }
}

function contentEffect(content: FileContent['content']): Pick<Made, 'content' | 'digests' | 'size'> {
  if (Buffer.isBuffer(content)) return { content }
  return { digests: content.digests, ...('size' in content && { size: content.size }) }
}

/** What the host's tools will say of this content. */
export function digestsOf(content: Buffer | RemoteContent): RemoteContent['digests'] {
  if (!Buffer.isBuffer(content)) return content.digests
  const digest = (algorithm: string): string => createHash(algorithm).update(content).digest('hex')
  return { sha256: digest('sha256'), sha1: digest('sha1'), md5: digest('md5') }
}
