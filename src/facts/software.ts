import { sh } from '../shell/sh.ts'
import type { Seen } from './seen.ts'
import type { Facts, Subject } from './subject.ts'

/** Where package managers are, the more telling ones last: the last that exists is taken. */
const MANAGERS: readonly (readonly [string, string])[] = [
  ['/usr/bin/rpm-ostree', 'atomic_container'],
  ['/usr/bin/yum', 'yum'],
  ['/usr/bin/dnf', 'dnf'],
  ['/usr/bin/dnf5', 'dnf5'],
  ['/usr/bin/apt-get', 'apt'],
  ['/usr/bin/zypper', 'zypper'],
  ['/usr/bin/pacman', 'pacman'],
  ['/bin/opkg', 'opkg'],
  ['/sbin/apk', 'apk'],
  ['/usr/bin/emerge', 'portage'],
  ['/usr/bin/xbps-install', 'xbps'],
  ['/usr/bin/swupd', 'swupd'],
]

const PATHS = [
  ...MANAGERS.map(([path]) => path),
  '/run/ostree-booted',
  '/run/systemd/system',
  '/sbin/openrc',
  '/etc/init.d',
]

/** What looks after the software: package manager and service manager. */
export const software: Subject = {
  files: ['/proc/1/comm'],
  probe: sh`section exists
for path in ${PATHS}; do [ -e "$path" ] && printf '%s\n' "$path"; done
command -v systemctl`,
  parse: (seen, known) => ({ pkg_mgr: packageManager(seen, known), service_mgr: serviceManager(seen) }),
}

function exists(seen: Seen, path: string): boolean {
  return (seen.section('exists') ?? '').split('\n').includes(path)
}

/** The manager that the distribution supports; on others the one that is there. */
function packageManager(seen: Seen, known: Facts): string {
  const family = known['os_family']
  if (family === 'Debian') return 'apt'
  if (family === 'RedHat') return redHatManager(seen, known)
  return MANAGERS.findLast(([path]) => exists(seen, path))?.[1] ?? 'unknown'
}

function redHatManager(seen: Seen, known: Facts): string {
  if (exists(seen, '/run/ostree-booted')) return 'atomic_container'
  const major = Number(known['distribution_major_version'])
  if (known['distribution'] === 'Fedora') {
    return major >= 41 && exists(seen, '/usr/bin/dnf5') ? 'dnf5' : major < 23 ? 'yum' : 'dnf'
  }
  if (known['distribution'] === 'Amazon') return major < 2022 ? 'yum' : 'dnf'
  return major < 8 ? 'yum' : 'dnf'
}

const FIRST_PROCESS: Readonly<Record<string, string>> = {
  procd: 'openwrt_init',
  'runit-init': 'runit',
  svscan: 'svc',
  'openrc-init': 'openrc',
}

function serviceManager(seen: Seen): string {
  const first = seen.file('/proc/1/comm')?.trim()
  // `init` may be anything, and a shell as the first process is a container without a service manager.
  if (first !== undefined && first !== 'init' && !first.endsWith('sh')) return FIRST_PROCESS[first] ?? first
  const hasSystemctl = (seen.section('exists') ?? '').includes('/systemctl')
  if (hasSystemctl && exists(seen, '/run/systemd/system')) return 'systemd'
  if (exists(seen, '/sbin/openrc')) return 'openrc'
  if (hasSystemctl) return 'systemd'
  return exists(seen, '/etc/init.d') ? 'sysvinit' : 'service'
}
