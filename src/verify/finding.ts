import type { Diff } from '../task.ts'

/** The checks, in the order in which they are shown, with their titles. */
export const CHECKS = {
  reachable: 'nodes',
  'one-holder': 'one holder',
  'right-holder': 'right holder',
  'vip-answers': 'endpoint answers',
  'api-servers': 'API servers',
  'same-cluster': 'same cluster',
  certificates: 'certificates',
  backends: 'backends',
  agreement: 'VRRP settings',
  drift: 'configuration',
  units: 'services',
  'check-script': 'keepalived’s check',
  kernel: 'kernel',
  versions: 'versions',
  clocks: 'clocks',
  'node-loss': 'loss of a node',
} as const

export type CheckName = keyof typeof CHECKS

/** ok; warn: healthy, but somebody should know; unknown: could not be seen, which is never ok; fail: not healthy. */
export type Level = 'ok' | 'warn' | 'unknown' | 'fail'

/** What one check says; other commands than verify have checks of their own. */
export interface Finding<Check extends string = CheckName> {
  check: Check
  level: Level
  /** A host, a virtual address, or whatever else it is about; several hosts with commas. */
  where: string
  /** What was seen, one clause. */
  what: string
  /** Why it matters; only where it is not ok. */
  why?: string
  /** What to do about it. */
  todo?: string
  diff?: readonly Diff[]
}

export function ok(check: CheckName, where: string, what: string): Finding {
  return { check, level: 'ok', where, what }
}

/** A finding that is not ok needs both reasons. */
export function problem(
  check: CheckName,
  level: Exclude<Level, 'ok'>,
  about: { where: string; what: string; why: string; todo: string; diff?: readonly Diff[] },
): Finding {
  return { check, level, ...about }
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
