import { diffArrays } from 'diff'
import { z } from 'zod'
import type { JsonEvent } from '../../test/e2e/support/hakube.ts'

/** What became of one task on one host, its loop taken together. */
export interface Status {
  host: string
  task: string
  status: 'ok' | 'changed' | 'skipped' | 'failed' | 'ignored'
  /** What a failure said. */
  said: string
}

const Answer = z.looseObject({
  action: z.string().optional(),
  changed: z.boolean().optional(),
  failed: z.boolean().optional(),
  skipped: z.boolean().optional(),
  unreachable: z.boolean().optional(),
  msg: z.unknown().optional(),
})

const Report = z.looseObject({
  plays: z.array(
    z.looseObject({
      tasks: z.array(
        z.looseObject({
          task: z.looseObject({ name: z.string() }),
          hosts: z.record(z.string(), Answer),
        }),
      ),
    }),
  ),
})

/** Neither is a task of its own here: the one gathers facts, the others only stand for what they bring. */
const NO_TASK =
  /^(?:ansible\.(?:builtin|legacy)\.)?(?:gather_facts|setup|include|include_tasks|include_role|import_role|meta)$/

/** What ansible-core's callback `json` printed. Failures that it ignored are `failed` in it, and here `ignored`. */
export function statusesOfAnsible(stdout: string): Status[] {
  const start = stdout.search(/^\{/m)
  if (start === -1) return []
  const report = Report.parse(JSON.parse(stdout.slice(start, stdout.lastIndexOf('}') + 1)))
  return report.plays.flatMap(({ tasks }) =>
    tasks.flatMap(({ task, hosts }) =>
      Object.entries(hosts).flatMap(([host, answer]): Status[] => {
        if (NO_TASK.test(answer.action ?? '')) return []
        const status =
          answer.failed || answer.unreachable
            ? 'failed'
            : answer.skipped
              ? 'skipped'
              : answer.changed
                ? 'changed'
                : 'ok'
        const said = status === 'failed' ? JSON.stringify(answer['msg'] ?? answer) : ''
        return [{ host, task: task.name.replace(/^[^:]+ : /, ''), status, said }]
      }),
    ),
  )
}

/** What hakube’s events say, the items of one loop taken together. */
export function statusesOfHakube(events: readonly JsonEvent[]): Status[] {
  const seen: (Status & { place: unknown; loop: boolean })[] = []
  for (const { outcome } of events) {
    if (!outcome) continue
    const { host, task, place, module, item, status, reason } = z
      .looseObject({
        host: z.string(),
        task: z.string(),
        place: z.string(),
        module: z.string(),
        item: z.string().optional(),
        status: z.enum(['ok', 'changed', 'skipped', 'failed', 'ignored']),
        reason: z.string(),
      })
      .parse(outcome)
    if (NO_TASK.test(module)) continue
    const before = seen.findLast((one) => one.host === host)
    if (item !== undefined && before?.loop && before.place === place) {
      before.status = worse(before.status, status)
      if (status === 'failed') before.said = reason
    } else
      seen.push({
        host,
        task,
        place,
        loop: item !== undefined,
        status,
        said: status === 'failed' ? reason : '',
      })
  }
  return seen
}

/** One loop's status out of those of its items: skipped only where all items were. */
function worse(one: Status['status'], other: Status['status']): Status['status'] {
  const order = ['skipped', 'ok', 'changed', 'ignored', 'failed'] as const
  return order[Math.max(order.indexOf(one), order.indexOf(other))] ?? one
}

/** Where two runs of the same playbook differ: - only in the first, + only in the second, each host for itself. */
export function statusDifferences(first: readonly Status[], second: readonly Status[]): string[] {
  const hosts = [...new Set([...first, ...second].map(({ host }) => host))].toSorted()
  const failed = new Set(first.filter(({ status }) => status === 'failed').map(({ task }) => task))
  return hosts.flatMap((host) => {
    const lines = (all: readonly Status[]) =>
      all
        .filter((one) => one.host === host)
        .map(({ task, status }) => {
          // ansible-core's callback does not tell an ignored failure from another one.
          const same = status === 'ignored' && failed.has(task) ? 'failed' : status
          return `${task.trim()}: ${same}`
        })
    return diffArrays(lines(first), lines(second)).flatMap(({ added, removed, value }) =>
      added || removed ? value.map((line) => `${added ? '+' : '-'} ${host} · ${line}`) : [],
    )
  })
}
