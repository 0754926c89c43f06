import type { Task } from '../playbook/model.ts'
import type { Group, Turn, Work } from '../playbook/work.ts'
import type { Lookahead } from './lookahead.ts'
import { pause } from './repeat.ts'
import type { RunContext } from './context.ts'
import type { Done } from './once.ts'
import { registerLoop, registerWork } from './register.ts'
import type { Verdict } from './verdict.ts'
import type { Worker } from './worker.ts'

interface Hands {
  context: RunContext
  worker: Worker
}

/** Does the works of a task in their order, says what became of them, and stores what they give. */
export function perform(
  group: Group,
  task: Task,
  hands: Hands,
): Promise<{ works: readonly Work[]; verdicts: readonly Verdict[] }> {
  const most = Math.max(0, ...group.works.map(({ settings }) => settings.throttle))
  return hands.context.throttle.pass(group.handler ? task : group.step, most, () =>
    performAll(group, task, hands),
  )
}

async function performAll(
  group: Group,
  task: Task,
  { context, worker }: Hands,
): Promise<{ works: readonly Work[]; verdicts: readonly Verdict[] }> {
  const works = [...group.works]
  const verdicts: Verdict[] = []
  for (const [index, planned] of group.works.entries()) {
    if (index > 0 && planned.settings.pause > 0 && !context.check)
      await pause(planned.settings.pause, context.signal)
    const { rendered } = planned
    const work = rendered.type === 'later' ? await rendered.render() : planned
    works[index] = work
    context.emit({ type: 'task-start', host: work.host, task: work.name })
    const found = await worker.work({ ...group, works }, work)
    verdicts.push(found)
    worker.report(group, work, found)
    registerWork(context.store, task, work, found)
  }
  registerLoop(context.store, { ...group, works }, verdicts)
  return { works, verdicts }
}

/** Those who wait for what a host does for all take over what it gives. */
export function finishForAll(
  { step, handler }: Group,
  task: Task,
  host: string,
  done: Done,
  { once, progress }: RunContext,
): void {
  const turn = handler ? once.turnOf(step, task, host) : step
  once.pass(turn, host)
  once.finish(turn, done)
  progress.tell(host)
}

/** Waits for the host that does it for all. `mine`: that one is gone, and this host is to do it. */
export async function awaitDone(
  { group, task, turn, host }: { group: Group; task: Task; turn: Turn; host: string },
  { once, progress, signal }: RunContext,
): Promise<Done | 'mine' | 'stopped'> {
  const { step, handler } = group
  for (;;) {
    const seen = progress.version
    const done = once.result(turn)
    if (done) return done
    if (progress.stopped !== undefined || signal.aborted) return 'stopped'
    const leader = handler ? once.handlerLeader(turn, step, task) : once.leader(step)
    if (leader === undefined || leader === host) return 'mine'
    await progress.moved(leader, seen)
  }
}

/** Gives a host what another one has done for it (run_once). */
export function takeOver(
  done: Done,
  { group, task, host, ahead }: { group: Group; task: Task; host: string; ahead: Lookahead },
  { store }: RunContext,
): Group {
  const { step } = group
  store.withdraw(host, group.position ?? step.position)
  const works = done.works.map((work) => {
    const scope = ahead.scopeLike({ step, task }, group.position ?? work.scope.position)
    return { ...work, host, scope }
  })
  const taken = { ...group, works, looped: works.some((work) => work.item !== undefined) }
  for (const [index, work] of works.entries()) {
    const found = done.verdicts[index]
    if (found) registerWork(store, task, work, found)
  }
  registerLoop(store, taken, done.verdicts)
  ahead.resume()
  return taken
}
