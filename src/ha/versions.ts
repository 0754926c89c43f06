/** A release as major and minor number. */
export type Version = readonly [major: number, minor: number]

/** What a host's distribution says of itself. */
export interface Distribution {
  /** Ansible's name, such as Ubuntu or Rocky. */
  name: string
  family: string
  /** The whole version, such as 22.04 or 9.4. */
  version: string
}

/** The releases that a distribution brings. Updates within it keep them or are newer. */
export interface Releases {
  haproxy: Version
  keepalived: Version
}

/** The lowest that the bundled configurations are for: those of EL 8. */
export const LOWEST: Releases = { haproxy: [1, 8], keepalived: [2, 1] }

/** Of these a distribution that is not in the list is taken to have no older ones. */
const CURRENT: Releases = { haproxy: [2, 4], keepalived: [2, 2] }

/** By family and major version, or by name and version. */
const BROUGHT: Readonly<Record<string, Releases>> = {
  'RedHat 7': { haproxy: [1, 5], keepalived: [1, 3] },
  'RedHat 8': { haproxy: [1, 8], keepalived: [2, 1] },
  'RedHat 9': { haproxy: [2, 4], keepalived: [2, 2] },
  'Debian 10': { haproxy: [1, 8], keepalived: [2, 0] },
  'Debian 11': { haproxy: [2, 2], keepalived: [2, 1] },
  'Debian 12': { haproxy: [2, 6], keepalived: [2, 2] },
  'Ubuntu 18.04': { haproxy: [1, 8], keepalived: [1, 3] },
  'Ubuntu 20.04': { haproxy: [2, 0], keepalived: [2, 0] },
  'Ubuntu 22.04': { haproxy: [2, 4], keepalived: [2, 2] },
  'Ubuntu 24.04': { haproxy: [2, 8], keepalived: [2, 2] },
}

/**
 * The releases that a distribution brings. A host with newer ones from elsewhere gets a configuration that works
 * there as well: what depends on the release is only ever left out for older ones.
 */
export function releasesOf(distribution: Distribution | undefined): Releases {
  if (!distribution) return CURRENT
  const { name, family, version } = distribution
  const major = version.split('.')[0] ?? ''
  return (
    BROUGHT[`${name} ${version}`] ?? BROUGHT[`${name} ${major}`] ?? BROUGHT[`${family} ${major}`] ?? CURRENT
  )
}

export function atLeast(version: Version, least: Version): boolean {
  return version[0] > least[0] || (version[0] === least[0] && version[1] >= least[1])
}

/** Directives of haproxy.cfg that older releases refuse. */
export function directivesOf({ haproxy }: Releases) {
  return {
    /** Since 2.1 haproxy does not start where the system allows fewer open files; before, it only warns. */
    strict_limits: atLeast(haproxy, [2, 1]),
    /** Since 2.3 the intervals of TCP keepalive can be set; before, the system's hold (two hours). */
    tcp_keepalive: atLeast(haproxy, [2, 3]),
  }
}

/** What is too old on a distribution, in words; undefined = nothing. */
export function tooOld(distribution: Distribution | undefined): string | undefined {
  const releases = releasesOf(distribution)
  const old = (['haproxy', 'keepalived'] as const).filter((name) => !atLeast(releases[name], LOWEST[name]))
  if (!distribution || old.length === 0) return undefined
  const has = old.map((name) => `${name} ${releases[name].join('.')}`).join(' and ')
  const needs = old.map((name) => `${name} ${LOWEST[name].join('.')}`).join(' and ')
  return `${distribution.name} ${distribution.version} brings ${has}, and the configurations need ${needs}`
}
