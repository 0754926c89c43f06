import { PLAIN } from '../../src/world/places.ts'
import { describe, expect, it } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { isElsewhere, isPackagePlace, managerWrites, stampBecomes } from '../../src/world/packages-write.ts'

const file = replyOf({ type: 'file', mode: 0o600, uid: 0, gid: 0, owner: 'root', group: 'root' })

describe('what package managers write for themselves', () => {
  it.each([
    ['/var/lib/dpkg/status', true],
    ['/var/lib/apt/lists', true],
    ['/var/log/dnf.log', true],
    ['/var/cache/debconf/config.dat', true],
    ['/var/lib/apt/periodic/update-success-stamp', false],
    ['/var/lib/dpkg2/status', false],
    ['/var/log/haproxy.log', false],
    ['/etc/haproxy/haproxy.cfg', false],
  ])('%s is unknown behind a change of packages: %s', (path, unknown) => {
    for (const before of [file, { exists: false } as const])
      expect(managerWrites.change(before, path, PLAIN) instanceof Unknown).toBe(unknown)
  })

  it('has a stamp of apt, made or touched', () => {
    const stamp = '/var/lib/apt/periodic/update-success-stamp'
    expect(stampBecomes.change({ exists: false }, stamp, PLAIN)).toMatchObject({
      exists: true,
      type: 'file',
      mode: 0o644,
    })
    expect(stampBecomes.change(file, stamp, PLAIN)).toMatchObject({ mode: 0o600, mtime: Number.NaN })
    expect(stampBecomes.change({ exists: false }, '/var/lib/apt/periodic', PLAIN)).toMatchObject({
      type: 'directory',
    })
    expect(stampBecomes.change(file, '/etc/other', PLAIN)).toBe(file)
  })
})

it('tells the places of packages from those of administrators', () => {
  const places = ['/usr/bin/x', '/etc/x', '/opt/x', '/srv/x', '/home/x', '/usr/local/bin/x', '/etc/haproxy/x']
  expect(places.map((path) => isPackagePlace(path) && !isElsewhere(path))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})
