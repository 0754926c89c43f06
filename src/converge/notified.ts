import { EXIT, HakubeError } from '../errors.ts'
import { handlerNames, type Task } from '../playbook/model.ts'
import type { Step } from '../playbook/program.ts'
import { hasTemplate } from '../playbook/reader.ts'
import type { Group, Work } from '../playbook/work.ts'
import { toJson } from '../value.ts'
import { renderTree } from '../variables/scope.ts'
import type { Verdict } from './verdict.ts'

/** The handlers of one host that wait for their flush. */
export class Notified {
  /** With the reason why it may not run at all, if that is not known. */
  readonly #handlers = new Map<Task, string | undefined>()
  readonly #nameOf: (handler: Task, step: Step) => string

  /** `nameOf` fills in a handler's name that is a template. */
  constructor(nameOf: (handler: Task, step: Step) => string) {
    this.#nameOf = nameOf
  }

  /**
   * Names in notify may be templates, of the item too. `doubt`: check mode cannot tell whether these works change
   * anything, and why. Throws HakubeError for a name that nobody answers to.
   */
  add({ task, step }: Group, works: readonly Work[], doubt?: string): void {
    for (const { scope, host } of works) {
      for (const notify of task?.notify ?? []) {
        const name = hasTemplate(notify.value) ? String(toJson(renderTree(notify, scope))) : notify.value
        const found = this.#find(name, step)
        for (const handler of found) this.#note(handler, doubt)
        if (found.length > 0) continue
        throw new HakubeError(`there is no handler ${name} in this play`, {
          code: 'unknown-handler',
          place: notify.place,
          host,
          exitCode: EXIT.failed,
        })
      }
    }
  }

  /** Once it is sure to run, no later doubt counts. */
  #note(handler: Task, doubt: string | undefined): void {
    const sure = this.#handlers.has(handler) && this.#handlers.get(handler) === undefined
    if (!sure) this.#handlers.set(handler, doubt)
  }

  /** As in Ansible: of the last list that has handlers of this name the first of them, and all that listen to it. */
  #find(name: string, step: Step): Task[] {
    // An include further on brings handlers that nobody knows of here.
    const handlers = step.run.handlers.filter(({ broughtBy }) => (broughtBy?.position ?? -1) < step.position)
    const last = handlers.findLast((handler) => this.#isNamed(handler, name, step))
    const named = handlers.find(
      (handler) => handler.handlerList === last?.handlerList && this.#isNamed(handler, name, step),
    )
    return handlers.filter((handler) => handler === named || handler.listen.includes(name))
  }

  #isNamed(handler: Task, name: string, step: Step): boolean {
    const names = handlerNames(handler)
    if (names.includes(name)) return true
    return names.some((one) => hasTemplate(one)) && this.#nameOf(handler, step) === name
  }

  /** In the order in which the play lists them; of a flush that is under way those behind the last that has run. */
  of({ run: { handlers } }: Step, last?: Task): Task[] {
    const from = last ? handlers.indexOf(last) + 1 : 0
    return handlers.slice(from).filter((handler) => this.#handlers.has(handler))
  }

  /** It is about to run: whoever notifies it from here on wants it to run again. Gives the doubt about it, if any. */
  take(handler: Task | undefined): string | undefined {
    if (!handler) return undefined
    const doubt = this.#handlers.get(handler)
    this.#handlers.delete(handler)
    return doubt
  }

  /** Whether it waits for its flush. */
  has(handler: Task): boolean {
    return this.#handlers.has(handler)
  }

  clear(): void {
    this.#handlers.clear()
  }
}

/** A handler of which check mode cannot tell whether it runs. */
export function doubtful(group: Group, why: string): Group {
  const works = group.works.map((work): Work => {
    const { rendered } = work
    if (rendered.type !== 'ready' || !work.settings.check) return work
    return { ...work, rendered: { type: 'unknown', why, asks: rendered.asks } }
  })
  return { ...group, works }
}

/** Whether what became of a task notifies its handlers. */
export function notifies(found: Verdict | undefined): boolean {
  return found !== undefined && ['changed', 'would-change', 'would-run'].includes(found.status)
}
