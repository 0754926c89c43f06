import { isKnown } from '../errors.ts'
import { isInclude, type Task } from '../playbook/model.ts'
import { gives } from '../playbook/names-set.ts'
import { hasTemplate } from '../playbook/reader.ts'
import { type Span, type Step } from '../playbook/step.ts'
import { receives } from '../playbook/receives.ts'
import type { Slot } from '../playbook/render.ts'
import { boolean } from '../playbook/settings.ts'
import type { Group } from '../playbook/work.ts'
import { NotYet } from '../variables/not-yet.ts'
import type { TaskScope } from '../variables/scope.ts'
import type { RunContext } from './context.ts'
import { Pending } from './pending.ts'
import { RolesDone } from './roles-done.ts'
import { StepRenderer } from './step-renderer.ts'

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
  readonly #renderer: StepRenderer
  #cursor: number
  /** The step before it, if nothing was left out between them. */
  #last: number | undefined
  #rescued = new Set<Span>()
  /** Steps from here on are not rendered: a failed block ends there. */
  #end: number
  /** Of the controller's files, as those of the queue were. */
  #generation = 0
  #handlersAt = { position: -1, count: 0 }

  constructor(context: RunContext, host: string, from: number) {
    this.#cursor = from
    this.#context = context
    this.#host = host
    this.#pending = new Pending(context.store, host)
    this.#renderer = new StepRenderer(context, host, this.#pending)
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
    while (this.#cursor < end && !this.#renderer.halted) {
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
        this.queue.push({ ...this.#renderer.follow(step, step.task, step, step.position), looksOn: true })
      this.#last = step.position
      this.#cursor = this.#context.line.next(step.position)
      this.#settle()
    }
    return undefined
  }

  async #take(step: Step, tolerate: boolean): Promise<void> {
    if (step.type === 'role-end') return this.#roles.end(step)
    const group = await this.#renderer.step(step, tolerate)
    if (group.works.some(({ rendered }) => rendered.type !== 'skip')) this.#roles.ran(step)
    this.queue.push(group)
  }

  /** Where what is under way ends: a rescue or always part, or the program. */
  get end(): number {
    return this.#end
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
    return this.#renderer.scope({ step, task }, position)
  }

  /** What would have ended the play did not. False if nothing stood in the way. */
  resume(): boolean {
    const halted = this.#renderer.halted
    this.#renderer.halted = false
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
        groups.push({ ...(await this.#renderer.handler(step, task, room, position)), position })
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

  /** The handlers of this flush have run, as many as were notified. */
  flushed(step: Step): void {
    this.#pending.flushed(step)
  }
}

/** Whether a file of the controller is not there. */
function isMissing(error: unknown): boolean {
  return isKnown(error) && ['file-not-found', 'lookup-failed'].includes(error.code)
}
