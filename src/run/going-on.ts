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
  const { gatherFacts } = run.play
  const gathers = gatherFacts === undefined || boolean(renderTree(gatherFacts, scope(host, run)), gatherFacts)
  const ignoring = (task: Task | undefined): boolean => task?.ignoreUnreachable !== undefined
  if (!steps.some(({ task }) => ignoring(task)) && !run.handlers.some(ignoring)) return false
  return !gathers || ignoresUnreachable(run, scope(host, run))
}

/** Whether a play as a whole goes on with hosts that cannot be reached. */
export function ignoresUnreachable({ play: { ignoreUnreachable } }: PlayRun, scope: TaskScope): boolean {
  return ignoreUnreachable !== undefined && boolean(renderTree(ignoreUnreachable, scope), ignoreUnreachable)
}
