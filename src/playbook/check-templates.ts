import type { HakubeError } from '../errors.ts'
import { checkCondition, checkValue } from '../jinja/index.ts'
import { isDict, type Value } from '../value.ts'
import { LOOKUPS } from './environment.ts'
import type { Condition, Entry, Inherited, Located, Play, Playbook, Task } from './model.ts'

const KNOWN = { lookups: LOOKUPS }

/** The syntax of every template and condition in a playbook, unknown filters, tests and lookups included. */
export function checkTemplates(playbook: Playbook): HakubeError[] {
  return playbook.plays.flatMap(checkPlay)
}

function checkPlay(play: Play): HakubeError[] {
  const entries = [...play.preTasks, ...play.roleTasks, ...play.tasks, ...play.postTasks, ...play.handlers]
  return [...checkInherited(play), ...checkLocated(play.gatherFacts), ...entries.flatMap(checkEntry)]
}

/** The same of tasks that an include brings. */
export function checkEntries(entries: readonly Entry[]): HakubeError[] {
  return entries.flatMap(checkEntry)
}

function checkEntry(entry: Entry): HakubeError[] {
  const shared = [...checkInherited(entry), ...checkConditions(entry.when)]
  if (entry.type === 'block') {
    return [...shared, ...[...entry.block, ...entry.rescue, ...entry.always].flatMap(checkEntry)]
  }
  return [...shared, ...checkTask(entry)]
}

function checkTask(task: Task): HakubeError[] {
  return [
    ...[...task.args.values()].flatMap(checkLocated),
    ...checkLocated(task.name === undefined ? undefined : { value: task.name, place: task.place }),
    ...checkLocated(task.loop?.items),
    ...checkLocated(task.loop?.control.label),
    ...checkConditions(task.changedWhen),
    ...checkConditions(task.failedWhen),
    ...checkConditions(task.retry?.until),
  ]
}

function checkInherited(entry: Inherited): HakubeError[] {
  return [
    ...[...entry.vars.values()].flatMap(checkLocated),
    ...entry.environment.flatMap(checkLocated),
    ...[
      entry.become,
      entry.becomeUser,
      entry.checkMode,
      entry.ignoreErrors,
      entry.noLog,
      entry.runOnce,
    ].flatMap(checkLocated),
  ]
}

function checkConditions(conditions: readonly Condition[] | undefined): HakubeError[] {
  return (conditions ?? []).flatMap(({ value, place }) => checkCondition(value, place, KNOWN))
}

function checkLocated(located: Located | undefined): HakubeError[] {
  if (!located) return []
  const walk = (value: Value): HakubeError[] => {
    if (typeof value === 'string') return checkValue(value, located.place, KNOWN)
    if (Array.isArray(value)) return value.flatMap(walk)
    if (isDict(value)) return [...value.values()].flatMap(walk)
    return []
  }
  return walk(located.value)
}
