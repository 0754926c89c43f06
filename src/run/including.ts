import { NOTHING, inherit } from '../playbook/inherited.ts'
import { bring, readArguments, type Arguments, type Brought } from '../playbook/bring.ts'
import type { Line } from '../playbook/line.ts'
import type { Loading } from '../playbook/loading.ts'
import { inclusionsAround } from './inclusions-around.ts'
import type { Inclusion, Task } from '../playbook/model.ts'
import { withPublic } from '../playbook/public-roles.ts'
import { NOWHERE, written, type Around } from '../playbook/role-handlers.ts'
import { draftIncluded, type TagsOf } from '../playbook/program.ts'
import type { Step } from '../playbook/step.ts'
import type { TagSelection } from '../playbook/tags.ts'
import type { Value } from '../value.ts'

/** One include of one host, with its arguments rendered. */
export interface Including {
  step: Step
  task: Task
  host: string
  /** Its number in the loop of the include, 0 without a loop. */
  index: number
  loop: ReadonlyMap<string, Value>
  /** What include_tasks or include_role has prepared. */
  args: unknown
}

/** Puts what include_tasks and include_role name into the line of steps, each file read once for a step. */
export class Includes {
  readonly #line: Line
  readonly #loading: Omit<Loading, 'reader'>
  readonly #tags: TagSelection
  readonly #tagsOf: TagsOf
  readonly #known = new Map<Step, Map<string, Brought>>()
  readonly #numbers = new Map<string, number[]>()

  constructor(line: Line, loading: Omit<Loading, 'reader'>, tags: TagSelection, tagsOf: TagsOf) {
    this.#tagsOf = tagsOf
    this.#line = line
    this.#loading = loading
    this.#tags = tags
  }

  /** Throws HakubeError(s) for a file or role that is not there, and for the mistakes in it. */
  include({ step, task, host, index, loop, args: prepared }: Including): void {
    const args = readArguments(prepared)
    const key = JSON.stringify([args, task.place])
    const brought = this.#bring(step, task, key, args)
    const numbers = this.#numbersOf(step, host)
    // A look ahead that ended at a missing value comes again.
    if (numbers[index] !== undefined) return
    const { include } = task
    if (!include) throw new TypeError('not an include')
    const handler = task === step.task ? undefined : task
    numbers[index] = this.#line.expand(
      step,
      {
        key: `${index} ${key}`,
        host,
        loop,
        vars: include.vars,
        around: handler && inclusionsAround(step, handler),
      },
      numbers[index - 1] ?? -1,
      (inclusion) => {
        const inherited = inherit(step.outer.lent, include.apply)
        const when = [...step.outer.when, ...include.when]
        // Each item of a loop is a use of its own.
        const item = loop.size > 0 ? [step.position, index] : []
        const further = [...include.vars, ...item]
        takeHandlers(step, brought.handlers, {
          own: inclusion,
          lent: inherited,
          when,
          further: further.length > 0 ? { of: brought.role?.key, said: further } : undefined,
        })
        // As in Ansible, tags choose no handlers.
        const tags = handler ? { only: [], skip: [] } : this.#tags
        const options = { tags, tagsOf: this.#tagsOf }
        return draftIncluded(brought.entries, step, { inherited, when, inclusion, handler }, options)
      },
    )
  }

  #numbersOf(step: Step, host: string): number[] {
    const key = `${step.position} ${host}`
    let numbers = this.#numbers.get(key)
    if (!numbers) this.#numbers.set(key, (numbers = []))
    return numbers
  }

  #bring(step: Step, task: Task, key: string, args: Arguments): Brought {
    let ofStep = this.#known.get(step)
    if (!ofStep) this.#known.set(step, (ofStep = new Map()))
    const known = ofStep.get(key)
    if (known) return known
    const brought = bring(this.#loading, task, args, {
      lent: inherit(step.outer.lent, task.include?.apply ?? NOTHING),
      playVars: step.run.play.vars,
    })
    ofStep.set(key, brought)
    const { role, imported } = brought
    // As in Ansible, what is public has the variables of its include, too.
    const own = role && { ...role, entryVars: new Map([...role.entryVars, ...(task.include?.vars ?? [])]) }
    for (const one of own && args['public'] === true ? [...imported, own] : imported)
      step.run.seen = withPublic(step.run.seen, one, step.position)
    return brought
  }
}

/** What handlers come with: what is around them, and what makes those of a role another use of it. */
interface Coming extends Around {
  own: Inclusion
  further: { of: string | undefined; said: unknown } | undefined
}

/**
 * Handlers of an included role may be notified from here on, with what the include lends. As in Ansible, the same use of a
 * role again brings no others: those that wait have what this include says from here on, and names of handlers count anew.
 */
function takeHandlers(
  { run, position, inclusions }: Step,
  handlers: readonly Task[],
  { own, lent, when, further }: Coming,
): void {
  if (handlers.length === 0) return
  const lists = new Map<object | undefined, object>()
  const broughtBy = { position, inclusions: [own, ...inclusions] }
  const taken = handlers.map((one): Task => {
    const handlerList = lists.get(one.handlerList) ?? {}
    lists.set(one.handlerList, handlerList)
    const same = further && one.use === further.of ? written([one.same, further.said]) : one.same
    const around = one.byRole === true ? NOWHERE : { lent, when }
    const all = {
      ...one,
      ...inherit(around.lent, one),
      when: [...around.when, ...one.when],
      handlerList,
      broughtBy,
    }
    return same === undefined ? all : { ...all, same }
  })
  // Hosts come to includes at different times: the order is that of the program all the same.
  const since = (handler: Task) => handler.broughtBy?.position ?? -1
  run.handlers = [...run.handlers, ...taken].toSorted((a, b) => since(a) - since(b))
  const listed = [...lists.values()].map((list) => ({ list, since: position }))
  run.handlerLists = [...run.handlerLists, ...listed].toSorted((a, b) => a.since - b.since)
}
