import { isInclude, isMeta, type Entry, type Task } from './model.ts'

/** Whether a task adds to the inventory (add_host, group_by). */
export function grows(task: Task | undefined): boolean {
  return task !== undefined && !isMeta(task.module) && task.module.grows === true
}

/** The same of all in an entry; what an include brings may do so. */
export function mayGrow(entry: Entry): boolean {
  if (entry.type === 'task') return grows(entry) || isInclude(entry)
  return [...entry.block, ...entry.rescue, ...entry.always].some(mayGrow)
}
