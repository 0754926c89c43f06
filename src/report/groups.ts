import type { TaskOutcome } from './events.ts'
import { reasonOf } from './outcome.ts'

/** The same outcome on one or more hosts. */
export interface Group {
  outcome: TaskOutcome
  hosts: string[]
}

interface TaskGroups {
  seen: Set<string>
  /** By what is the same about them. */
  groups: Map<string, Group>
}

/**
 * Puts the same outcome of many hosts together. Hosts run on their own and end tasks out of order, so the
 * outcomes of a task are held until all hosts that are still in the play have ended it.
 */
export class Groups {
  readonly #waiting: Set<string>
  readonly #tasks = new Map<string, TaskGroups>()

  constructor(hosts: readonly string[]) {
    this.#waiting = new Set(hosts)
  }

  /** Adds an outcome; gives the groups of a task that is complete with it. */
  add(outcome: TaskOutcome): Group[] {
    const task = JSON.stringify([outcome.place, outcome.task, outcome.item, outcome.handler])
    // A host that failed a task and was rescued goes on.
    this.#waiting.add(outcome.host)
    const { seen, groups } = this.#task(task)
    seen.add(outcome.host)
    const same = JSON.stringify([outcome.status, reasonOf(outcome), outcome.diff, outcome.notes])
    const group = groups.get(same)
    if (group) group.hosts.push(outcome.host)
    else groups.set(same, { outcome, hosts: [outcome.host] })
    return this.#isComplete(seen) ? this.#take(task) : []
  }

  #task(task: string): TaskGroups {
    const known = this.#tasks.get(task) ?? { seen: new Set(), groups: new Map() }
    this.#tasks.set(task, known)
    return known
  }

  /** A host that ends no more tasks. Gives the groups that waited for it only. */
  drop(host: string): Group[] {
    this.#waiting.delete(host)
    const complete = [...this.#tasks].filter(([, { seen }]) => this.#isComplete(seen))
    return complete.flatMap(([task]) => this.#take(task))
  }

  /** All that is held back, in the order in which the tasks were first seen. */
  flush(): Group[] {
    return [...this.#tasks.keys()].flatMap((task) => this.#take(task))
  }

  #isComplete(seen: ReadonlySet<string>): boolean {
    return seen.size >= this.#waiting.size && [...this.#waiting].every((host) => seen.has(host))
  }

  #take(task: string): Group[] {
    const groups = [...(this.#tasks.get(task)?.groups.values() ?? [])]
    this.#tasks.delete(task)
    return groups
  }
}

/** The hosts of a group in few words: `m1, m2`, or `m1 and 97 more`. */
export function showHosts(hosts: readonly string[], all: boolean): string {
  const [first = ''] = hosts
  if (hosts.length <= 2 || all) return hosts.join(', ')
  return `${first} and ${hosts.length - 1} more`
}
