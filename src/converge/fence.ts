import { isMeta, type Task } from '../playbook/model.ts'
import type { Step } from '../playbook/step.ts'
import { grows } from '../playbook/grows.ts'
import { isTogether } from './metas.ts'
import type { Group } from '../playbook/work.ts'

/** Whether hosts may have to keep the linear order around this task: what it does may reach further than its host. */
export function isBeyond(task: Task | undefined): boolean {
  if (task === undefined || isMeta(task.module)) return false
  const { beyond = false, seldomBeyond } = task.module
  return (beyond !== false && seldomBeyond !== true) || task.delegateTo !== undefined
}

/** The same where the parameters decide, and are known. */
function isBeyondNow(task: Task | undefined, works: Group['works']): boolean {
  if (task === undefined || isMeta(task.module) || task.delegateTo !== undefined) return isBeyond(task)
  const { beyond, seldomBeyond } = task.module
  if (typeof beyond !== 'function') return isBeyond(task)
  return works.some(({ rendered }) =>
    rendered.type === 'ready' ? rendered.beyond : rendered.type === 'later' && seldomBeyond !== true,
  )
}

/** The same of a step: handlers run where they are flushed. In check mode only what is delegated reaches further. */
export function reachesOut({ step, task, handler, works }: Group, check: boolean): boolean {
  if (!isLinear(step)) return false
  const tasks = isFlush(step) && !handler ? step.run.handlers : [task]
  // What is behind it is about other hosts, too.
  if (grows(task) || works.some((work) => work.settings.way !== undefined)) return true
  const far = (one: Task | undefined) => (one === task ? isBeyondNow(one, works) : isBeyond(one))
  return tasks.some((one) => far(one) && (!check || one?.delegateTo !== undefined))
}

/** With strategy: free hosts go their own ways within a play. */
function isLinear({ run }: Step): boolean {
  return run.conduct.strategy === 'linear'
}

/** Whether handlers run at this step. */
export function isFlush({ type, task }: Step): boolean {
  return (
    type === 'flush' || (task !== undefined && isMeta(task.module) && task.module.meta === 'flush_handlers')
  )
}

/** Whether a failure of it on one host ends the run for all of them. */
export function mayEndForAll({ step, works }: Pick<Group, 'step' | 'works'>): boolean {
  return isLinear(step) && works.some((work) => work.settings.fatal)
}

/** Whether hosts wait for each other before this step, in check mode too. */
export function isFence({ step, task, works }: Group): boolean {
  if (step.type === 'play') return true
  if (isLinear(step)) {
    if (step.run.conduct.maxFail !== undefined || mayEndForAll({ step, works })) return true
    // Who of them was notified must be known before one of them runs it for all.
    if (isFlush(step)) return step.run.handlers.some((handler) => handler.runOnce)
    if (isTogether(step)) return true
  }
  if (!task || isMeta(task.module)) return false
  // What they read of other hosts, if only through variables, is read when there is no waiting any more.
  const conditions = [...(task.changedWhen ?? []), ...(task.failedWhen ?? []), ...(task.retry?.until ?? [])]
  return conditions.some(({ value }) => !/^(true|false)$/i.test(value))
}
