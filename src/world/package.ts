import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { dpkgProbe, parseDpkg } from './package-dpkg.ts'
import { parseRpm, rpmProbe } from './package-rpm.ts'
import { defineKind, Unknown } from './kind.ts'
import { detectPlatform } from './platform.ts'
import type { PackageAsk, PackageReply } from './replies.ts'

/** Installed packages, out of rpm's or dpkg's database; never by dnf or apt, which write. */
export const package_ = defineKind<PackageAsk, PackageReply>({
  key: (ask) => ask.name,
  merge: mergeAsks,
  probe: (asks) => sh`${detectPlatform}
echo "$manager"
export LC_ALL=C
case $manager in
apt)
  ${refresh(asks)}
  ${dpkgProbe(asks)}
  ;;
dnf | yum | zypper)
  ${rpmProbe(asks)}
  ;;
esac`,
  parse(answer, asks) {
    const text = answer.stdout.toString('utf8')
    const end = text.indexOf('\n')
    const manager = text.slice(0, Math.max(end, 0))
    if (manager === 'apk' || manager === 'unknown') {
      return asks.map(() => new Unknown('this host has neither rpm nor dpkg packages'))
    }
    if (answer.code !== 0)
      return asks.map(() => new Unknown(`asking about packages failed: ${lastLine(answer.stderr)}`))
    const rows = text.slice(end + 1).split('\n')
    if (rows.pop() !== '') throw new TypeError('the answer about packages is cut short')
    if (manager === 'apt') return parseDpkg(rows, asks)
    if (manager === 'dnf' || manager === 'yum' || manager === 'zypper') return parseRpm(rows, asks)
    throw new TypeError(`the package probe answered for ${manager}`)
  },
})

function mergeAsks(first: PackageAsk, second: PackageAsk): PackageAsk {
  const ages = [first.refresh, second.refresh].filter((age) => age !== undefined)
  return {
    name: first.name,
    candidate: first.candidate === true || second.candidate === true,
    ...((first.listed === true || second.listed === true) && { listed: true }),
    ...(ages.length > 0 && { refresh: Math.min(...ages) }),
  }
}

/** Fetches apt's lists when they are older than somebody accepts. */
function refresh(asks: readonly PackageAsk[]): Script {
  const ages = asks.flatMap((ask) => (ask.refresh === undefined ? [] : [ask.refresh]))
  return ages.length === 0 ? nothing : lines(updateOlderLists(Math.min(...ages)))
}

/**
 * Runs `apt-get update` if the lists are older than so many seconds, and notes it where apt's own tools do: an
 * update that finds nothing new leaves no other trace. Needs LC_ALL=C.
 */
export function updateOlderLists(seconds: number): Script {
  return sh`stamp=/var/lib/apt/periodic/update-success-stamp
[ -e "$stamp" ] || stamp=/var/lib/apt/lists
age=$(($(date +%s) - $(stat -c %Y "$stamp")))
if [ "$age" -lt 0 ] || [ "$age" -ge ${seconds} ]; then
  apt-get -q -o DPkg::Lock::Timeout=60 update </dev/null >&2 || exit
  mkdir -p /var/lib/apt/periodic && touch /var/lib/apt/periodic/update-success-stamp || exit
fi`
}

function lastLine(bytes: Buffer): string {
  return bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? ''
}
