import { showPlace } from '../errors.ts'
import type { Line } from '../playbook/line.ts'
import { truthOf } from '../truth.ts'
import { isMeta, type Task } from '../playbook/model.ts'

/** A task that runs in check mode as well. */
export interface Really {
  task: string
  place: string
}

/**
 * The tasks with `check_mode: false`, in order, handlers behind those of their play: what check mode does on the hosts all
 * the same. Where a template decides, they may. Includes bring theirs only when their turn comes.
 */
export function reallyRun({ steps }: Line): Really[] {
  const handlers = [...new Set(steps.map(({ run }) => run))].flatMap((run) => run.handlers)
  const tasks = [...steps.flatMap(({ task }) => task ?? []), ...handlers].filter(runsInCheck)
  // A batch has the same tasks as the one before it.
  const all = tasks.map((task): [string, Really] => {
    const place = showPlace(task.place)
    return [place, { task: task.name ?? task.action, place }]
  })
  return [...new Map(all).values()]
}

function runsInCheck({ checkMode, module }: Task): boolean {
  if (checkMode === undefined || isMeta(module) || module.readOnly === true) return false
  return checkMode.value !== null && truthOf(checkMode.value) !== true
}
