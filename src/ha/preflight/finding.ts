import type { Finding, Level } from '../../verify/finding.ts'

/** The checks, in the order in which they are shown, with their titles. Their names are those of ha_skip_preflight. */
export const CHECKS = {
  vip: 'virtual address',
  vrid: 'VRRP on the network',
  vrrp: 'VRRP between nodes',
  'api-servers': 'API servers',
  ports: 'ports',
  clocks: 'clocks',
  names: 'names',
  disk: 'disk',
  firewall: 'firewall',
  selinux: 'SELinux',
} as const

export type CheckName = keyof typeof CHECKS

export const CHECK_NAMES = Object.keys(CHECKS).filter((name): name is CheckName =>
  Object.hasOwn(CHECKS, name),
)

/** fail: refused; warn: said; unknown: not proven, which is never ok. */
export type PreflightFinding = Finding<CheckName>

export function ok(check: CheckName, where: string, what: string): PreflightFinding {
  return { check, level: 'ok', where, what }
}

/** A finding that is not ok needs both reasons. */
export function problem(
  check: CheckName,
  level: Exclude<Level, 'ok'>,
  about: { where: string; what: string; why: string; todo: string },
): PreflightFinding {
  return { check, level, ...about }
}

/** The checks that take seconds: they wait for what others on the network say. */
export const WAITING: readonly CheckName[] = ['vip', 'vrid', 'vrrp']
