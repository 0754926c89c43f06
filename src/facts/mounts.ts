import { sh } from '../shell/sh.ts'
import { dict, type Value } from '../value.ts'
import type { Facts, Subject } from './subject.ts'

/**
 * File systems on devices, with their sizes. File systems of the network are listed without: asking a server
 * that does not answer would hang the host's facts.
 */
export const mounts: Subject = {
  files: [],
  // A node's hundreds of overlays are a megabyte of text that nobody reads: devices and servers only.
  probe: sh`section mounts
devices() { grep -E ' - [^ ]+ (/|[^ ]+:/)' /proc/self/mountinfo; }
devices
section sizes
devices | {
set --
while read -r _ _ _ _ dir _ rest; do
case " $rest" in
*' - nfs'* | *' - cifs '* | *' - smb'* | *' - ceph '* | *' - fuse'* | *' - 9p '* | *' - autofs '*) continue ;;
esac
case "$dir" in *\\*) ;; *) set -- "$@" "$dir" ;; esac
done
[ $# -gt 0 ] && stat -f -c '%S %s %b %a %c %d %n' "$@"
}
section uuids
[ -d /dev/disk/by-uuid ] && ls -l /dev/disk/by-uuid`,
  parse: (seen) => {
    const sizes = readSizes(seen.section('sizes') ?? '')
    const uuids = readUuids(seen.section('uuids') ?? '')
    const entries = readMountInfo(seen.section('mounts') ?? '')
    // The last of several on one directory is the one that is seen.
    const byDirectory = new Map(entries.map((entry) => [entry.mount, entry]))
    return {
      mounts: [...byDirectory.values()].map(({ isBind, options, ...entry }) =>
        dict({
          ...entry,
          options: isBind ? `${options},bind` : options,
          ...sizes.get(entry.mount),
          uuid: uuids.get(entry.device) ?? 'N/A',
        }),
      ),
    }
  },
}

interface Entry {
  mount: string
  device: string
  fstype: string
  options: string
  isBind: boolean
}

/** See proc_pid_mountinfo(5): id parent major:minor root directory options optional… - type source options. */
function readMountInfo(text: string): Entry[] {
  return text.split('\n').flatMap((line): Entry[] => {
    const match = /^\d+ \d+ \S+ (\S+) (\S+) (\S+).* - (\S+) (\S+) (\S+)$/.exec(line)
    if (!match) return []
    const [root = '', mount = '', own = '', fstype = '', device = '', ofDevice = ''] = match
      .slice(1)
      .map(unescape)
    if (!device.startsWith('/') && !device.includes(':/')) return []
    const options = [...new Set([...own.split(','), ...ofDevice.split(',')])].join(',')
    return [{ mount, device, fstype, options, isBind: root !== '/' }]
  })
}

/** Blanks and backslashes are written as octal numbers there. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

function readSizes(text: string): Map<string, Facts> {
  const sizes = new Map<string, Facts>()
  for (const line of text.split('\n')) {
    const match = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (.*)$/.exec(line)
    if (!match) continue
    const [fragment = 0, block = 0, blocks = 0, free = 0, inodes = 0, freeInodes = 0] = match
      .slice(1, 7)
      .map(Number)
    sizes.set(match[7] ?? '', {
      size_total: fragment * blocks,
      size_available: fragment * free,
      block_size: block,
      block_total: blocks,
      block_available: free,
      block_used: blocks - free,
      inode_total: inodes,
      inode_available: freeInodes,
      inode_used: inodes - freeInodes,
    } satisfies Record<string, Value>)
  }
  return sizes
}

function readUuids(text: string): Map<string, string> {
  const links = [...text.matchAll(/ (\S+) -> \.\.\/\.\.\/(\S+)$/gm)]
  return new Map(links.map(([, uuid = '', device = '']) => [`/dev/${device}`, uuid]))
}
