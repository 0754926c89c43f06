import { isTemplate } from '../jinja/index.ts'
import type { Task } from './model.ts'

/** Names of the variables that a task sets beside its result. */
export function factsSetBy(task: Task): string[] {
  return namesSetBy(task).filter((name) => !isTemplate(name))
}

/** Whether a task sets variables whose names are templates, and show only when it is rendered. */
export function namesAnything(task: Task): boolean {
  return namesSetBy(task).some(isTemplate)
}

function namesSetBy({ module, args }: Task): string[] {
  if ('meta' in module || module.name !== 'set_fact') return []
  return [...args.keys()].filter((name) => name !== 'cacheable')
}

/** Names of the facts that a task adds to the host's; undefined where they show only when it is rendered. */
export function factsGivenBy({ module, args }: Task): readonly string[] | undefined {
  return 'meta' in module || !module.facts ? [] : module.facts(args)
}
