import { isMeta, type Task } from '../playbook/model.ts'
import type { Frame, Span, Step } from '../playbook/program.ts'
import { renderTask } from '../playbook/render.ts'
import type { Group } from '../playbook/work.ts'
import { NotYet } from '../variables/not-yet.ts'
import { TaskScope } from '../variables/scope.ts'
import { PENDING } from '../variables/store.ts'
import type { RunContext } from './context.ts'
import { settleLocal } from './local.ts'
import { registerGroup } from './register.ts'

/**
 * Renders the steps of one host ahead of the work, as far as their values are known, so that one round trip can
 * ask for all of them. Local tasks are decided here: they need no host.
 */
export class Lookahead {
  readonly queue: Group[] = []
  readonly #context: RunContext
  readonly #host: string
  #cursor = 0
  #rescued = new Set<Span>()
  /** Steps from here on are not rendered: a failed block ends there. */
  #end: number

  constructor(context: RunContext, host: string) {
    this.#context = context
    this.#host = host
    this.#end = context.steps.length
    this.#settle()
  }

  /** Position of the next step to render. */
  get cursor(): number {
    return this.#cursor
  }

  /**
   * Renders steps before `limit` until a value is missing. Returns what is missing, undefined if all is rendered.
   * Throws HakubeError for a mistake in the playbook.
   */
  async extend(limit: number = this.#end): Promise<NotYet | undefined> {
    const end = Math.min(limit, this.#end)
    while (this.#cursor < end) {
      const step = this.#context.steps[this.#cursor]
      if (!step) break
      if (this.#applies(step)) {
        try {
          this.queue.push(await this.#render(step))
        } catch (error) {
          if (error instanceof NotYet && error.what.kind !== 'unknown') return error
          throw error
        }
      }
      this.#cursor++
      this.#settle()
    }
    return undefined
  }

  /** Goes on at another position after a failure; what was rendered ahead is void. */
  jump(position: number, end: number | undefined, rescued: Span | undefined): void {
    this.queue.length = 0
    this.#context.store.forgetFrom(this.#host, position)
    this.#cursor = position
    this.#end = end ?? this.#context.steps.length
    if (rescued) this.#rescued.add(rescued)
    this.#settle()
  }

  /** The handlers, rendered to run before everything else that is queued. */
  async handlers(step: Step, tasks: readonly Task[]): Promise<Group[]> {
    const groups: Group[] = []
    for (const task of tasks) groups.push(await this.#renderTask(step, task, true))
    this.queue.unshift(...groups)
    return groups
  }

  #settle(): void {
    this.#context.store.reached.set(this.#host, this.#cursor)
  }

  #applies(step: Step): boolean {
    if (!step.run.hosts.includes(this.#host)) return false
    return step.frames.every((frame) => frame.part !== 'rescue' || this.#rescued.has(frame.span))
  }

  async #render(step: Step): Promise<Group> {
    if (!step.task || isMeta(step.task.module)) {
      return { step, task: step.task, handler: false, works: [], looped: false }
    }
    return this.#renderTask(step, step.task, false)
  }

  async #renderTask(step: Step, task: Task, handler: boolean): Promise<Group> {
    const { store, render } = this.#context
    const scope = new TaskScope(
      store,
      this.#host,
      step.position,
      this.#context.layers(this.#host, step, task),
    )
    const group = await renderTask(step, task, scope, render, handler)
    const settled = settleLocal(group)
    if (settled) registerGroup(store, group, settled)
    else if (task.register !== undefined) store.write(this.#host, task.register, step.position, PENDING)
    return group
  }
}

/** Where a host goes on after a task failed: into a rescue, an always, or nowhere. */
export function afterFailure(
  frames: readonly Frame[],
):
  | { position: number; end: number | undefined; rescued: Span | undefined; outer: readonly Frame[] }
  | undefined {
  for (let index = frames.length - 1; index >= 0; index--) {
    const frame = frames[index]
    if (!frame) continue
    const { span, part } = frame
    const outer = frames.slice(0, index)
    if (part === 'block' && span.rescueAt < span.alwaysAt) {
      return { position: span.rescueAt, end: undefined, rescued: span, outer }
    }
    if (part !== 'always' && span.alwaysAt < span.end) {
      return { position: span.alwaysAt, end: span.end, rescued: undefined, outer }
    }
  }
  return undefined
}
