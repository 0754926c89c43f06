import type { Task } from '../playbook/model.ts'
import type { Line } from '../playbook/line.ts'
import type { PlayRun } from '../playbook/step.ts'
import { boolean } from '../playbook/settings.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'

/**
 * Whether the run begins with a host although it cannot be reached: its first play ignores that, or asks for no facts
 * and has tasks that do (ignore_unreachable).
 */
export function goesOnUnreached(
  host: string,
  line: Line,
  scope: (host: string, run: PlayRun) => TaskScope,
): boolean {
  const steps = line.steps.filter((step) => step.run.members.has(host))
  const run = steps[0]?.run
  if (!run) return false
  const { play } = run
  const says = (keyword: 'ignoreUnreachable' | 'gatherFacts', otherwise: boolean): boolean => {
    const located = play[keyword]
    return located ? boolean(renderTree(located, scope(host, run)), located) : otherwise
  }
  const ignoring = (task: Task | undefined): boolean => task?.ignoreUnreachable !== undefined
  if (!steps.some(({ task }) => ignoring(task)) && !run.handlers.some(ignoring)) return false
  return says('ignoreUnreachable', false) || !says('gatherFacts', true)
}
