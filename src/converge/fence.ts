import { isMeta, type Task } from '../playbook/model.ts'
import type { Group } from '../playbook/work.ts'

/** Whether hosts keep the linear order around this task: what it does may reach further than its host. */
export function isBeyond(task: Task | undefined): boolean {
  if (task === undefined || isMeta(task.module)) return false
  return task.module.beyond === true || task.delegateTo !== undefined
}

/** The same of a step: handlers run where they are flushed. In check mode only what is delegated reaches further. */
export function reachesOut({ step, task, handler }: Group, check: boolean): boolean {
  const tasks = step.type === 'flush' && !handler ? step.run.handlers : [task]
  return tasks.some((one) => isBeyond(one) && (!check || one?.delegateTo !== undefined))
}

/** Whether hosts wait for each other before this step, in check mode too. */
export function isFence({ step, task, works }: Group): boolean {
  // A failure there must be known to all before anybody goes on.
  if (step.type === 'play' || works.some((work) => work.settings.fatal)) return true
  if (!task) return false
  if (isMeta(task.module)) return task.module.meta === 'end_play'
  // What they read of other hosts, if only through variables, is read when there is no waiting any more.
  const conditions = [...(task.changedWhen ?? []), ...(task.failedWhen ?? []), ...(task.retry?.until ?? [])]
  return conditions.some(({ value }) => !/^(true|false)$/i.test(value))
}
