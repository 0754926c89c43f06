import { isAbout } from './package-names.ts'
import type { PlatformReply } from './replies.ts'

export type Family = PlatformReply['osFamily']

/** What a package brings besides its programs: all that a later task may ask about. */
export interface Brings {
  directories: readonly string[]
  files: readonly string[]
  unit: string
  account?: { name: string; home: string; ownsHome: boolean }
  /** Brought by some releases only. */
  perhaps?: readonly string[]
  /** Named after it, and brought by no release. */
  never?: readonly string[]
  /** Its service needs this file before it starts. */
  config: string
}

/** Listed from the packages themselves: Debian 12, and what EL 8 and 9 have in common. */
const DEBIAN: Readonly<Record<string, Brings>> = {
  haproxy: {
    directories: ['/etc/haproxy', '/etc/haproxy/errors', '/var/lib/haproxy', '/var/lib/haproxy/dev'],
    files: [
      '/etc/haproxy/haproxy.cfg',
      '/etc/default/haproxy',
      '/etc/logrotate.d/haproxy',
      '/usr/sbin/haproxy',
    ],
    unit: 'haproxy.service',
    account: { name: 'haproxy', home: '/var/lib/haproxy', ownsHome: false },
    config: '/etc/haproxy/haproxy.cfg',
  },
  keepalived: {
    directories: ['/etc/keepalived'],
    files: ['/etc/default/keepalived', '/etc/keepalived/keepalived.conf.sample', '/usr/sbin/keepalived'],
    never: ['/usr/libexec/keepalived'],
    unit: 'keepalived.service',
    config: '/etc/keepalived/keepalived.conf',
  },
}

const EL: Readonly<Record<string, Brings>> = {
  haproxy: {
    directories: ['/etc/haproxy', '/var/lib/haproxy'],
    files: [
      '/etc/haproxy/haproxy.cfg',
      '/etc/sysconfig/haproxy',
      '/etc/logrotate.d/haproxy',
      '/usr/sbin/haproxy',
    ],
    unit: 'haproxy.service',
    account: { name: 'haproxy', home: '/var/lib/haproxy', ownsHome: true },
    perhaps: ['/etc/haproxy/conf.d', '/etc/haproxy/errors'],
    config: '/etc/haproxy/haproxy.cfg',
  },
  keepalived: {
    directories: ['/etc/keepalived', '/usr/libexec/keepalived'],
    files: ['/etc/keepalived/keepalived.conf', '/etc/sysconfig/keepalived', '/usr/sbin/keepalived'],
    unit: 'keepalived.service',
    config: '/etc/keepalived/keepalived.conf',
  },
}

/** The packages of which all is known. */
export const KNOWN: readonly string[] = Object.keys(DEBIAN)

/** What this package brings, by the name that a task gives it; undefined: nobody has listed it. */
export function bringsOf(name: string, family: Family): Brings | undefined {
  const table = family === 'Debian' ? DEBIAN : family === 'RedHat' ? EL : {}
  const key = Object.keys(table).find((known) => isAbout(name, known))
  return key === undefined ? undefined : table[key]
}
