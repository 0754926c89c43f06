import type { Task } from '../playbook/model.ts'
import type { Dict } from '../value.ts'
import type { VariableStore } from '../variables/store.ts'
import setup from '../tasks/setup.ts'
import type { TaskModule } from '../task.ts'

const SETUP: TaskModule = setup

/** Whether what the task gives are facts of the host, and no variables beside them. */
export function gathersFacts({ module }: Task): boolean {
  return module === SETUP
}

/** Takes in facts that a task has gathered, over those that are there. */
export function takeFacts(store: VariableStore, host: string, gathered: Dict): void {
  const known = store.hosts.get(host)?.facts
  const facts = new Map(known)
  for (const [name, value] of gathered) facts.set(String(name).replace(/^ansible_/, ''), value)
  store.setFacts(host, facts)
}
