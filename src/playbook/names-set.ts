import { isTemplate } from '../jinja/index.ts'
import type { Task } from './model.ts'

/** Names of variables that a task sets, as far as they are known. */
export function namesSetBy(task: Task): readonly string[] {
  return [...(task.register === undefined ? [] : [task.register]), ...factsSetBy(task)]
}

/** Names of the variables that a task sets beside its result. */
export function factsSetBy(task: Task): string[] {
  return argumentsSet(task).filter((name) => !isTemplate(name))
}

/** Whether a task sets variables of which nobody knows the names before: of a file, or with templates for names. */
export function givesAnything(task: Task): boolean {
  return argumentsSet(task).some(isTemplate) || ('name' in task.module && task.module.name === 'include_vars')
}

/** Whether a task gives variables or facts at all. */
export function gives(task: Task): boolean {
  return namesSetBy(task).length > 0 || givesAnything(task) || factsGivenBy(task)?.length !== 0
}

function argumentsSet({ module, args }: Task): string[] {
  if ('meta' in module || module.name !== 'set_fact') return []
  return [...args.keys()].filter((name) => name !== 'cacheable')
}

/** Names of the facts that a task adds to the host's; undefined where they show only when it is rendered. */
export function factsGivenBy({ module, args }: Task): readonly string[] | undefined {
  return 'meta' in module || !module.facts ? [] : module.facts(args)
}
