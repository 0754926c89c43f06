import { globRegex } from '../inventory/match.ts'
import { search } from '../jinja/regex.ts'
import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import type { Plan } from '../task.ts'
import { dict, type Value } from '../value.ts'
import { Unknown } from '../world/kind.ts'
import { parseStat } from '../world/path-parse.ts'
import { baseName, joinPath, normalPath } from '../world/path-names.ts'
import { FORMAT, MAX_CONTENT } from '../world/path-probe.ts'
import type { PathReply, ScriptAsk } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { fieldsOf } from './stat.ts'

/** What find comes down to. */
export interface Find {
  paths: readonly string[]
  patterns: readonly string[]
  excludes: readonly string[]
  regex: boolean
  /** `grep`: the same for grep -E; undefined where grep cannot. */
  contains: { regex: string; whole: boolean; grep: string | undefined } | undefined
  type: 'any' | 'directory' | 'file' | 'link'
  /** Seconds and bytes; below zero: at most. */
  age: number | undefined
  stamp: 'atime' | 'ctime' | 'mtime'
  size: number | undefined
  /** undefined: as deep as it goes. */
  depth: number | undefined
  hidden: boolean
  follow: boolean
  checksum: boolean
}

type There = Extract<PathReply, { exists: true }>

/** What the script found in one directory, by path. */
interface Found {
  there: ReadonlyMap<string, There>
  sums: ReadonlyMap<string, string>
  /** Files in which grep has found it. */
  grepped: ReadonlySet<string>
  contents: ReadonlyMap<string, string>
  examined: number
  problem: string | undefined
}

export function findQuestions(find: Find): WorldQuestion[] {
  return find.paths.map((path) => ({ kind: 'script', ask: askFor(find, path) }))
}

function askFor(find: Find, path: string): ScriptAsk {
  const { patterns, regex, follow, depth, checksum, contains, size } = find
  const root = normalPath(path)
  const names = regex || patterns.includes('*') ? sh`` : nameTest(patterns)
  const command = (rest: Script): Script =>
    sh`find ${follow ? ['-L'] : []} ${root === '/' ? '/.' : `${root}/.`} -mindepth 1 ${depth === undefined ? [] : ['-maxdepth', String(depth)]} ${rest}`
  const part = (name: string, script: Script): Script =>
    sh`printf '%s=' ${name}; ${script} 2>/dev/null | base64 | tr -d '\n'; echo`
  const files = sh`-type f ${names}`
  return {
    volatile: true,
    id: `find ${JSON.stringify([root, patterns, regex, follow, depth, checksum, contains, size])}`,
    text: lines(
      sh`[ -d ${root} ] || { printf "'%s' is not a directory" ${root} >&2; exit 1; }
echo "now=$(date +%s)"
printf 'examined='; ${command(sh`-print`)} 2>/dev/null | wc -l | tr -d ' '`,
      part('there', command(sh`${names} -exec stat -c ${`${FORMAT}|%n`} {} +`)),
      checksum ? part('sums', command(sh`${files} -exec sha1sum {} +`)) : nothing,
      contains?.grep !== undefined
        ? part('grepped', command(sh`${files} -exec grep -aslE -e ${contains.grep} {} +`))
        : nothing,
      contains && contains.grep === undefined
        ? part(
            'contents',
            command(
              sh`${files} -size ${`-${MAX_CONTENT + 1}c`} -exec sh -c ${'for f do printf "=%s\\n" "$f"; base64 <"$f" | tr -d "\\n"; echo; done'} sh {} +`,
            ),
          )
        : nothing,
    ),
  }
}

function nameTest(patterns: readonly string[]): Script {
  const tests = patterns.map((pattern) => sh`-name ${pattern.replaceAll('\\', '\\\\')}`)
  return sh`'(' ${tests.reduce((all, one) => sh`${all} -o ${one}`)} ')'`
}

/** Pure: the list, over what check mode has predicted. */
export function planFind(find: Find, world: World): Plan {
  const files: { path: string; fields: Value }[] = []
  const skipped: [string, string][] = []
  let examined = 0
  for (const path of find.paths) {
    const root = normalPath(path)
    const reply = world.get('script', askFor(find, path))
    const { found, now } = read(
      reply.stdout,
      reply.code === 0 ? undefined : reply.stderr.toString('utf8'),
      root,
    )
    const entries = entriesOf(root, found, world)
    if (entries === undefined) {
      skipped.push([path, found.problem ?? `'${root}' is not a directory`])
      continue
    }
    examined += found.examined
    for (const entry of entries) {
      const there = settled(entry, found, world)
      if (!there || !fits(find, entry, there, { now, found })) continue
      files.push({ path: entry, fields: fieldsFor(find, entry, there, found) })
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const warnings = skipped.map(([path, why]) => `Skipped '${path}' path due to this access issue: ${why}`)
  return {
    status: 'ok',
    reason: `${files.length} found`,
    result: {
      files: files.map(({ fields }) => fields),
      matched: files.length,
      examined,
      msg: skipped.length > 0 ? 'Not all paths examined, check warnings for details' : 'All paths examined',
      skipped_paths: new Map(skipped),
      ...(warnings.length > 0 && { warnings }),
    },
  }
}

/** Paths below the directory; undefined: there is no such directory. */
function entriesOf(root: string, found: Found, world: World): string[] | undefined {
  const base: PathReply = found.problem === undefined ? directoryWith(root, found) : { exists: false }
  const reply = world.predictedOver(root, base)
  if (reply instanceof Unknown) throw new UnknownAnswer(reply)
  if (!reply.exists || reply.type !== 'directory') return undefined
  return (reply.tree ?? []).map((entry) => joinPath(root, entry.path))
}

function directoryWith(root: string, { there }: Found): There {
  const zero = { mode: 0o755, uid: 0, gid: 0, owner: '', group: '' }
  const tree = [...there].map(([path, { type }]) => ({
    path: path.slice(root === '/' ? 1 : root.length + 1),
    type,
    ...zero,
  }))
  const times = { mtime: 0, atime: 0, ctime: 0, inode: 0, device: 0, links: 1, size: 0 }
  return { exists: true, type: 'directory', ...zero, ...times, digests: {}, tree }
}

/** What is there, or would be. */
function settled(path: string, found: Found, world: World): There | undefined {
  const reply = world.predictedOver(path, found.there.get(path) ?? { exists: false })
  if (reply instanceof Unknown) throw new UnknownAnswer(reply)
  return reply.exists ? reply : undefined
}

function fits(find: Find, path: string, there: There, known: { now: number; found: Found }): boolean {
  const { type, depth, hidden } = find
  const name = baseName(path)
  if (type !== 'any' && type !== there.type) return false
  if (name.startsWith('.') && !hidden) return false
  if (depth !== undefined && levels(find, path) > depth) return false
  const test = (pattern: string): boolean =>
    find.regex ? begins(pattern, name) : globRegex(pattern).test(name)
  if (!find.patterns.some(test) || find.excludes.some(test)) return false
  if (find.age !== undefined) {
    // What is going to be written is as old as the run.
    const time = Number.isNaN(there[find.stamp]) ? known.now : there[find.stamp]
    if (!within(known.now - time, find.age)) return false
  }
  if (there.type !== 'file') return true
  if (find.size !== undefined) {
    if (Number.isNaN(there.size)) throw new UnknownAnswer(new Unknown(`the size of ${path} is not known yet`))
    if (!within(there.size, find.size)) return false
  }
  return type !== 'file' || !find.contains || holds(find.contains, path, there, known.found)
}

/** Python's match: the leftmost place where it fits is the beginning. */
function begins(regex: string, text: string): boolean {
  return search(regex, text)?.index === 0
}

function levels({ paths }: Find, path: string): number {
  const below = paths.map(normalPath).filter((root) => root === '/' || path.startsWith(`${root}/`))
  const deep = below.map((root) => path.slice(root === '/' ? 0 : root.length).split('/').length - 1)
  return Math.min(...deep)
}

function within(value: number, limit: number): boolean {
  return limit >= 0 ? value >= limit : value <= -limit
}

function holds(
  { regex, whole, grep }: NonNullable<Find['contains']>,
  path: string,
  there: There,
  found: Found,
): boolean {
  const own = found.there.get(path)
  // A prediction has made another file of it.
  const text =
    own === there || (own && there.content === undefined && own.mtime === there.mtime)
      ? undefined
      : there.content?.toString('utf8')
  if (text === undefined && (!own || Number.isNaN(there.mtime)))
    throw new UnknownAnswer(new Unknown(`the content of ${path} is not known yet`))
  if (text === undefined && grep !== undefined) return found.grepped.has(path)
  const content = text ?? found.contents.get(path)
  if (content === undefined) {
    throw new UnknownAnswer(
      new Unknown(
        `whether ${path} contains ${regex}: it has more than 1 MiB, and grep does not know the expression`,
      ),
    )
  }
  if (whole) return search(regex, content) !== undefined
  return content.split('\n').some((line, index, all) => {
    const last = index === all.length - 1
    return !(last && line === '') && begins(regex, last ? line : `${line}\n`)
  })
}

function fieldsFor({ checksum }: Find, path: string, there: There, found: Found): Value {
  const {
    lnk_source: _s,
    lnk_target: _t,
    readable: _r,
    writeable: _w,
    executable: _x,
    ...fields
  } = fieldsOf(there)
  const own = found.there.get(path)
  const sum = own && own.mtime === there.mtime ? found.sums.get(path) : there.digests.sha1
  return dict({
    path,
    ...fields,
    pw_name: fields['pw_name'] ?? '',
    gr_name: fields['gr_name'] ?? '',
    ...(checksum && there.type === 'file' && { checksum: sum }),
  })
}

function read(stdout: Buffer, problem: string | undefined, root: string): { found: Found; now: number } {
  const parts = new Map(
    [...stdout.toString('latin1').matchAll(/^(\w+)=(.*)$/gm)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    ),
  )
  const linesIn = (name: string): string[] =>
    Buffer.from(parts.get(name) ?? '', 'base64')
      .toString('utf8')
      .split('\n')
      .filter(Boolean)
  const own = (path: string): string =>
    (root === '/' ? '' : root) + path.slice(root.length + (root === '/' ? 1 : 2))
  const contents = new Map<string, string>()
  for (const [index, line] of linesIn('contents').entries()) {
    if (!line.startsWith('=')) continue
    const next = linesIn('contents')[index + 1] ?? ''
    contents.set(own(line.slice(1)), next.startsWith('=') ? '' : Buffer.from(next, 'base64').toString('utf8'))
  }
  return {
    now: Number(parts.get('now') ?? 0),
    found: {
      problem,
      examined: Number(parts.get('examined') ?? 0),
      there: new Map(linesIn('there').flatMap((line) => readThere(line, own))),
      sums: new Map(
        linesIn('sums').map((line): [string, string] => [own(line.slice(42)), line.slice(0, 40)]),
      ),
      grepped: new Set(linesIn('grepped').map(own)),
      contents,
    },
  }
}

/** A name with a line end in it is two lines, of which the second is none of stat's. */
function readThere(line: string, own: (path: string) => string): [string, There][] {
  const bar = line.indexOf('|')
  if (bar === -1 || !/^[0-9a-f]+( \S+){11}$/.test(line.slice(0, bar))) return []
  return [[own(line.slice(bar + 1)), { exists: true, ...parseStat(line.slice(0, bar)), digests: {} }]]
}
