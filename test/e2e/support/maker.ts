import type { Random } from './random.ts'
import type { Cast, Family } from './universe.ts'

/** One task as it stands in a playbook. */
export type Draft = Record<string, unknown>

/** What a maker of tasks may use. */
export interface Maker {
  random: Random
  family: Family
  /** What this list is about. */
  cast: Cast
  /** Number of the task in its list. */
  index: number
}

/** Names of the handlers that tasks notify. */
export const HANDLERS = ['restart haproxy', 'reload haproxy', 'reload keepalived', 'leave a mark'] as const

/** Keywords that any task may have. */
export function keywords(random: Random): Draft {
  return {
    ...random.some(85, { ignore_errors: true }),
    ...random.some(20, { notify: [random.pick(HANDLERS)] }),
  }
}
