import { nothing, Script, sh } from '../shell/sh.ts'
import { aptPin } from './package-names.ts'
import type { AptVersion, PackageAsk, PackageReply } from './replies.ts'

const FORMAT = '${db:Status-Status}|${Package}|${Architecture}|${db:Status-Want}|${Version}|${Provides}\\n'

/** The package's own name out of what a user may write: `libc6:amd64=2.36-9` is libc6. */
export function dpkgName(name: string): string {
  return name.split(/[:=]/, 1)[0] ?? name
}

/**
 * One dpkg-query for all names. Only where a name is not installed: whether another package provides it, and if
 * so, whether there is a real package of this name in apt's lists; where one is to be installed, what apt knows of it.
 */
export function dpkgProbe(asks: readonly PackageAsk[]): Script {
  const names = [...new Set(asks.map((ask) => dpkgName(ask.name)))]
  const candidates = asks.filter((ask) => ask.candidate === true).map((ask) => dpkgName(ask.name))
  const wanted = asks.filter(({ listed }) => listed)
  const plain = wanted.filter(({ name }) => pinOf(name) === undefined).map(({ name }) => dpkgName(name))
  const pinned = wanted.flatMap(({ name }) => [dpkgName(name), pinOf(name) ?? []].flat())
  return sh`rows=$(dpkg-query -W -f ${`=|${FORMAT}`} -- ${names} 2>/dev/null)
[ $? -le 1 ] || exit 2
printf '%s\n' "$rows"
set --
for name in ${names}; do
  case $rows in
  *"=|installed|$name|"*) ;;
  *) set -- "$@" -e "[|,] *$name *\([(,]\|\$\)" ;;
  esac
done
virtual=
if [ $# -gt 0 ]; then
  virtual=$(dpkg-query -W -f ${`+|${FORMAT}`} | grep '^+|installed|' | grep "$@")
fi
missing=
for name in ${[...new Set(plain)]}; do
  case $rows in
  *"=|installed|$name|"*) ;;
  *) missing="$missing $name" ;;
  esac
done
listed=
if [ -n "$virtual$missing" ]; then
  [ -z "$virtual" ] || printf '%s\n' "$virtual"
  listed=$( ${listedPackages} | grep -F -x ${names.flatMap((name) => ['-e', `Package: ${name}`])} | sort -u)
  printf '%s\n' "$listed"
fi
set -- ${[...new Set(candidates)]}
for name in $missing; do
  printf '%s\n' "$listed" | grep -q -F -x "Package: $name" || set -- "$@" "$name" ${SURE}
done
${pinned.length === 0 ? nothing : otherVersions(pinned)}
if [ $# -gt 0 ]; then
  echo policy
  ${readOnlyCache}
  apt-cache $options policy -- "$@" 2>/dev/null
fi
:`
}

/** Adds the names to $@ whose version is not the wanted one: `pairs` are name and version in turn. */
function otherVersions(pairs: readonly string[]): Script {
  return sh`hk_names=$(
  set -- ${pairs}
  while [ $# -gt 0 ]; do
    hk_is=$(printf '%s\n' "$rows" | grep -F "=|installed|$1|" | cut -d '|' -f 6)
    case $hk_is in
    $2) ;;
    *) printf '%s\n' "$1" ;;
    esac
    shift 2
  done
)
[ -z "$hk_names" ] || set -- "$@" $hk_names ${SURE}`
}

function pinOf(name: string): string | undefined {
  return aptPin(name).version
}

/** What apt always knows: if it does not say so, it has said nothing. */
const SURE = 'dpkg'

/** The text of apt's lists, which may be compressed. apt-cache would make a temporary file. */
const listedPackages = new Script(`(
  cd /var/lib/apt/lists || exit
  cat ./*_Packages
  for file in ./*_Packages.*; do [ -e "$file" ] && /usr/lib/apt/apt-helper cat-file "$file"; done
) 2>/dev/null`)

/** Without a file for its cache apt writes nothing, but is slow; so the file is used as long as it is up to date. */
const readOnlyCache = new Script(`options=
for file in /var/lib/dpkg/status /var/lib/apt/lists /etc/apt/sources.list /etc/apt/sources.list.d; do
  [ -e "$file" ] || continue
  [ /var/cache/apt/pkgcache.bin -nt "$file" ] && continue
  options='-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache='
done`)

const LISTED = 'Package: '

interface Row {
  status: string
  name: string
  arch: string
  /** What dpkg's selection says. */
  want: string
  version: string
  provides: string[]
}

/** Reads what dpkgProbe prints. */
export function parseDpkg(lines: readonly string[], asks: readonly PackageAsk[]): PackageReply[] {
  const at = lines.indexOf('policy')
  const rows = lines.slice(0, at === -1 ? undefined : at).filter((line) => line !== '')
  const { candidates, tables } = readPolicy(at === -1 ? [] : lines.slice(at + 1))
  const own = rows.filter((row) => row.startsWith('=|')).map(readRow)
  const real = new Set(rows.filter((row) => row.startsWith(LISTED)).map((row) => row.slice(LISTED.length)))
  const others = rows.filter((row) => !row.startsWith('=|') && !row.startsWith(LISTED)).map(readRow)
  return asks.map((ask) => {
    const name = dpkgName(ask.name)
    const arch = /^[^=]*:([a-z0-9-]+)/.exec(ask.name)?.[1]
    const mine = own.filter((row) => row.name === name && (arch === undefined || row.arch === arch))
    const candidate = ask.candidate === true ? candidates.get(name) : undefined
    const installed = mine.find((row) => row.status === 'installed')
    const versions = ask.listed === true && tables.has(SURE) ? tables.get(name) : undefined
    const more = { candidate, ...(versions && pinOf(ask.name) !== undefined && { versions }) }
    if (installed)
      return { installed: installed.version, ...more, ...(installed.want === 'hold' && { held: true }) }
    const held = mine.some((row) => row.want === 'hold')
    const residue = mine.some((row) => row.status === 'config-files')
    const provider = real.has(name) ? undefined : others.find((row) => row.provides.includes(name))
    if (provider) return { installed: provider.version, candidate, providedBy: provider.name }
    const unlisted = ask.listed === true && tables.has(SURE) && !real.has(name) && !tables.has(name)
    return {
      installed: undefined,
      ...more,
      ...(residue && { residue }),
      ...(held && { held }),
      ...(unlisted && { unlisted }),
    }
  })
}

function readRow(line: string): Row {
  const [mark, status, name, arch, want, version, provides, ...rest] = line.split('|')
  // A line of Provides may hold | in no case; a status is one word.
  if (
    !/^[=+]$/.test(mark ?? '') ||
    !status ||
    !name ||
    arch === undefined ||
    want === undefined ||
    version === undefined ||
    rest.length > 0
  ) {
    throw new TypeError(`not a line of the package probe: ${line}`)
  }
  const names = (provides ?? '').split(',').map((part) => part.trim().split(/[ :(]/, 1)[0] ?? '')
  return { status, name, arch, want, version, provides: names }
}

/** `apt-cache policy`: the versions that apt knows of each name, and the candidates of those names that have one. */
function readPolicy(lines: readonly string[]): {
  tables: Map<string, AptVersion[]>
  candidates: Map<string, string>
} {
  const [tables, candidates] = [new Map<string, AptVersion[]>(), new Map<string, string>()]
  let [name, table]: [string, AptVersion[]] = ['', []]
  for (const line of lines) {
    const head = /^(\S+):$/.exec(line)?.[1]
    if (head !== undefined) tables.set((name = head), (table = []))
    const version = /^ {2}Candidate: (\S+)$/.exec(line)?.[1]
    if (version !== undefined && version !== '(none)') candidates.set(name, version)
    const row = /^ (?:\*{3}| {3}) (\S+) -?\d+$/.exec(line)?.[1]
    if (row !== undefined) table.push({ version: row, offered: false })
    const source = /^ {5,}-?\d+ (\S+)/.exec(line)?.[1]
    const last = table.at(-1)
    if (last && row === undefined && source !== undefined && source !== '/var/lib/dpkg/status')
      last.offered = true
  }
  return { tables, candidates }
}
