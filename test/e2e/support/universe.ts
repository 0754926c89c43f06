import type { Random } from './random.ts'

/** The few things that generated tasks are about, so that they meet. */

export type Family = 'EL-like' | 'Debian-like'

/** Nobody's paths: files, directories, links and what is below them; some of their parents are not there. */
const FILES = ['/srv/predict/a', '/srv/predict/b', '/srv/predict/d/x', '/srv/predict/d/e/y'] as const
const DIRECTORIES = ['/srv/predict', '/srv/predict/d', '/srv/predict/d/e', '/srv/predict/m/n'] as const
const LINKS = ['/srv/predict/l', '/srv/predict/d/k'] as const
/** The same things, through a link where there is one. */
export const THROUGH_LINKS = ['/srv/predict/l/x', '/srv/predict/l/e'] as const

const PACKAGES = ['haproxy', 'keepalived', 'lab-hello'] as const
export type Package = (typeof PACKAGES)[number]

/** What a package brings. Its text files may be changed, the rest is only looked at. */
export interface Brought {
  files: readonly string[]
  directories: readonly string[]
  programs: readonly string[]
  /** Directories that some releases bring. */
  perhaps?: readonly string[]
}

const BROUGHT: Readonly<Record<Family, Readonly<Record<Package, Brought>>>> = {
  'EL-like': {
    haproxy: {
      files: ['/etc/haproxy/haproxy.cfg', '/etc/sysconfig/haproxy', '/etc/logrotate.d/haproxy'],
      directories: ['/etc/haproxy', '/var/lib/haproxy'],
      perhaps: ['/etc/haproxy/conf.d', '/etc/haproxy/errors'],
      programs: ['/usr/sbin/haproxy'],
    },
    keepalived: {
      files: ['/etc/keepalived/keepalived.conf', '/etc/sysconfig/keepalived'],
      directories: ['/etc/keepalived'],
      programs: ['/usr/sbin/keepalived'],
    },
    'lab-hello': { files: ['/etc/lab-hello.conf'], directories: [], programs: [] },
  },
  'Debian-like': {
    haproxy: {
      files: ['/etc/haproxy/haproxy.cfg', '/etc/default/haproxy', '/etc/logrotate.d/haproxy'],
      directories: ['/etc/haproxy', '/etc/haproxy/errors', '/var/lib/haproxy', '/var/lib/haproxy/dev'],
      programs: ['/usr/sbin/haproxy'],
    },
    keepalived: {
      files: [
        '/etc/keepalived/keepalived.conf',
        '/etc/default/keepalived',
        '/etc/keepalived/keepalived.conf.sample',
      ],
      directories: ['/etc/keepalived'],
      programs: ['/usr/sbin/keepalived'],
    },
    'lab-hello': { files: ['/etc/lab-hello.conf'], directories: [], programs: [] },
  },
}

export function broughtBy(family: Family, name: Package): Brought {
  return BROUGHT[family][name]
}

/** Those things that one list is about. */
export interface Cast {
  files: readonly string[]
  directories: readonly string[]
  links: readonly string[]
  package: Package
  brought: Brought
}

export function castFor(family: Family, random: Random): Cast {
  const package_ = random.weighted<Package>([
    [5, 'haproxy'],
    [4, 'keepalived'],
    [2, 'lab-hello'],
  ])
  return {
    files: [random.pick(FILES), random.pick(FILES)],
    directories: [random.pick(DIRECTORIES), random.pick(DIRECTORIES)],
    links: [random.pick(LINKS)],
    package: package_,
    brought: BROUGHT[family][package_],
  }
}

/** Everything that is nobody's. */
export const OWN_PATHS: readonly string[] = [...FILES, ...DIRECTORIES, ...LINKS, ...THROUGH_LINKS]

/** Everything that packages bring. */
export function broughtPaths(family: Family): string[] {
  return Object.values(BROUGHT[family]).flatMap(({ files, directories, programs, perhaps = [] }) => [
    ...programs,
    ...files,
    ...directories,
    ...perhaps,
  ])
}

/** Contents that the programs accept, so that services start with them. */
export const CONFIGS: Readonly<Record<string, readonly string[]>> = {
  '/etc/haproxy/haproxy.cfg': ['18001', '18002'].map(
    (port) => `global
    maxconn 100
defaults
    mode tcp
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend predict
    bind 127.0.0.1:${port}
    default_backend predict
backend predict
    server one 127.0.0.1:9
`,
  ),
  '/etc/keepalived/keepalived.conf': ['one', 'two'].map(
    (name) => `global_defs {
    router_id predict_${name}
}
vrrp_instance predict {
    state BACKUP
    interface eth0
    virtual_router_id 77
    priority 100
    virtual_ipaddress {
        127.77.0.1/32 dev lo
    }
}
`,
  ),
}
