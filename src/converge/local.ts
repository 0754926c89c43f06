import type { Work } from '../playbook/work.ts'
import { World } from '../world/world.ts'
import { judge, verdict, type Verdict } from './verdict.ts'

/** The verdict of one work if it can be told without its host; undefined if it has to wait for its turn. */
export function localVerdict(work: Work, register: string | undefined): Verdict | undefined {
  const { rendered } = work
  switch (rendered.type) {
    case 'skip':
      return verdict('skipped', rendered.reason)
    case 'unknown':
      return verdict('unknown', rendered.why)
    case 'meta':
      return verdict('ok', rendered.reason)
    case 'later':
      return undefined
    case 'failed':
      return judge(work, verdict('failed', rendered.error.message, { hint: rendered.error.hint }), register)
    case 'ready': {
      if (rendered.kind !== 'local') return undefined
      const plan = rendered.module.plan(rendered.prepared, new World())
      if (plan.status === 'ok') {
        const status = plan.skips ? 'skipped' : 'ok'
        return judge(work, verdict(status, plan.reason, { result: plan.result ?? {} }), register)
      }
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
