import type { Inclusion, Task } from '../playbook/model.ts'
import type { Step } from '../playbook/step.ts'

/**
 * The includes whose variables a task has. A handler, and what it includes, has those of the include that brought the
 * handler, wherever it is flushed.
 */
export function inclusionsAround(step: Step, task: Task | undefined): readonly Inclusion[] {
  if (task && task !== step.task) return task.byRole === true ? [] : (task.broughtBy?.inclusions ?? [])
  const at = step.inclusions.findIndex(({ around }) => around !== undefined)
  if (at === -1) return step.inclusions
  return [...step.inclusions.slice(0, at + 1), ...(step.inclusions[at]?.around ?? [])]
}
