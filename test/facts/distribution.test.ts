import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { distributionFacts } from '../../src/facts/distribution.ts'
import { software } from '../../src/facts/software.ts'
import { seenOf } from './seen-of.ts'

interface Case {
  name: string
  files: Record<string, string>
  /** What Ansible says about these files, but for the differences that docs/facts.md lists. */
  expect: Record<string, string | boolean>
}

const cases: Case[] = JSON.parse(readFileSync(new URL('distributions.json', import.meta.url), 'utf8'))

test.each(cases.map((each): [string, Case] => [each.name, each]))(
  '%s',
  (_name, { files, expect: wanted }) => {
    const facts = distributionFacts(seenOf({ files }), 'Linux')
    expect(Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))).toEqual(
      wanted,
    )
  },
)

test('a host without os-release is called by its kernel', () => {
  expect(distributionFacts(seenOf({}), 'Linux')).toMatchObject({
    distribution: 'Linux',
    distribution_version: 'NA',
    os_family: 'Linux',
  })
})

const managers: [family: string, distribution: string, major: string, paths: string[], wanted: string][] = [
  ['RedHat', 'Rocky', '9', ['/usr/bin/dnf', '/usr/bin/yum'], 'dnf'],
  ['RedHat', 'CentOS', '7', ['/usr/bin/yum', '/usr/bin/dnf'], 'yum'],
  ['RedHat', 'Fedora', '41', ['/usr/bin/dnf', '/usr/bin/dnf5'], 'dnf5'],
  ['RedHat', 'Fedora', '40', ['/usr/bin/dnf', '/usr/bin/dnf5'], 'dnf'],
  ['RedHat', 'Amazon', '2', ['/usr/bin/yum'], 'yum'],
  ['RedHat', 'Amazon', '2023', ['/usr/bin/dnf'], 'dnf'],
  ['RedHat', 'RedHat', '9', ['/usr/bin/dnf', '/run/ostree-booted'], 'atomic_container'],
  ['Debian', 'Ubuntu', '24', ['/usr/bin/apt-get', '/usr/bin/dnf'], 'apt'],
  ['Suse', 'SLES', '15', ['/usr/bin/zypper'], 'zypper'],
  ['Alpine', 'Alpine', '3', ['/sbin/apk'], 'apk'],
  ['Buildroot', 'Buildroot', '2024', [], 'unknown'],
]

test.each(managers)('%s: %s %s with %j has %s', (family, distribution, major, paths, wanted) => {
  const seen = seenOf({ sections: { exists: paths.join('\n') } })
  const known = { os_family: family, distribution, distribution_major_version: major }
  expect(software.parse(seen, known)['pkg_mgr']).toBe(wanted)
})

const services: [first: string | undefined, paths: string[], wanted: string][] = [
  ['systemd', [], 'systemd'],
  ['init', ['/run/systemd/system', '/usr/bin/systemctl'], 'systemd'],
  ['init', ['/sbin/openrc', '/etc/init.d'], 'openrc'],
  ['init', ['/etc/init.d'], 'sysvinit'],
  ['bash', [], 'service'],
  ['procd', [], 'openwrt_init'],
  [undefined, [], 'service'],
]

test.each(services)('first process %s with %j: %s', (first, paths, wanted) => {
  const files = first === undefined ? {} : { '/proc/1/comm': first }
  expect(software.parse(seenOf({ files, sections: { exists: paths.join('\n') } }), {})['service_mgr']).toBe(
    wanted,
  )
})
