import { expect, it } from 'vitest'
import { atLeast, directivesOf, LOWEST, releasesOf, tooOld } from '../../src/ha/versions.ts'

const on = (name: string, version: string, family = name) => ({ name, version, family })

it.each([
  [on('Rocky', '8.10', 'RedHat'), [1, 8], [2, 1], false, false],
  [on('OracleLinux', '9.4', 'RedHat'), [2, 4], [2, 2], true, true],
  [on('Debian', '11.9'), [2, 2], [2, 1], true, false],
  [on('Debian', '12.5'), [2, 6], [2, 2], true, true],
  [on('Ubuntu', '22.04', 'Debian'), [2, 4], [2, 2], true, true],
  [on('Ubuntu', '24.04', 'Debian'), [2, 8], [2, 2], true, true],
  [on('Ubuntu', '26.04', 'Debian'), [2, 4], [2, 2], true, true],
] as const)('%o', (distribution, haproxy, keepalived, limits, tcp) => {
  expect(releasesOf(distribution)).toEqual({ haproxy, keepalived })
  expect(directivesOf(releasesOf(distribution))).toEqual({ strict_limits: limits, tcp_keepalive: tcp })
  expect(tooOld(distribution)).toBeUndefined()
})

it.each([
  [on('CentOS', '7.9', 'RedHat'), 'brings haproxy 1.5 and keepalived 1.3'],
  [on('Ubuntu', '20.04', 'Debian'), 'brings keepalived 2.0, and the configurations need keepalived 2.1'],
])('%o is too old', (distribution, expected) => {
  expect(tooOld(distribution)).toContain(expected)
})

it('takes a host that nothing is known of for a current one', () => {
  expect(directivesOf(releasesOf(undefined))).toEqual({ strict_limits: true, tcp_keepalive: true })
})

it('compares by numbers', () => {
  expect(atLeast([2, 10], [2, 4])).toBe(true)
  expect(atLeast([1, 8], LOWEST.haproxy)).toBe(true)
  expect(atLeast([3, 0], [2, 4])).toBe(true)
  expect(atLeast([2, 0], [2, 1])).toBe(false)
})
