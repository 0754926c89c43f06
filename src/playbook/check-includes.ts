import { HakubeErrors, isKnown, type HakubeError } from '../errors.ts'
import includeRole from '../tasks/include_role.ts'
import { toJson } from '../value.ts'
import { bring, type Arguments } from './bring.ts'
import { NOTHING, inherit } from './inherited.ts'
import type { Entry, Inherited, Play, Playbook, Task } from './model.ts'
import { hasTemplate } from './reader.ts'

/**
 * What is wrong in files and roles that includes name outright. Only where no condition may keep the include from running:
 * what is for another distribution may be beyond hakube, and does not matter then.
 */
export function checkIncludes({ plays, loading }: Playbook): HakubeError[] {
  const seen = new Set<string>()
  const check = (entry: Entry, outer: Inherited, playVars: Inherited['vars']): HakubeError[] => {
    if (entry.when.some(({ value }) => value !== 'true')) return []
    const lent = inherit(outer, entry)
    if (entry.type === 'block')
      return [...entry.block, ...entry.always].flatMap((inner) => check(inner, lent, playVars))
    const args = plainArguments(entry)
    const key = JSON.stringify([args, entry.origin.dir, entry.origin.role?.path])
    if (!args || seen.has(key)) return []
    seen.add(key)
    const within = inherit(outer, entry.include?.apply ?? NOTHING)
    try {
      const { entries } = bring(loading, entry, args, { lent: within, playVars })
      return entries.flatMap((inner) => check(inner, within, playVars))
    } catch (error) {
      if (!isKnown(error)) throw error
      return error instanceof HakubeErrors ? [...error.errors] : [error]
    }
  }
  return plays.flatMap((play) => {
    if (!isCertain(play)) return []
    const { vars, ...rest } = play
    const lent: Inherited = { ...rest, vars: new Map() }
    const sections = [play.preTasks, play.roleTasks, play.tasks, play.postTasks]
    return sections.flat().flatMap((entry) => check(entry, lent, vars))
  })
}

/** Whether its files must be there before the run. A play on this machine may make them itself. */
export function isCertain({ when, hosts }: Play): boolean {
  return when.length === 0 && !/^(?:localhost|127\.0\.0\.1)$/.test(hosts.value)
}

/** The arguments of an include whose names hold no templates. */
function plainArguments({ module, include, args, loop, tags }: Task): Arguments | undefined {
  if (!include || loop || include.when.length > 0 || tags.includes('never')) return undefined
  const given: Arguments = {}
  for (const [name, { value }] of args) {
    const plain = toJson(value)
    if (hasTemplate(value) || (typeof plain !== 'string' && typeof plain !== 'boolean')) return undefined
    given[name] = plain
  }
  const main = { tasks_from: 'main', vars_from: 'main', defaults_from: 'main', handlers_from: 'main' }
  return module === includeRole ? { ...main, ...given } : given
}
