import { readKeyValues } from './key-values.ts'
import type { Seen } from './seen.ts'
import type { Facts } from './subject.ts'

/** os-release's ID → the name that Ansible gives the distribution. Others are called by their NAME. */
const NAMES: Readonly<Record<string, string>> = {
  almalinux: 'AlmaLinux',
  alpine: 'Alpine',
  amzn: 'Amazon',
  arch: 'Archlinux',
  centos: 'CentOS',
  debian: 'Debian',
  fedora: 'Fedora',
  gentoo: 'Gentoo',
  kali: 'Kali',
  linuxmint: 'Linux Mint',
  ol: 'OracleLinux',
  raspbian: 'Debian',
  rhel: 'RedHat',
  rocky: 'Rocky',
  ubuntu: 'Ubuntu',
}

/** Family → its members, under the names that Ansible gives them. */
const FAMILIES: Readonly<Record<string, string>> = {
  RedHat:
    'RedHat, Fedora, CentOS, Scientific, CloudLinux, OracleLinux, Amazon, Virtuozzo, EulerOS, openEuler, ' +
    'AlmaLinux, Rocky, EuroLinux, Alibaba, TencentOS, MIRACLE',
  Debian:
    'Debian, Ubuntu, Raspbian, KDE neon, Linux Mint, Devuan, Kali, Cumulus Linux, Pop!_OS, Parrot, SteamOS, ' +
    'Deepin, Uos',
  Suse: 'SLES, SLED, SLES_SAP, openSUSE, openSUSE Leap, openSUSE Tumbleweed',
  Archlinux: 'Archlinux, Antergos, Manjaro',
  Gentoo: 'Gentoo, Funtoo',
  Alpine: 'Alpine',
}

/** Words of os-release's ID_LIKE that tell the family of a distribution we have never heard of. */
const LIKE: Readonly<Record<string, string>> = {
  rhel: 'RedHat',
  fedora: 'RedHat',
  centos: 'RedHat',
  debian: 'Debian',
  ubuntu: 'Debian',
  suse: 'Suse',
  arch: 'Archlinux',
}

export const distributionFiles = [
  '/etc/os-release',
  '/usr/lib/os-release',
  '/etc/oracle-release',
  '/etc/centos-release',
  '/etc/redhat-release',
  '/etc/alpine-release',
  '/etc/system-release',
  '/etc/debian_version',
] as const

interface Release {
  os: Map<string, string>
  seen: Seen
  id: string
}

/** distribution, its versions and release name, os_family, and the file that told them. */
export function distributionFacts(seen: Seen, system: string): Facts {
  const path = seen.file('/etc/os-release') === undefined ? '/usr/lib/os-release' : '/etc/os-release'
  const os = readKeyValues(seen.file(path))
  const release: Release = { os, seen, id: os.get('ID') ?? '' }
  const distribution = nameOf(release) ?? system
  const version = versionOf(release, distribution)
  const major = version.split('.')[0] ?? version
  const minor = ['Debian', 'Amazon'].includes(distribution) ? version.split('.')[1] : undefined
  return {
    distribution,
    distribution_version: version,
    distribution_major_version: major,
    distribution_minor_version: distribution === 'Amazon' ? (minor ?? 'NA') : minor,
    distribution_release: releaseName(release, distribution, version),
    ...fileOf(release, distribution, path),
    os_family: familyOf(distribution, os.get('ID_LIKE') ?? ''),
  }
}

function nameOf({ os, seen, id }: Release): string | undefined {
  const isSuse = id.startsWith('sle') || id.includes('suse')
  const name = NAMES[id] ?? (isSuse ? os.get('NAME') : undefined)
  if (name !== undefined) return name
  // EL clones that are newer than the table name themselves here: "Rocky Linux release 9.4 (Blue Onyx)".
  return seen.file('/etc/redhat-release')?.split(/\s/)[0] ?? os.get('NAME')
}

function versionOf({ os, seen, id }: Release, distribution: string): string {
  const version = os.get('VERSION_ID') ?? ''
  // These two leave the minor version out of os-release.
  if (distribution === 'Debian') {
    const exact = /^\d+(\.\d+)+/.exec(seen.file('/etc/debian_version') ?? '')?.[0]
    if (exact !== undefined && exact.split('.')[0] === version.split('.')[0]) return exact
  }
  if (id === 'centos') {
    const exact = /release (\d+(?:\.\d+)?)/.exec(seen.file('/etc/centos-release') ?? '')?.[1]
    if (exact !== undefined) return exact
  }
  return version === '' ? 'NA' : version
}

function releaseName({ os, seen }: Release, distribution: string, version: string): string {
  if (seen.file('/etc/centos-release')?.includes('CentOS Stream') === true) return 'Stream'
  if (distribution.startsWith('openSUSE')) return version.split('.')[1] ?? ''
  if (distribution.startsWith('SLE')) return version.split('.')[1] ?? '0'
  const codename = os.get('VERSION_CODENAME') ?? os.get('UBUNTU_CODENAME')
  if (codename !== undefined) return codename
  if (distribution === 'Amazon') return inBrackets(seen.file('/etc/system-release')) ?? 'NA'
  return inBrackets(os.get('VERSION')) ?? /, (.+)$/.exec(os.get('VERSION') ?? '')?.[1] ?? 'NA'
}

/** `Blue Onyx` of `Rocky Linux release 9.4 (Blue Onyx)`. */
function inBrackets(text: string | undefined): string | undefined {
  return /\(([^)]+)\)/.exec(text ?? '')?.[1]
}

function fileOf({ seen, id }: Release, distribution: string, osRelease: string): Facts {
  const facts = (path: string, variety: string, found?: string): Facts => ({
    distribution_file_path: path,
    distribution_file_variety: variety,
    distribution_file_parsed: true,
    distribution_file_search_string: found,
  })
  if (seen.file('/etc/oracle-release') !== undefined) {
    return facts('/etc/oracle-release', 'OracleLinux', 'Oracle Linux')
  }
  if (seen.file('/etc/centos-release')?.includes('CentOS Stream') === true) {
    return facts('/etc/centos-release', 'CentOS')
  }
  if (seen.file('/etc/redhat-release') !== undefined) {
    return facts('/etc/redhat-release', 'RedHat', distribution === 'RedHat' ? 'Red Hat' : undefined)
  }
  if (seen.file('/etc/alpine-release') !== undefined) return facts('/etc/alpine-release', 'Alpine')
  if (familyOf(distribution, '') === 'Suse') return facts(osRelease, 'SUSE')
  if (['Debian', 'Ubuntu', 'Kali', 'Linux Mint', 'Devuan'].includes(distribution)) {
    return facts(osRelease, 'Debian')
  }
  return facts(osRelease, id === 'amzn' ? 'Amazon' : id === 'arch' ? 'Archlinux' : 'NA')
}

function familyOf(distribution: string, like: string): string {
  for (const [family, names] of Object.entries(FAMILIES)) {
    if (names.split(', ').includes(distribution)) return family
  }
  for (const word of like.split(/\s+/)) {
    const family = LIKE[word]
    if (family !== undefined) return family
  }
  return distribution
}
