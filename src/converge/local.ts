import type { Group, Work } from '../playbook/work.ts'
import { World } from '../world/world.ts'
import { judge, verdict, type Verdict } from './verdict.ts'

/**
 * The verdicts of a group that needs no host: skipped, local, or failed in rendering. Undefined if any of its works
 * has to wait for its turn.
 */
export function settleLocal(group: Group): readonly Verdict[] | undefined {
  const verdicts: Verdict[] = []
  for (const work of group.works) {
    const found = localVerdict(work, group)
    if (!found) return undefined
    verdicts.push(found)
  }
  return verdicts
}

/** The verdict of one work if it can be told without its host. */
export function localVerdict(work: Work, group: Group): Verdict | undefined {
  const { rendered } = work
  const register = group.task?.register
  switch (rendered.type) {
    case 'skip':
      return verdict('skipped', rendered.reason)
    case 'unknown':
      return verdict('unknown', rendered.why)
    case 'failed':
      return judge(work, verdict('failed', rendered.error.message, { hint: rendered.error.hint }), register)
    case 'ready': {
      if (rendered.kind !== 'local') return undefined
      const plan = rendered.module.plan(rendered.prepared, new World())
      if (plan.status === 'ok')
        return judge(work, verdict('ok', plan.reason, { result: plan.result ?? {} }), register)
      if (plan.status === 'fail') {
        return judge(
          work,
          verdict('failed', plan.message, { hint: plan.hint, result: plan.result ?? {} }),
          register,
        )
      }
      throw new TypeError(`the local module ${rendered.module.name} planned ${plan.status}`)
    }
  }
}
