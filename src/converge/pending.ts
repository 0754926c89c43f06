import type { Task } from '../playbook/model.ts'
import { factsGivenBy, namesSetBy } from '../playbook/names-set.ts'
import { behind, wholeFlush, type Step } from '../playbook/step.ts'
import { PENDING, type VariableStore } from '../variables/store.ts'

/** What tasks of one host are going to give, at the positions from which it is there: who reads it before waits. */
export class Pending {
  readonly #store: VariableStore
  readonly #host: string

  constructor(store: VariableStore, host: string) {
    this.#store = store
    this.#host = host
  }

  variables(names: readonly string[], position: number): void {
    for (const name of names) this.#store.write(this.#host, name, position, PENDING)
  }

  /** What the task will add to the facts. False where nobody knows its names: nothing can be rendered behind it then. */
  facts(task: Task, position: number): boolean {
    const names = factsGivenBy(task)
    for (const name of names ?? []) this.#store.giveFact(this.#host, name, position, PENDING)
    return names !== undefined
  }

  /** What handlers set is not there before their flush is through. */
  handlers(step: Step): void {
    const position = behind(wholeFlush(step))
    for (const handler of step.run.handlers) {
      this.variables(namesSetBy(handler), position)
      this.facts(handler, position)
    }
  }

  /** The handlers of this flush have run, as many as were notified. */
  flushed(step: Step): void {
    this.#store.withdraw(this.#host, behind(wholeFlush(step)))
  }
}
