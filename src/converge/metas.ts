import { isMeta, type Meta } from '../playbook/model.ts'
import type { Step } from '../playbook/step.ts'
import type { Group } from '../playbook/work.ts'
import type { HostEnd, RunContext } from './context.ts'

/** What a meta task may do with the walk of its host. */
export interface Walker {
  context: RunContext
  host: string
  flush(group: Group): Promise<HostEnd | undefined>
  /** Goes on at the next play. */
  leave(step: Step): HostEnd | undefined
  /** What the host has answered does not count any more. */
  forget(): void
  /** What was not rendered for the sake of the meta task may be now. */
  resume(): void
}

/** Metas of which the first host decides for all, as in Ansible. */
const TOGETHER: ReadonlySet<string> = new Set<Meta['meta']>(['end_play', 'end_batch', 'clear_facts'])

/** Whether this is a meta task that all hosts come to together. */
export function isTogether({ task }: Pick<Step, 'task'>): boolean {
  return task !== undefined && isMeta(task.module) && TOGETHER.has(task.module.meta)
}

/** Does what a meta task says, if its conditions hold. */
export async function carryOutMeta(
  group: Group,
  meta: Meta['meta'],
  walker: Walker,
): Promise<HostEnd | undefined> {
  const { context, host } = walker
  const holds = group.works.every((work) => work.rendered.type === 'meta')
  if (TOGETHER.has(meta)) return together(group, meta, holds, walker)
  if (!holds) return undefined
  // As a handler it comes up while they are flushed.
  if (meta === 'flush_handlers') return group.handler ? undefined : walker.flush(group)
  if (meta === 'end_host') return walker.leave(group.step)
  if (meta === 'reset_connection') {
    await context.reset(host)
    walker.forget()
  }
  return undefined
}

async function together(
  { step }: Group,
  meta: Meta['meta'],
  holds: boolean,
  walker: Walker,
): Promise<undefined> {
  const { context, host } = walker
  const { progress } = context
  const { run, position } = step
  const isLinear = run.conduct.strategy === 'linear'
  // Who comes first decides, and says so whether or not its conditions hold.
  const decides = !isLinear || progress.firstAt(position, run.hosts) === host
  if (holds && decides) {
    if (meta === 'end_play') progress.endPlay(run.play)
    else if (meta === 'end_batch') progress.endPlay(run)
    else for (const one of run.allHosts) context.store.clearFacts(one)
  }
  if (isLinear) {
    const next = context.line.next(position)
    progress.reach(host, next)
    await progress.allReached(next)
  }
  walker.resume()
}
