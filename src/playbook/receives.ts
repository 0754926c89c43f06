import { LOCALHOSTS } from '../inventory/model.ts'
import { isMeta, type Task } from './model.ts'
import type { Step } from './step.ts'

/** Whether a task brings a file to the controller (fetch), which tasks behind it may read. */
export function receives(task: Task | undefined): boolean {
  return task !== undefined && !isMeta(task.module) && task.module.receive !== undefined
}

/** Whether that may happen at this step: handlers run where they are flushed. */
export function mayReceive(step: Pick<Step, 'type' | 'task' | 'run'>): boolean {
  return ranAt(step).some(receives)
}

function ranAt({ type, task, run }: Pick<Step, 'type' | 'task' | 'run'>): readonly Task[] {
  const flushes = task !== undefined && isMeta(task.module) && task.module.meta === 'flush_handlers'
  return type === 'flush' || flushes ? run.handlers : task ? [task] : []
}

/** Modules that may leave files where they run. */
const MAKERS = new Set(
  'archive assemble blockinfile command copy file get_url git ini_file lineinfile make raw replace script shell template unarchive uri'.split(
    ' ',
  ),
)

/** Whether a task may make files on the controller; `here`: its hosts are the controller itself. */
export function mayMake(task: Task, here: boolean): boolean {
  const moved = task.delegateTo !== undefined || task.connection !== undefined
  return !isMeta(task.module) && MAKERS.has(task.module.name) && (here || moved)
}

/** Whether that may happen at this step. */
export function mayMakeHere(step: Pick<Step, 'type' | 'task' | 'run'>): boolean {
  const here = LOCALHOSTS.some((name) => step.run.members.has(name))
  return ranAt(step).some((task) => mayMake(task, here))
}
