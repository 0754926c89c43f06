import { isMeta, type Task } from './model.ts'
import type { Step } from './step.ts'

/** Whether a task brings a file to the controller (fetch), which tasks behind it may read. */
export function receives(task: Task | undefined): boolean {
  return task !== undefined && !isMeta(task.module) && task.module.receive !== undefined
}

/** Whether that may happen at this step: handlers run where they are flushed. */
export function mayReceive({ type, task, run }: Pick<Step, 'type' | 'task' | 'run'>): boolean {
  return receives(task) || (type === 'flush' && run.handlers.some(receives))
}
