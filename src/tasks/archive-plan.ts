import { globRegex } from '../inventory/match.ts'
import { base64Of } from '../shell/base64.ts'
import { lines, nothing, Script, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import { pathGone } from '../world/path-effects.ts'
import { Unknown } from '../world/kind.ts'
import { parentPath } from '../world/path-names.ts'
import { replyWith } from '../world/script-reply.ts'
import { effect, UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import {
  type ArchiveAsk,
  archiveAsk,
  type ArchiveLook,
  type Entry,
  isGlob,
  PACKER,
  readArchiveLook,
  type Source,
} from './archive-look.ts'
import type { Member } from '../archive/tar-list.ts'
import type { AttributeWishes } from './attributes.ts'
import { editing } from './edited-file.ts'
import { fileAt } from './file-at.ts'
import { type Download, type FileContent, fileQuestions, planFile } from './file-content.ts'
import { missingTool } from './missing-tool.ts'

/** Paths that are to be packed into one file. */
export interface Archive extends ArchiveAsk {
  /** Patterns of names in the archive that are left out. */
  patterns: readonly string[]
  /** An archive even of one file. */
  force: boolean
  remove: boolean
  wishes: AttributeWishes
}

export function archiveQuestions(task: Archive): WorldQuestion[] {
  return [
    { kind: 'platform', ask: {} },
    { kind: 'script', ask: archiveAsk(task) },
    ...fileQuestions(fileOf(task, Buffer.alloc(0))),
  ]
}

/** Where it goes: of one path beside that. */
function destOf({ dest, paths, format }: Archive): string {
  return dest ?? `${paths[0] ?? ''}.${format}`
}

function fileOf(task: Archive, content: Buffer | Download): FileContent {
  return { ...fileAt(destOf(task), Buffer.alloc(0), task.wishes), content }
}

export function planArchive(task: Archive, world: World): Plan {
  return editing(() => plan(task, world))
}

function plan(task: Archive, world: World): Plan {
  const reply = world.get('script', archiveAsk(task))
  for (const path of [...task.paths, ...task.excluded].map(treeOf))
    if (world.touches(path, archiveAsk(task).id))
      throw new UnknownAnswer(new Unknown(`what is in ${path}: it is going to be written`))
  const look = readArchiveLook(reply)
  const { sources, missing, expanded } = look
  if (sources.length + missing.length === 0)
    return { status: 'fail', message: `there is nothing at ${task.paths.join(', ')}` }
  const paths = [...sources.map(({ path }) => path), ...missing].toSorted()
  const whole =
    task.force || task.paths.some(isGlob) || paths.length > 1 || sources.some((one) => one.directory)
  if (whole && task.dest === undefined)
    return { status: 'fail', message: 'dest is needed for several files or a directory', hint: 'add dest:' }
  const root = commonRoot(paths)
  const packed = task.format === 'tar' || whole
  const entries = packed ? membersOf(task, sources, root, world) : []
  const result = (state: string): Result => ({
    dest: destOf(task),
    dest_state: state,
    arcroot: root,
    missing: [...missing],
    expanded_paths: [...expanded],
    expanded_exclude_paths: [...look.left],
    archived: packed ? entries.map(({ path }) => path) : sources.map(({ path }) => path),
  })
  if (sources.length === 0) return nothingThere(task, world, result)
  const problem = ofItself(task, sources, world) ?? obstacle(task, look, packed, world)
  if (problem) return problem
  const same = isSame(task, look, packed ? entries : undefined, world)
  const fetch = packing(task, packed ? entries : undefined, root, sources[0]?.path ?? '')
  const [first = ''] = paths
  const shown = paths.length === 1 ? first : `${paths.length} paths`
  const file = planFile(fileOf(task, { fetch, digests: {}, same, shown }), world)
  const state = packed ? (missing.length > 0 && whole ? 'incomplete' : 'archive') : 'compress'
  if (file.status === 'fail' || file.status === 'unknown') return file
  const both = { ...file, result: { ...file.result, ...result(state) } }
  if (task.remove) return withRemoval(both, sources, packed ? entries : undefined)
  if (both.status === 'ok' || same) return both
  // In check mode the same task again finds that all is packed.
  const again = replyWith(Buffer.concat([reply.stdout, Buffer.from('foreseen\n')]))
  return { ...both, effects: [...both.effects, effect('script', archiveAsk(task).id, () => again)] }
}

/** The tree that a path is in, as far as it is no pattern. */
function treeOf(path: string): string {
  const at = path.search(/[*?]/)
  return at === -1 ? path.replace(/(?<=.)\/+$/, '') : parentPath(path.slice(0, at + 1))
}

function nothingThere(task: Archive, world: World, result: (state: string) => Result): Plan {
  const dest = destOf(task)
  const there = world.get('path', { path: dest, follow: true })
  const reason = `there is nothing at ${task.paths.join(', ')}`
  if (!there.exists) return { status: 'ok', reason, result: result('absent') }
  const state = /\.(?:tar|tar\.(?:gz|bz2|xz)|tgz|tbz2|zip)$/i.test(dest) ? 'archive' : 'compress'
  const attributes = planFile(fileOf(task, { fetch: nothing, digests: {}, same: true, shown: '' }), world)
  if (attributes.status !== 'ok' && attributes.status !== 'change') return attributes
  return {
    ...attributes,
    ...(attributes.status === 'ok' && { reason }),
    result: { ...attributes.result, ...result(state) },
  }
}

/** What is packed would be overwritten by what it is packed into. Of a pattern, the archive itself is left out. */
function ofItself(task: Archive, sources: readonly Source[], world: World): Plan | undefined {
  const dest = destOf(task)
  const there = world.get('path', { path: dest, follow: true })
  if (!there.exists) return undefined
  const own = `${there.device}:${there.inode}`
  const isOwn = ({ directory, entries }: Source): boolean =>
    !directory && entries.some(({ id }) => id === own)
  const itself = sources.find((one) => isOwn(one) && (task.paths.includes(one.path) || sources.every(isOwn)))
  if (!itself) return undefined
  return {
    status: 'fail',
    message: `${itself.path} would be packed into itself: it is dest, too`,
    hint: 'write the archive to another path',
  }
}

function obstacle(task: Archive, look: ArchiveLook, packed: boolean, world: World): Plan | undefined {
  const packer = PACKER[task.format]
  if (packed && !look.tar) return missingTool(world, 'GNU tar', 'tar')
  if (packer !== undefined && !look.packer) return missingTool(world, `${packer} that packs`, packer)
  if (!task.remove) return undefined
  const inside = look.sources.find(
    ({ path, directory }) => directory && destOf(task).startsWith(`${path.replace(/\/+$/, '')}/`),
  )
  if (inside)
    return { status: 'fail', message: `with remove, the archive cannot be in ${inside.path}, which goes` }
  const linked = look.sources.find(({ link }) => link)
  if (linked)
    return { status: 'fail', message: `${linked.path} is a link to a directory, and is not removed` }
  return undefined
}

/** As Python joins them: the directory that all paths have above them, with a slash at its end. */
export function commonRoot(paths: readonly string[]): string {
  const parents = paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1).replace(/\/*$/, '/'))
  const [first = '/', ...others] = parents
  let length = first.length
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1
  const prefix = first.slice(0, length)
  return prefix.slice(0, prefix.lastIndexOf('/') + 1)
}

/** What goes into the archive, by the names it has there, in a fixed order. Neither sockets nor the archive itself. */
function membersOf(task: Archive, sources: readonly Source[], root: string, world: World): Entry[] {
  const there = world.get('path', { path: destOf(task), follow: true })
  const own = there.exists ? `${there.device}:${there.inode}` : undefined
  const patterns = task.patterns.map(globRegex)
  const files = new Map<string, string>()
  const seen = new Set<string>()
  return sources
    .flatMap(({ entries }) => entries)
    .toSorted((one, other) => (one.path < other.path ? -1 : 1))
    .flatMap((entry) => {
      const name = entry.path.startsWith(root) ? entry.path.slice(root.length) : entry.path
      if (entry.type === 'other' || entry.id === own || seen.has(entry.path)) return []
      if (patterns.some((pattern) => pattern.test(name))) return []
      seen.add(entry.path)
      const first = entry.several ? files.get(entry.id) : undefined
      if (entry.several && first === undefined) files.set(entry.id, name)
      if (first === undefined) return [{ ...entry, name }]
      return [{ ...entry, name, type: 'hard' as const, size: 0, target: first }]
    })
}

/** Whether the archive that is there has all of it already, as Ansible tells: content alone does not count in a tar. */
function isSame(
  task: Archive,
  look: ArchiveLook,
  entries: readonly Entry[] | undefined,
  world: World,
): boolean {
  const dest = destOf(task)
  const there = world.get('path', { path: dest, follow: true })
  if (!there.exists) return false
  if (world.touches(dest, archiveAsk(task).id)) throw new UnknownAnswer(new Unknown(`the content of ${dest}`))
  if (look.foreseen) return true
  if (!entries) return look.same
  if (!look.members) return false
  // The directory that the archive itself is in changes with it.
  const around = world.get('path', { path: parentPath(dest), follow: true })
  const id = around.exists ? `${around.device}:${around.inode}` : undefined
  const restless = new Set(entries.filter((entry) => entry.id === id).map(({ name }) => name))
  const key = ({ name, type, mode, owner, group, size, mtime, target }: Member): string =>
    JSON.stringify([
      [name, type, type === 'link' ? 0 : mode, owner, group, target],
      type === 'file' ? size : 0,
      restless.has(name) ? 0 : mtime,
    ])
  const [has, wants] = [new Set(look.members.map(key)), new Set(entries.map(key))]
  return has.size === wants.size && [...wants].every((each) => has.has(each))
}

/** Leaves the archive in "$hk_download", and its digest in $hk_sha256. */
function packing(task: Archive, entries: readonly Entry[] | undefined, root: string, only: string): Script {
  const packer = PACKER[task.format]
  const pack = packer === undefined ? sh`cat` : sh`${packer} -c`
  const list = Buffer.from((entries ?? []).map(({ name }) => `${name}\n`).join(''))
  return lines(
    sh`hk_download=$(mktemp ${`${parentPath(destOf(task))}/.hakube.XXXXXX`}) || exit 1`,
    entries
      ? sh`hk_made=$(mktemp ${`${parentPath(destOf(task))}/.hakube.XXXXXX`}) || exit 1
{
${base64Of(list)}
} | base64 -d >"$hk_made" || exit 1
{ (cd ${root} && tar -c --no-recursion --verbatim-files-from -f - -T "$hk_made") || echo failed >"$hk_made"; } | ${pack} >"$hk_download" || exit 1
[ "$(head -n 1 "$hk_made")" != failed ] || exit 1`
      : sh`${pack} <${only} >"$hk_download" || exit 1`,
    new Script(`hk_sha256=$(sha256sum <"$hk_download") || exit 1
hk_sha256=\${hk_sha256%% *}`),
  )
}

/** Sources go once they are packed: directories whole, files that are in the archive. */
function withRemoval(
  file: Extract<Plan, { status: 'ok' | 'change' }>,
  sources: readonly Source[],
  entries: readonly Entry[] | undefined,
): Plan {
  const packed = entries && new Set(entries.map(({ path }) => path))
  const going = sources.filter(({ path, directory }) => directory || !packed || packed.has(path))
  const paths = going.map(({ path }) => path.replace(/(?<=.)\/+$/, ''))
  if (paths.length === 0) return file
  const fields = [{ name: 'state', before: 'there', after: 'absent' }]
  const before = file.status === 'change' ? file : { summary: '', diff: [], apply: nothing, effects: [] }
  return {
    ...(file.status === 'change' && { notes: file.notes ?? [] }),
    status: 'change',
    summary: [before.summary, `remove ${paths.join(', ')}`].filter(Boolean).join(', '),
    diff: [...before.diff, ...paths.map((subject) => ({ type: 'fields' as const, subject, fields }))],
    apply: lines(before.apply, sh`rm -rf ${paths} || exit 1`),
    effects: [...before.effects, ...paths.map((path) => pathGone(path))],
    result: file.result ?? {},
    once: true,
  }
}
