import { KIND, sourceFunction } from '../archive/source.ts'
import { type Member, readTarList } from '../archive/tar-list.ts'
import { lines, quote, Script, sh } from '../shell/sh.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { EditError } from './edited-file.ts'

export type Format = 'gz' | 'bz2' | 'xz' | 'tar'

/** What packs each format, and nothing for a bare tar. */
export const PACKER: Readonly<Record<Format, string | undefined>> = {
  gz: 'gzip',
  bz2: 'bzip2',
  xz: 'xz',
  tar: undefined,
}

/** What of an archive a look depends on. */
export interface ArchiveAsk {
  paths: readonly string[]
  excluded: readonly string[]
  dest: string | undefined
  format: Format
}

/** One path that is to be packed. */
export interface Source {
  path: string
  /** Itself, where it is no directory; else what is below it. */
  entries: readonly Entry[]
  directory: boolean
  /** A link to a directory. */
  link: boolean
}

/** Something as it is on the host, with its path. */
export interface Entry extends Member {
  path: string
  /** Device and inode. */
  id: string
  /** It has other names, too. */
  several: boolean
}

export interface ArchiveLook {
  /** The names that the paths stand for, and those that are left out. */
  expanded: readonly string[]
  left: readonly string[]
  sources: readonly Source[]
  /** Those that are not there. */
  missing: readonly string[]
  /** busybox's xz is there, and only unpacks. */
  packer: boolean
  /** GNU's: others cannot take directories without what is below them. */
  tar: boolean
  /** What is in the archive that is there; undefined: it is none of this format. */
  members: readonly Member[] | undefined
  /** Whether unpacked it is the very source. */
  same: boolean
  /** Check mode has predicted that all of it is packed. */
  foreseen: boolean
}

const FORMAT = '%f %u %U %g %G %s %Y %h %d:%i'

export function archiveAsk(ask: ArchiveAsk): ScriptAsk {
  const { paths, excluded, dest, format } = ask
  const packer = PACKER[format]
  return {
    volatile: true,
    id: `archive ${JSON.stringify([paths, excluded, dest, format])}`,
    text: lines(
      sh`hk_format=${FORMAT}
LC_ALL=C; export LC_ALL
case $(tar --version 2>/dev/null) in *GNU*) echo tar ;; esac
${packer === undefined ? sh`echo packer` : sh`[ -z "$(echo | ${packer} -c 2>/dev/null | od -An -tx1)" ] || echo packer`}
hk_all=$(${names(paths)})
hk_left=$(${names(excluded)})`,
      LOOK,
      destination(ask),
    ),
  }
}

/** Whether Ansible expands it. */
export function isGlob(path: string): boolean {
  return /[*?]/.test(path)
}

/** Prints what the paths stand for, a line each. */
function names(paths: readonly string[]): Script {
  const each = paths.map((path) => {
    if (!isGlob(path)) return sh`printf '%s\n' ${path}`
    const words = path.split(/([*?])/).map((part, at) => (at % 2 === 1 || part === '' ? part : quote(part)))
    return new Script(`for hk_p in ${words.join('')}; do
  if [ -e "$hk_p" ] || [ -L "$hk_p" ]; then printf '%s\\n' "$hk_p"; fi
done`)
  })
  return lines(new Script(':'), ...each)
}

const LOOK = new Script(String.raw`[ -z "$hk_all" ] || printf '%s\n' "$hk_all" | sed 's/^/path /'
[ -z "$hk_left" ] || printf '%s\n' "$hk_left" | sed 's/^/left /'
printf '%s\n' "$hk_all" | sort -u | { if [ -n "$hk_left" ]; then grep -vxF -e "$hk_left"; else cat; fi; } |
while IFS= read -r hk_p; do
  [ -n "$hk_p" ] || continue
  if [ -d "$hk_p" ]; then
    if [ -L "$hk_p" ]; then printf 'linked %s\n' "$hk_p"; else printf 'directory %s\n' "$hk_p"; fi
    cd "$hk_p" && find . ! -name . -print0 | xargs -0 stat -c "in $hk_format %n" 2>/dev/null
    find . ! -name . -type l | while IFS= read -r hk_l; do printf 'target %s\t%s\n' "$hk_l" "$(readlink "$hk_l")"; done
    cd /
  elif [ -e "$hk_p" ] || [ -L "$hk_p" ]; then
    printf 'file %s\n' "$hk_p"
    stat -c "in $hk_format %n" "$hk_p"
    [ ! -L "$hk_p" ] || printf 'target %s\t%s\n' "$hk_p" "$(readlink "$hk_p")"
  else printf 'missing %s\n' "$hk_p"
  fi
done`)

/** What is in the archive, and whether it is the only source packed. */
function destination({ dest, paths, format }: ArchiveAsk): Script {
  const [only = ''] = paths
  const at = dest ?? `${only}.${format}`
  return lines(
    sh`[ -f ${at} ] || exit 0
hk_only=${only}`,
    sourceFunction({ type: 'path', path: at, shown: at }),
    KIND,
    sh`[ "$hk_kind" = ${format} ] || exit 0`,
    new Script(String.raw`[ ! -f "$hk_only" ] || { hk_plain 2>/dev/null | cmp -s - "$hk_only" && echo same; }
if [ -n "$hk_gnu" ]; then hk_list=$(hk_plain | TZ=UTC0 $hk_tar --quoting-style=literal --full-time -tv -f - 2>/dev/null)
else hk_list=$(hk_plain | TZ=UTC0 tar -tv -f - 2>/dev/null); fi || exit 0
printf 'list '; printf '%s\n' "$hk_list" | base64 | tr -d '\n'; echo`),
  )
}

/** Throws EditError for names that have a line break in them. */
export function readArchiveLook({ stdout }: ScriptReply): ArchiveLook {
  const out = { tar: false, packer: false, same: false, foreseen: false }
  const [expanded, left, missing]: [string[], string[], string[]] = [[], [], []]
  const sources: (Source & { entries: Entry[] })[] = []
  let members: Member[] | undefined
  for (const line of stdout.toString('utf8').split('\n')) {
    const at = line.indexOf(' ')
    const [word, rest] = at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
    const source = sources.at(-1)
    if (word === '') continue
    else if (word === 'tar' || word === 'packer' || word === 'same' || word === 'foreseen') out[word] = true
    else if (word === 'path') expanded.push(rest)
    else if (word === 'left') left.push(rest)
    else if (word === 'missing') missing.push(rest)
    else if (word === 'directory' || word === 'linked' || word === 'file')
      sources.push({ path: rest, entries: [], directory: word !== 'file', link: word === 'linked' })
    else if (word === 'in' && source) source.entries.push(readEntry(rest, source))
    else if (word === 'target' && source) setTarget(source, rest)
    else if (word === 'list') members = listOf(rest)
    else throw new EditError('a name with a line break in it cannot be packed')
  }
  return { ...out, expanded, left, sources, missing, members }
}

function listOf(text: string): Member[] | undefined {
  try {
    return readTarList(Buffer.from(text, 'base64').toString('utf8'))
  } catch {
    // It holds what hakube would not put in: another archive in any case.
    return undefined
  }
}

const TYPES: Readonly<Record<number, Member['type']>> = { 0o10: 'file', 0o04: 'directory', 0o12: 'link' }

function readEntry(line: string, source: Pick<Source, 'path' | 'directory'>): Entry {
  const [hex = '', uid = '', user, gid = '', group, size, mtime, links, id = '', ...rest] = line.split(' ')
  const name = rest.join(' ')
  const mode = Number.parseInt(hex, 16)
  const type = TYPES[mode >> 12] ?? 'other'
  return {
    name,
    path: source.directory ? below(source.path, name) : name,
    type,
    mode: mode & 0o7777,
    owner: user === 'UNKNOWN' || user === undefined ? uid : user,
    group: group === 'UNKNOWN' || group === undefined ? gid : group,
    size: type === 'file' ? Number(size) : 0,
    mtime: Number(mtime),
    id,
    several: type !== 'directory' && Number(links) > 1,
  }
}

function below(directory: string, name: string): string {
  return `${directory.replace(/\/+$/, '')}/${name.replace(/^\.\//, '')}`
}

function setTarget(source: { entries: Entry[] }, line: string): void {
  const [name, target = ''] = line.split('\t')
  const at = source.entries.findIndex((entry) => entry.name === name)
  const entry = source.entries[at]
  if (entry) source.entries[at] = { ...entry, target }
}
