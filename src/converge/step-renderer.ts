import { showPlace } from '../errors.ts'
import { grows } from '../playbook/grows.ts'
import { isMeta, type Task } from '../playbook/model.ts'
import { givesAnything, namesSetBy } from '../playbook/names-set.ts'
import { receives } from '../playbook/receives.ts'
import { renderMeta } from '../playbook/render-meta.ts'
import { renderTask, type Slot } from '../playbook/render.ts'
import { boolean } from '../playbook/settings.ts'
import type { Step } from '../playbook/step.ts'
import type { Group, Turn, Work } from '../playbook/work.ts'
import { NotYet } from '../variables/not-yet.ts'
import { renderTree, TaskScope } from '../variables/scope.ts'
import type { RunContext } from './context.ts'
import { isFlush } from './fence.ts'
import { gathersFacts } from './gathered.ts'
import { localVerdict } from './local.ts'
import type { Pending } from './pending.ts'
import { registerLoop, registerWork } from './register.ts'
import type { Verdict } from './verdict.ts'

/** Renders steps and handlers of one host, as far as their values are known. Local tasks are decided here: they need no host. */
export class StepRenderer {
  /** What was rendered last fails, or ends the play: what stands behind it may never run, or not be renderable. */
  halted = false
  readonly #context: RunContext
  readonly #host: string
  readonly #pending: Pending

  constructor(context: RunContext, host: string, pending: Pending) {
    this.#context = context
    this.#host = host
    this.#pending = pending
  }

  /**
   * The works of a step. Throws NotYet for a value that is missing, HakubeError for a mistake, unless `tolerate` says that
   * this fails the task.
   */
  async step(step: Step, tolerate: boolean): Promise<Group> {
    const { task } = step
    // Of a host that was added nothing is known until its play begins.
    if (step.type === 'play' && this.#context.isAwaited(this.#host, step.run)) this.halted = true
    if (isFlush(step)) this.#pending.handlers(step)
    if (!task) return { step, task, handler: false, works: [], looped: false }
    const rescuable = step.frames.some(({ part, span }) => part === 'block' && span.alwaysAt > span.rescueAt)
    const slot = { step, task, handler: false, room: step.room, tolerate: tolerate || rescuable }
    if (this.#isOnce(slot, step.position)) {
      const { once } = this.#context
      const host = once.undecided(step)
      if (host !== undefined && host !== this.#host)
        throw new NotYet({ kind: 'other-host', host, name: 'whether it runs this for all' })
      if (once.leader(step) !== this.#host) return this.follow(step, task, step, step.position)
    }
    if (!isMeta(task.module)) return this.#task(slot, step.position)
    const group = this.#meta(slot, step.position)
    const ends = task.module.meta.startsWith('end_') && group.works[0]?.rendered.type === 'meta'
    this.halted = ends || group.works[0]?.rendered.type === 'failed' || task.module.meta === 'clear_facts'
    return group
  }

  /** The works of a handler at this flush; of one with run_once perhaps those of another host. */
  async handler(step: Step, task: Task, room: number, position: number): Promise<Group> {
    const { once } = this.#context
    if (this.#isOnce({ step, task }, position)) {
      const turn = once.turnOf(step, task, this.#host)
      if (once.handlerLeader(turn, step, task) !== this.#host)
        return { ...this.follow(step, task, turn, position), handler: true }
    }
    const slot = { step, task, handler: true, room, tolerate: true }
    return isMeta(task.module) ? this.#meta(slot, position) : this.#task(slot, position)
  }

  #meta(slot: Omit<Slot, 'rendered'>, position: number): Group {
    const { step, task, handler } = slot
    const scope = this.scope(slot, position)
    const work = renderMeta({ ...slot, rendered: () => {} }, scope, this.#context.render)
    return { step, task, handler, works: work ? [work] : [], looped: false }
  }

  async #task(slot: Omit<Slot, 'rendered'>, position: number): Promise<Group> {
    const { store, render } = this.#context
    const { task } = slot
    const verdicts: Verdict[] = []
    let open = false
    const rendered = (work: Work): void => {
      const found = localVerdict(work, task.register)
      if (found) {
        registerWork(store, task, work, found)
        verdicts.push(found)
      } else {
        open = true
        const { position } = work.scope
        if (task.register !== undefined) this.#pending.variables([task.register], position)
        if (!this.#pending.facts(task, position)) this.halted = true
      }
    }
    const group = await renderTask({ ...slot, rendered }, this.scope(slot, position), render)
    if (!open) registerLoop(store, group, verdicts)
    // What they set is seen by others only when it is done.
    if (task.delegateFacts || gathersFacts(task) || grows(task)) this.halted = true
    // What stands behind it may read the file that it brings.
    if (receives(task) && group.works.some((work) => work.rendered.type !== 'skip')) this.halted = true
    if (!slot.handler && verdicts.some((found) => found.status === 'failed')) this.halted = true
    return group
  }

  /** The strategy free knows no run_once, as in Ansible. */
  #isOnce({ step, task }: Pick<Slot, 'step' | 'task'>, position: number): boolean {
    const { runOnce } = task
    if (!runOnce || !boolean(renderTree(runOnce, this.scope({ step, task }, position)), runOnce)) return false
    if (step.run.conduct.strategy === 'linear') return true
    const text = `run_once has no effect with strategy: free, so "${task.name ?? task.action}" runs on all hosts`
    this.#context.emit({ type: 'warning', text, place: showPlace(runOnce.place) })
    return false
  }

  /** What the other host gives is not there yet. */
  follow(step: Step, task: Task, turn: Turn, position: number): Group {
    this.#pending.variables(namesSetBy(task), position)
    if (!this.#pending.facts(task, position)) this.halted = true
    if (givesAnything(task) || grows(task) || receives(task)) this.halted = true
    return { step, task, handler: false, works: [], looped: false, follows: turn }
  }

  /** The variables of a step for this host. */
  scope({ step, task }: Pick<Slot, 'step' | 'task'>, position: number): TaskScope {
    const { store } = this.#context
    return new TaskScope(store, this.#host, position, this.#context.layers(this.#host, step, task))
  }
}
