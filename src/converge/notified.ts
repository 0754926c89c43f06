import { EXIT, HakubeError } from '../errors.ts'
import { handlerIdentity, handlerNames, type Located, type Task } from '../playbook/model.ts'
import type { Step } from '../playbook/step.ts'
import { hasTemplate } from '../playbook/reader.ts'
import type { Group, Work } from '../playbook/work.ts'
import { toJson } from '../value.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { Verdict } from './verdict.ts'

/** The handlers of one host that wait for their flush. */
export class Notified {
  /** With the reason why it may not run at all, if that is not known. */
  readonly #handlers = new Map<Task | string, string | undefined>()
  readonly #host: string
  readonly #filled: (handler: Task, name: string, step: Step) => string

  /** `filled` fills in a name or a topic of a handler that is a template. */
  constructor(host: string, filled: (handler: Task, name: string, step: Step) => string) {
    this.#host = host
    this.#filled = filled
  }

  /**
   * Names in notify may be templates, of the item too. `doubt`: check mode cannot tell whether these works change
   * anything, and why. Throws HakubeError for a name that nobody answers to.
   */
  add({ task, step, handler: isHandler }: Group, works: readonly Work[], doubt?: string): void {
    for (const { scope, host } of works) {
      for (const notify of task?.notify ?? []) {
        for (const name of namesIn(notify, scope)) {
          const found = this.#find(name, step)
          // As in Ansible, a handler that notifies itself is through with it all the same.
          const itself = isHandler && task ? handlerIdentity(task) : undefined
          for (const handler of found) if (handlerIdentity(handler) !== itself) this.#note(handler, doubt)
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
  }

  /** Once it is sure to run, no later doubt counts. */
  #note(handler: Task, doubt: string | undefined): void {
    const one = handlerIdentity(handler)
    const sure = this.#handlers.has(one) && this.#handlers.get(one) === undefined
    if (!sure) this.#handlers.set(one, doubt)
  }

  /** As in Ansible: of the last list that has handlers of this name the first of them, and all that listen to it. */
  #find(name: string, step: Step): Task[] {
    // An include further on brings handlers that nobody knows of here.
    const handlers = step.run.handlers.filter((handler) => comesBefore(handler, step))
    const all = handlers.filter((handler) => this.#isNamed(handler, name, step))
    const last = step.run.handlerLists.findLast(
      ({ list, since }) => since < step.position && all.some(({ handlerList }) => handlerList === list),
    )
    const named = last && all.find(({ handlerList }) => handlerList === last.list)
    const listens = (handler: Task) => handler.listen.some((topic) => this.#is(handler, topic, name, step))
    return handlers.filter((handler) => handler === named || listens(handler))
  }

  #isNamed(handler: Task, name: string, step: Step): boolean {
    return handlerNames(handler).some((one) => this.#is(handler, one, name, step))
  }

  #is(handler: Task, written: string, name: string, step: Step): boolean {
    return written === name || (hasTemplate(written) && this.#filled(handler, written, step) === name)
  }

  /** In the order in which the play lists them; of a flush that is under way those behind the last that has run. */
  of(step: Step, last?: Task): Task[] {
    if (this.#handlers.size === 0) return []
    const { handlers } = step.run
    const ones = [...new Set(handlers.map(handlerIdentity))]
    const from = last ? ones.indexOf(handlerIdentity(last)) + 1 : 0
    return ones.slice(from).flatMap((one) => {
      if (!this.#handlers.has(one)) return []
      const versions = handlers.filter(
        (handler) => handlerIdentity(handler) === one && comesBefore(handler, step),
      )
      return versions.findLast((handler) => this.#isFor(handler)) ?? versions.at(-1) ?? []
    })
  }

  /** Whether an include has brought it in which this host takes part: others come to theirs at any time. */
  #isFor({ broughtBy }: Task): boolean {
    return !broughtBy || broughtBy.inclusions.every(({ hosts }) => hosts.has(this.#host))
  }

  /** It is about to run: whoever notifies it from here on wants it to run again. Gives the doubt about it, if any. */
  take(handler: Task | undefined): string | undefined {
    if (!handler) return undefined
    const one = handlerIdentity(handler)
    const doubt = this.#handlers.get(one)
    this.#handlers.delete(one)
    return doubt
  }

  /** Whether it waits for its flush. */
  has(handler: Task): boolean {
    return this.#handlers.has(handlerIdentity(handler))
  }

  clear(): void {
    this.#handlers.clear()
  }
}

/** Whether an include before this step has brought it, and not only one that a failure has kept all hosts from. */
function comesBefore({ broughtBy }: Task, { position }: Step): boolean {
  if (!broughtBy) return true
  return broughtBy.position < position && broughtBy.inclusions.every(({ hosts }) => hosts.size > 0)
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
  const changes = found !== undefined && ['changed', 'would-change', 'would-run'].includes(found.status)
  return changes && found.maybe !== true
}

/** Whether check mode cannot tell if it does. */
export function mayNotify(found: Verdict | undefined): boolean {
  return found?.status === 'unknown' || found?.maybe === true
}

/** The names in an entry of `notify`; a template may make a list of them. */
function namesIn(notify: Located<string>, scope: TaskScope): string[] {
  if (!hasTemplate(notify.value)) return [notify.value]
  const value = renderTree(notify, scope)
  return (Array.isArray(value) ? value : [value]).map((name) => String(toJson(name)))
}
