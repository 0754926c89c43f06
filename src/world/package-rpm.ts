import { type Script, sh } from '../shell/sh.ts'
import { Unknown } from './kind.ts'
import type { PackageAsk, PackageReply } from './replies.ts'

const FORMAT = String.raw`%{NAME}|%{VERSION}|%{RELEASE}|%{EPOCHNUM}|%{ARCH}\n`

/** One rpm for all names, and one more for each that is no package's own name, such as vim or /usr/sbin/haproxy. */
export function rpmProbe(asks: readonly PackageAsk[]): Script {
  const names = asks.map((ask) => ask.name).filter((name) => !isPattern(name))
  if (names.length === 0) return sh`:`
  return sh`rows=$(rpm -q --qf ${`=|${FORMAT}`} -- ${names} 2>/dev/null)
printf '%s\n' "$rows"
for name in ${names}; do
  case $rows in
  *"package $name is not installed"*)
    printf '?|%s\n' "$name"
    rpm -q --whatprovides --qf ${`+|${FORMAT}`} -- "$name" 2>/dev/null
    ;;
  esac
done
:`
}

/** A pattern or a range of versions, which is no package's name to rpm; who asks for one asks for the name as well. */
function isPattern(name: string): boolean {
  return /[*?<>=]/.test(name)
}

interface Row {
  name: string
  version: string
  release: string
  epoch: string
  arch: string
}

/** Reads what rpmProbe prints. A name without a row is unknown: the database could not be read. */
export function parseRpm(rows: readonly string[], asks: readonly PackageAsk[]): (PackageReply | Unknown)[] {
  const installed: Row[] = []
  const providers = new Map<string, Row | undefined>()
  let asked: string | undefined
  for (const row of rows) {
    if (row.startsWith('=|')) installed.push(readRow(row))
    else if (row.startsWith('?|')) {
      asked = row.slice(2)
      providers.set(asked, undefined)
    } else if (row.startsWith('+|') && asked !== undefined) providers.set(asked, readRow(row))
    else if (!/^$|^package .* is not installed$|^no package provides /.test(row)) {
      throw new TypeError(`not a line of the package probe: ${row}`)
    }
  }
  return asks.map(({ name }) => {
    if (isPattern(name)) return { installed: undefined, candidate: undefined }
    // Of several installed versions, such as kernels', the last one counts.
    const own = installed.findLast((row) => spellings(row).includes(name))
    if (own) return { installed: evr(own), candidate: undefined }
    if (!providers.has(name)) return new Unknown(`rpm did not tell whether ${name} is installed`)
    const provider = providers.get(name)
    if (!provider) return { installed: undefined, candidate: undefined }
    return { installed: evr(provider), candidate: undefined, providedBy: provider.name }
  })
}

function readRow(text: string): Row {
  const [, name, version, release, epoch, arch, ...rest] = text.split('|')
  if (!name || !version || !release || !epoch || !arch || rest.length > 0) {
    throw new TypeError(`not a line of the package probe: ${text}`)
  }
  return { name, version, release, epoch, arch }
}

/** The ways in which rpm and dnf let one name an installed package. */
function spellings({ name, version, release, epoch, arch }: Row): string[] {
  const versions = [`${version}-${release}`, `${epoch}:${version}-${release}`]
  const names = [name, `${name}-${version}`, ...versions.map((text) => `${name}-${text}`)]
  return [...names, ...names.map((text) => `${text}.${arch}`)]
}

function evr({ version, release, epoch }: Row): string {
  return `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`
}
