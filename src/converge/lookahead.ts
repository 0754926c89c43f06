import { isKnown, showPlace } from '../errors.ts'
import { grows } from '../playbook/grows.ts'
import { isInclude, isMeta, type Task } from '../playbook/model.ts'
import { gives, givesAnything, namesSetBy } from '../playbook/names-set.ts'
import { hasTemplate } from '../playbook/reader.ts'
import { type Span, type Step } from '../playbook/step.ts'
import { receives } from '../playbook/receives.ts'
import { renderMeta } from '../playbook/render-meta.ts'
import { renderTask, type Slot } from '../playbook/render.ts'
import { boolean } from '../playbook/settings.ts'
import type { Group, Turn, Work } from '../playbook/work.ts'
import { NotYet } from '../variables/not-yet.ts'
import { renderTree, TaskScope } from '../variables/scope.ts'
import type { RunContext } from './context.ts'
import { localVerdict } from './local.ts'
import { isFlush } from './fence.ts'
import { gathersFacts } from './gathered.ts'
import { Pending } from './pending.ts'
import { registerLoop, registerWork } from './register.ts'
import { RolesDone } from './roles-done.ts'
import type { Verdict } from './verdict.ts'

/** Handlers stand between the step that flushes them and the next one: this far apart, in the order they run. */
const HANDLER_ROOM = 2 ** -20

/**
 * Renders the steps of one host ahead of the work, as far as their values are known, so that one round trip can
 * ask for all of them. Local tasks are decided here: they need no host.
 */
export class Lookahead {
  readonly queue: Group[] = []
  readonly #context: RunContext
  readonly #host: string
  readonly #roles = new RolesDone()
  readonly #pending: Pending
  #cursor: number
  /** The step before it, if nothing was left out between them. */
  #last: number | undefined
  #rescued = new Set<Span>()
  /** Steps from here on are not rendered: a failed block ends there. */
  #end: number
  /** What was rendered last fails, or ends the play: what stands behind it may never run, or not be renderable. */
  #halted = false
  /** Of the controller's files, as those of the queue were. */
  #generation = 0
  #handlersAt = { position: -1, count: 0 }

  constructor(context: RunContext, host: string, from: number) {
    this.#cursor = from
    this.#context = context
    this.#host = host
    this.#pending = new Pending(context.store, host)
    this.#end = context.line.end
    this.#settle()
  }

  /** Position of the next step to render. */
  get cursor(): number {
    return this.#cursor
  }

  /** Before the run's first change: renders steps before `limit`. Throws HakubeError for a mistake in the playbook. */
  async prepare(limit: number): Promise<NotYet | undefined> {
    return this.#extend(limit, false)
  }

  /**
   * Renders steps until a value is missing. Returns what is missing, undefined if all is rendered that can be.
   * Mistakes fail their task when its turn comes, so that it may be ignored or rescued.
   */
  async extend(): Promise<NotYet | undefined> {
    return this.#extend(this.#end, true)
  }

  async #extend(limit: number, tolerate: boolean): Promise<NotYet | undefined> {
    const end = Math.min(limit, this.#end)
    // Another host's include may have brought steps behind the last one since.
    if (this.#last !== undefined) this.#cursor = this.#context.line.next(this.#last)
    while (this.#cursor < end && !this.#halted) {
      const step = this.#context.line.at(this.#cursor)
      if (!step || step.position >= end) break
      if (this.#applies(step)) {
        const awaited = step.task && this.#awaited(step)
        if (awaited) return awaited
        try {
          await this.#take(step, tolerate)
        } catch (error) {
          if (error instanceof NotYet && error.what.kind !== 'unknown') return error
          if (tolerate || !isMissing(error) || !this.#context.line.mayBeMade(step.position)) throw error
          // A task before it may make the file: whether it is there is told at its turn.
          await this.#take(step, true)
        }
      } else if (step.task && this.#looksOn(step, step.task))
        this.queue.push({ ...this.#follow(step, step.task, step, step.position), looksOn: true })
      this.#last = step.position
      this.#cursor = this.#context.line.next(step.position)
      this.#settle()
    }
    return undefined
  }

  async #take(step: Step, tolerate: boolean): Promise<void> {
    if (step.type === 'role-end') return this.#roles.end(step)
    const group = await this.#render(step, tolerate)
    if (group.works.some(({ rendered }) => rendered.type !== 'skip')) this.#roles.ran(step)
    this.queue.push(group)
  }

  /** Goes on at another position after a failure at `from`; what was rendered beyond that is void. */
  jump(from: number, position: number, end?: number, rescued?: Span): void {
    this.queue.length = 0
    this.#forgetAfter(from)
    this.#last = undefined
    this.#cursor = position
    this.#end = end ?? this.#context.line.end
    if (rescued) this.#rescued.add(rescued)
    this.resume()
    this.#settle()
  }

  /** Goes on at steps that came in behind one that is at work: what was rendered beyond `from` is void. */
  rewind(from: number, position: number): void {
    this.queue.length = 0
    this.#forgetAfter(from)
    this.#last = undefined
    this.#cursor = position
    this.resume()
    this.#settle()
  }

  #forgetAfter(position: number): void {
    this.#context.store.forgetAfter(this.#host, position)
    this.#roles.forgetAfter(position)
  }

  /** Whether files of the controller are others by now than those that were read for the queue; told once. */
  isStale(): boolean {
    const { generation } = this.#context.render.files
    const stale = generation !== this.#generation
    this.#generation = generation
    return stale
  }

  /** The same variables for this host, of a work that another host has done for it. */
  scopeLike({ step, task }: Pick<Slot, 'step' | 'task'>, position: number): TaskScope {
    return this.#scope({ step, task }, position)
  }

  /** What would have ended the play did not. False if nothing stood in the way. */
  resume(): boolean {
    const halted = this.#halted
    this.#halted = false
    return halted
  }

  /**
   * Puts these handlers before everything else that is queued, as many as can be rendered: a handler may read
   * what the one before it gives.
   */
  async handlers(
    step: Step,
    tasks: readonly Task[],
  ): Promise<{ groups: readonly Group[]; missing: NotYet | undefined }> {
    if (this.#handlersAt.position !== step.position) this.#handlersAt = { position: step.position, count: 0 }
    const groups: Group[] = []
    let missing = this.#awaited(step)
    if (missing) return { groups, missing }
    for (const task of tasks) {
      const room = step.room * HANDLER_ROOM
      const position = step.position + room * ++this.#handlersAt.count
      try {
        groups.push({ ...(await this.#handler(step, task, room, position)), position })
      } catch (error) {
        if (!(error instanceof NotYet) || error.what.kind === 'unknown') throw error
        this.#handlersAt.count--
        missing = error
        break
      }
      // What it includes runs before the next handler, which may read the file that this one brings.
      if (isInclude(task) || receives(task)) break
    }
    this.queue.unshift(...groups)
    return { groups, missing }
  }

  #renderMeta(slot: Omit<Slot, 'rendered'>, position: number): Group {
    const { step, task, handler } = slot
    const scope = this.#scope(slot, position)
    const work = renderMeta({ ...slot, rendered: () => {} }, scope, this.#context.render)
    return { step, task, handler, works: work ? [work] : [], looped: false }
  }

  async #handler(step: Step, task: Task, room: number, position: number): Promise<Group> {
    const { once } = this.#context
    if (this.#isOnce({ step, task }, position)) {
      const turn = once.turnOf(step, task, this.#host)
      if (once.handlerLeader(turn, step, task) !== this.#host)
        return { ...this.#follow(step, task, turn, position), handler: true }
    }
    const slot = { step, task, handler: true, room, tolerate: true }
    return isMeta(task.module) ? this.#renderMeta(slot, position) : this.#renderTask(slot, position)
  }

  /** Another host may bring a file to the controller that this step reads, and has not come there yet. */
  #awaited(step: Step): NotYet | undefined {
    const { line, progress } = this.#context
    for (const from of line.receiversBefore(step.position)) {
      if (from.run === step.run && step.run.conduct.strategy !== 'linear') continue
      for (const host of from.run.members) {
        if (host !== this.#host && !progress.hasPassed(host, from.position))
          return new NotYet({ kind: 'other-host', host, name: `what "${from.task?.name ?? 'fetch'}" brings` })
      }
    }
    return undefined
  }

  #settle(): void {
    this.#context.store.reached.set(this.#host, this.#cursor)
  }

  #applies(step: Step): boolean {
    if (!step.run.members.has(this.#host)) return false
    if (!step.inclusions.every((one) => one.hosts.has(this.#host))) return false
    if (this.#roles.isThrough(step)) return false
    return step.frames.every((frame) => frame.part !== 'rescue' || this.#rescued.has(frame.span))
  }

  /** As in Ansible, what run_once gives in an include is for all of the batch, whoever takes part in it. */
  #looksOn({ run, inclusions }: Step, task: Task): boolean {
    if (!run.members.has(this.#host) || run.conduct.strategy !== 'linear') return false
    if (inclusions.every(({ hosts }) => hosts.has(this.#host)) || !gives(task)) return false
    const { runOnce } = task
    return runOnce !== undefined && !hasTemplate(runOnce.value) && boolean(runOnce.value, runOnce)
  }

  async #render(step: Step, tolerate: boolean): Promise<Group> {
    const { task } = step
    // Of a host that was added nothing is known until its play begins.
    if (step.type === 'play' && this.#context.isAwaited(this.#host, step.run)) this.#halted = true
    if (isFlush(step)) this.#pending.handlers(step)
    if (!task) return { step, task, handler: false, works: [], looped: false }
    const rescuable = step.frames.some(({ part, span }) => part === 'block' && span.alwaysAt > span.rescueAt)
    const slot = { step, task, handler: false, room: step.room, tolerate: tolerate || rescuable }
    if (this.#isOnce(slot, step.position)) {
      const { once } = this.#context
      const host = once.undecided(step)
      if (host !== undefined && host !== this.#host)
        throw new NotYet({ kind: 'other-host', host, name: 'whether it runs this for all' })
      if (once.leader(step) !== this.#host) return this.#follow(step, task, step, step.position)
    }
    if (!isMeta(task.module)) return this.#renderTask(slot, step.position)
    const group = this.#renderMeta(slot, step.position)
    const ends = task.module.meta.startsWith('end_') && group.works[0]?.rendered.type === 'meta'
    this.#halted = ends || group.works[0]?.rendered.type === 'failed' || task.module.meta === 'clear_facts'
    return group
  }

  /** The strategy free knows no run_once, as in Ansible. */
  #isOnce({ step, task }: Pick<Slot, 'step' | 'task'>, position: number): boolean {
    const { runOnce } = task
    if (!runOnce || !boolean(renderTree(runOnce, this.#scope({ step, task }, position)), runOnce))
      return false
    if (step.run.conduct.strategy === 'linear') return true
    const text = `run_once has no effect with strategy: free, so "${task.name ?? task.action}" runs on all hosts`
    this.#context.emit({ type: 'warning', text, place: showPlace(runOnce.place) })
    return false
  }

  /** What the other host gives is not there yet. */
  #follow(step: Step, task: Task, turn: Turn, position: number): Group {
    this.#pending.variables(namesSetBy(task), position)
    if (!this.#pending.facts(task, position)) this.#halted = true
    if (givesAnything(task) || grows(task) || receives(task)) this.#halted = true
    return { step, task, handler: false, works: [], looped: false, follows: turn }
  }

  async #renderTask(slot: Omit<Slot, 'rendered'>, position: number): Promise<Group> {
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
        if (!this.#pending.facts(task, position)) this.#halted = true
      }
    }
    const group = await renderTask({ ...slot, rendered }, this.#scope(slot, position), render)
    if (!open) registerLoop(store, group, verdicts)
    // What they set is seen by others only when it is done.
    if (task.delegateFacts || gathersFacts(task) || grows(task)) this.#halted = true
    // What stands behind it may read the file that it brings.
    if (receives(task) && group.works.some((work) => work.rendered.type !== 'skip')) this.#halted = true
    if (!slot.handler && verdicts.some((found) => found.status === 'failed')) this.#halted = true
    return group
  }

  /** The handlers of this flush have run, as many as were notified. */
  flushed(step: Step): void {
    this.#pending.flushed(step)
  }

  #scope({ step, task }: Pick<Slot, 'step' | 'task'>, position: number): TaskScope {
    const { store } = this.#context
    return new TaskScope(store, this.#host, position, this.#context.layers(this.#host, step, task))
  }
}

/** Whether a file of the controller is not there. */
function isMissing(error: unknown): boolean {
  return isKnown(error) && ['file-not-found', 'lookup-failed'].includes(error.code)
}
