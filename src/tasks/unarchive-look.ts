import { OddArchive } from '../archive/odd.ts'
import { KIND, sourceFunction, sourceKey } from '../archive/source.ts'
import { type Member, readTarList, tidyName } from '../archive/tar-list.ts'
import { readZipList } from '../archive/zip-list.ts'
import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import { FORMAT } from '../world/path-probe.ts'
import { parseStat } from '../world/path-parse.ts'
import type { PathReply, ScriptAsk, ScriptReply } from '../world/replies.ts'
import type { Unarchive } from './unarchive-plan.ts'

/** What is in an archive, and what of it is on the host. */
export interface Looked {
  /** SHA-256 of what a server has sent; undefined where the archive is no URL. */
  digest: string | undefined
  kind: 'zip' | 'gz' | 'bz2' | 'xz' | 'zst' | 'tar'
  /** GNU's tar, or Info-ZIP's unzip; else busybox's. */
  full: boolean
  members: readonly Member[]
  /** By name, of the members and of the directories above them; what is not in it is not there. */
  there: ReadonlyMap<string, Extract<PathReply, { exists: true }>>
  /** Of those directories, by name, the ones that are links: where they lead, if that is a directory. */
  linked: ReadonlyMap<string, string>
  /** Of those directories, the ones with nothing in them; looked at with keep_newer only. */
  empty: ReadonlySet<string>
  /** Modification times on the host's clock, of a zip's files. */
  times: ReadonlyMap<string, string>
  crcs: ReadonlyMap<string, number>
  users: ReadonlyMap<string, number>
  groups: ReadonlyMap<string, number>
}

/** Exit status of the look where the archive itself is why. */
const ODD = 6

export function lookAsk(task: Unarchive): ScriptAsk {
  const { source, dest, exclude, include, options, keepNewer } = task
  return {
    volatile: true,
    id: `unarchive ${JSON.stringify([sourceKey(source), dest, exclude, include, options, keepNewer])}`,
    text: lines(
      sourceFunction(source),
      KIND,
      sh`hk_dest=${dest}
hk_format=${FORMAT}
echo "kind=$hk_kind"
case $hk_kind in
empty) exit 3 ;;
zip)
  case $(unzip -v 2>/dev/null) in *Info-ZIP*) hk_gnu=y ;; *) hk_gnu= ;; esac
  command -v unzip >/dev/null 2>&1 || { echo 'unzip is not installed' >&2; exit 4; }
  ${zipList(task)}
  ;;
*)
  command -v "$hk_tar" >/dev/null 2>&1 || { echo 'tar is not installed' >&2; exit 4; }
  set -- $hk_unpack
  command -v "$1" >/dev/null 2>&1 || { echo "$1 is not installed" >&2; exit 4; }
  ${tarList(task)}
  ;;
esac
echo "full=$hk_gnu"
printf 'list='; printf '%s\n' "$hk_list" | base64 | tr -d '\n'; echo
hk_above=$(printf '%s\n' "$hk_names" | sed -n -e :up -e 's|/[^/]*$||p' -e 't up' | sort -u)
hk_names=$(printf '%s\n' "$hk_names" | sed 's|/*$||')
printf 'there='
if [ -d "$hk_dest" ]; then
  cd "$hk_dest" && printf '%s\n' "$hk_names" "$hk_above" | sort -u | sed '/^$/d; s|^|./|' | tr '\n' '\0' | xargs -0 stat -c "$hk_format %y|%n" 2>/dev/null | base64 | tr -d '\n'
fi
echo
printf 'linked='
if [ -d "$hk_dest" ]; then
  printf '%s\n' "$hk_above" | while IFS= read -r hk_n; do
    [ -L "./$hk_n" ] && [ -d "./$hk_n" ] || continue
    printf '%s\t%s\n' "$(readlink -f "./$hk_n")" "$hk_n"
  done | base64 | tr -d '\n'
fi
echo
${keepNewer ? EMPTY : nothing}
printf 'crcs='
if [ "$hk_kind" = zip ] && [ -d "$hk_dest" ]; then
  printf '%s\n' "$hk_names" | while IFS= read -r hk_n; do
    [ -f "./$hk_n" ] && [ ! -L "./$hk_n" ] || continue
    printf '%s %s\n' "$(gzip -1 -c <"./$hk_n" | tail -c 8 | od -An -v -tx1 | tr -d ' \n')" "$hk_n"
  done | base64 | tr -d '\n'
fi
echo
printf 'users='; cut -d : -f 1,3 /etc/passwd | base64 | tr -d '\n'; echo
printf 'groups='; cut -d : -f 1,3 /etc/group | base64 | tr -d '\n'; echo`,
    ),
  }
}

/** GNU's tar makes an empty directory anew where it keeps what is newer, and leaves one alone that is not. */
const EMPTY = sh`printf 'empty='
if [ -d "$hk_dest" ]; then
  printf '%s\n' "$hk_above" | while IFS= read -r hk_n; do
    [ -d "./$hk_n" ] && [ -z "$(ls -A "./$hk_n")" ] && printf '%s\n' "$hk_n"
  done | base64 | tr -d '\n'
fi
echo`

/** $hk_list is what tar says, $hk_names the names alone, a line each. */
function tarList({ source, options, exclude, include }: Unarchive): Script {
  const excluded = exclude.map((one) => `--exclude=${one}`)
  const more = options.length === 0 ? [] : ['--show-transformed-names', ...options]
  // The first time in the line ends what stands before the name; a group may have a blank in it.
  const cut = String.raw`s/ [0-9,]* [0-9]\{4\}-[0-9][0-9]-[0-9][0-9] [0-9:.]* /\n/; s/^.*\n//`
  return sh`if [ -n "$hk_gnu" ]; then
    hk_tar_list() { LC_ALL=C TZ=UTC0 $hk_tar --quoting-style=literal --full-time -tv ${more} ${excluded} -f - ${include}; }
  else
    ${options.length === 0 ? nothing : sh`echo 'extra_opts need GNU tar' >&2; exit 4`}
    hk_tar_list() { TZ=UTC0 tar -tv -f - ${include}; }
  fi
  ${source.type === 'url' ? LIST_AND_DIGEST : sh`hk_list=$(hk_plain | hk_tar_list) || exit 5`}
  hk_names=$(printf '%s\n' "$hk_list" | sed -e ${cut} -e 's/ -> .*//' -e 's/ link to .*//')`
}

/** One download for the list and for the digest of all of it; a tar that ends before its file does must not end that. */
const LIST_AND_DIGEST = sh`{ hk_list=$( { {
    hk_source | tee /dev/fd/5 | $hk_unpack | { hk_tar_list || echo 'odd=y' >&9; cat >/dev/null; } >&6
  } 5>&1 | sha256sum | sed 's/ .*//; s/^/digest=/' >&9; } 6>&1 ); } 9>&1`

/** $hk_list is the end of the zip with its central directory, in base64 again. */
function zipList({ source }: Unarchive): Script {
  if (source.type === 'content') {
    const names = namesIn(source.content)
    if (typeof names === 'string') return sh`printf '%s\n' ${names} >&2; exit ${ODD}`
    return sh`hk_list=$(hk_source | tail -c ${tailOf(source.content)} | base64)
  hk_names=${names.join('\n')}`
  }
  if (source.type === 'url')
    return sh`echo 'a zip cannot be looked at over the network: use get_url first' >&2; exit 4`
  return sh`set -- $(tail -c 22 ${source.path} | od -An -v -tu1)
  hk_size=1048576
  if [ "$1 $2 $3 $4" = '80 75 5 6' ]; then shift 12; hk_size=$((22 + $1 + 256 * $2 + 65536 * $3)); fi
  hk_list=$(tail -c "$hk_size" ${source.path} | base64)
  if [ -n "$hk_gnu" ]; then hk_names=$(unzip -Z1 ${source.path})
  else hk_names=$(unzip -l ${source.path} | sed -n 's/^ *[0-9][0-9]* *[0-9-]* *[0-9:]* *\(.*[^ ]\)$/\1/p'); fi`
}

/** As text: why they cannot be told. */
function namesIn(content: Buffer): string[] | string {
  if (!content.subarray(0, 2).equals(Buffer.from('PK'))) return 'this is no zip'
  try {
    return readZipList(content).map(({ name }) => name)
  } catch (error) {
    if (error instanceof OddArchive) return error.message
    throw error
  }
}

function tailOf(content: Buffer): number {
  for (let at = content.length - 22; at >= 0; at -= 1)
    if (content.readUInt32LE(at) === 0x06054b50) return content.length - at + content.readUInt32LE(at + 12)
  return content.length
}

/** As text: why it could not be looked at. Throws OddArchive where nobody ever can. */
export function readLook(reply: ScriptReply): Looked | string {
  const found = new Map(
    [...reply.stdout.toString('latin1').matchAll(/^(\w+)=(.*)$/gm)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    ),
  )
  const kind = found.get('kind')
  if (reply.code !== 0 || found.get('odd') === 'y') {
    const why = reply.stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
    if (reply.code === ODD) throw new OddArchive(why)
    return kind === 'empty' ? `the archive is empty, or cannot be read${why === '' ? '' : `: ${why}`}` : why
  }
  const text = (name: string): string => Buffer.from(found.get(name) ?? '', 'base64').toString('utf8')
  const zip = kind === 'zip'
  const members = zip ? readZipList(Buffer.from(text('list'), 'base64')) : readTarList(text('list'))
  const stats = text('there').split('\n').filter(Boolean).map(readThere)
  return {
    digest: found.get('digest'),
    kind: kindOf(kind),
    full: found.get('full') === 'y',
    members: members.filter(({ name }) => name !== ''),
    there: new Map(stats.map(({ name, reply: one }) => [name, one])),
    linked: new Map(
      text('linked')
        .split('\n')
        .filter(Boolean)
        .map((line): [string, string] => {
          const [real = '', name = ''] = line.split('\t')
          return [tidyName(name), real]
        }),
    ),
    empty: new Set(text('empty').split('\n').filter(Boolean).map(tidyName)),
    times: new Map(stats.map(({ name, time }) => [name, time])),
    crcs: new Map(text('crcs').split('\n').flatMap(readCrc)),
    users: readIds(text('users')),
    groups: readIds(text('groups')),
  }
}

function kindOf(text: string | undefined): Looked['kind'] {
  const kinds = ['zip', 'gz', 'bz2', 'xz', 'zst', 'tar'] as const
  return kinds.find((one) => one === text) ?? 'tar'
}

function readThere(line: string): {
  name: string
  time: string
  reply: Extract<PathReply, { exists: true }>
} {
  const bar = line.indexOf('|')
  const words = line.slice(0, bar).split(' ')
  const time = `${words[12] ?? ''} ${(words[13] ?? '').slice(0, 8)}`
  const name = tidyName(line.slice(bar + 1))
  return { name, time, reply: { exists: true, ...parseStat(words.slice(0, 12).join(' ')), digests: {} } }
}

/** Nothing where there is no gzip to tell it. */
function readCrc(line: string): [string, number][] {
  const [, hex, name = ''] = /^([0-9a-f]{8})[0-9a-f]{8} (.*)$/.exec(line) ?? []
  return hex === undefined ? [] : [[name, Buffer.from(hex, 'hex').readUInt32LE(0)]]
}

function readIds(text: string): Map<string, number> {
  return new Map(
    text.split('\n').map((line): [string, number] => [line.split(':')[0] ?? '', Number(line.split(':')[1])]),
  )
}
