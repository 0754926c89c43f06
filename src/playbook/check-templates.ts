import { HakubeError, isKnown } from '../errors.ts'
import { checkCondition, checkTemplate, checkValue } from '../jinja/index.ts'
import { isDict, toJson, type Value } from '../value.ts'
import type { RawVariables } from '../variables/store.ts'
import {
  isMeta,
  type Condition,
  type Entry,
  type Inherited,
  type Located,
  type Play,
  type Playbook,
  type Task,
} from './model.ts'
import { LOOKUPS } from './environment.ts'
import type { Loading } from './loading.ts'
import { hasTemplate } from './reader.ts'
import { searchPath } from './search.ts'
import { boolean } from './settings.ts'
import { writtenLayout } from './template-layout.ts'

/** What templates may use: the names of lookups are checked, too. */
export const TEMPLATE_CHECKS = { lookups: LOOKUPS }

/** Where the files are that tasks name. */
type Files = Pick<Loading, 'sources' | 'playbookDir'>

/**
 * The syntax of every template and condition in a playbook and in the template files that it names, unknown filters, tests
 * and lookups included; and keywords that are neither true nor false, or no numbers.
 */
export function checkTemplates(playbook: Playbook): HakubeError[] {
  return playbook.plays.flatMap((play) => checkPlay(play, playbook.loading))
}

function checkPlay(play: Play, files: Files): HakubeError[] {
  const entries = [...play.preTasks, ...play.roleTasks, ...play.tasks, ...play.postTasks, ...play.handlers]
  return [
    ...checkInherited(play),
    ...checkFlag(play.gatherFacts),
    ...checkFlag(play.forceHandlers),
    ...[play.strategy, play.maxFailPercentage].flatMap(checkLocated),
    ...syntaxOnly(play.roles.flatMap((role) => [role.defaults, role.vars]).flatMap(checkVariables)),
    ...checkEntries(entries, files),
  ]
}

/** Of variables that nobody may ever read only the syntax is sure to be a mistake. */
function syntaxOnly(errors: readonly HakubeError[]): HakubeError[] {
  return errors.filter(({ code }) => code === 'template-syntax')
}

/** The same of tasks that an include brings. */
export function checkEntries(entries: readonly Entry[], files: Files): HakubeError[] {
  return entries.flatMap((entry) => checkEntry(entry, files))
}

function checkEntry(entry: Entry, files: Files): HakubeError[] {
  const shared = [...checkInherited(entry), ...checkConditions(entry.when)]
  if (entry.type === 'block') {
    return [...shared, ...checkEntries([...entry.block, ...entry.rescue, ...entry.always], files)]
  }
  return [...shared, ...checkTask(entry), ...checkFile(entry, files)]
}

function checkTask(task: Task): HakubeError[] {
  return [
    ...[...task.args.values()].flatMap(checkLocated),
    ...checkLocated(task.name === undefined ? undefined : { value: task.name, place: task.place }),
    ...checkLocated(task.loop?.items),
    ...checkLocated(task.loop?.control.label),
    ...checkNumber(task.loop?.control.pause),
    ...checkFlag(task.loop?.control.extended),
    ...checkFlag(task.loop?.control.extendedAllItems),
    ...checkConditions(task.changedWhen),
    ...checkConditions(task.failedWhen),
    ...checkConditions(task.retry?.until),
    ...checkNumber(task.retry?.retries),
    ...checkNumber(task.retry?.delay),
    ...checkNumber(task.asyncLimit),
  ]
}

/** The file of a template task, as far as its name is known. */
function checkFile(task: Task, { sources, playbookDir }: Files): HakubeError[] {
  const { module, args, origin } = task
  const name = !isMeta(module) && module.name === 'template' ? args.get('src')?.value : undefined
  if (typeof name !== 'string' || hasTemplate(name) || name.endsWith('.hbs')) return []
  const layout = writtenLayout(task)
  if (!layout) return []
  for (const file of searchPath(name, 'templates', origin, playbookDir)) {
    const found = sources.read(file)
    if (!found) continue
    const errors = checkTemplate(found.text, file, { ...TEMPLATE_CHECKS, delimiters: layout.delimiters })
    return found.hidden ? errors.map(withoutSource) : errors
  }
  return []
}

/** No line of an encrypted file is shown. */
function withoutSource(error: HakubeError): HakubeError {
  const { code, hint, place, docs } = error
  const { source: _, ...bare } = place ?? { file: '' }
  return new HakubeError(error.message, { code, hint, docs, place: bare })
}

function checkInherited(entry: Inherited): HakubeError[] {
  return [
    ...[...entry.vars.values()].flatMap(checkLocated),
    ...entry.environment.flatMap(checkLocated),
    ...[
      entry.becomeUser,
      entry.becomeMethod,
      entry.becomeFlags,
      entry.becomeExe,
      entry.delegateTo,
      entry.connection,
      entry.remoteUser,
      entry.port,
    ].flatMap(checkLocated),
    ...[entry.throttle, entry.timeout].flatMap(checkNumber),
    ...(entry.notify ?? []).flatMap(checkLocated),
    ...[
      entry.become,
      entry.checkMode,
      entry.diff,
      entry.ignoreErrors,
      entry.ignoreUnreachable,
      entry.noLog,
      entry.anyErrorsFatal,
      entry.runOnce,
      entry.delegateFacts,
    ].flatMap(checkFlag),
  ]
}

function checkConditions(conditions: readonly Condition[] | undefined): HakubeError[] {
  return (conditions ?? []).flatMap(({ value, place }) => checkCondition(value, place, TEMPLATE_CHECKS))
}

/** What must be true or false: a template, or one of the words for it. */
function checkFlag(located: Located | undefined): HakubeError[] {
  if (!located || located.value === null || hasTemplate(located.value)) return checkLocated(located)
  try {
    boolean(located.value, located)
    return []
  } catch (error) {
    if (!isKnown(error)) throw error
    const { code, place } = error
    return [new HakubeError(error.message, { code, place, hint: 'write yes or no' })]
  }
}

function checkNumber(located: Located | undefined): HakubeError[] {
  if (!located || located.value === null || hasTemplate(located.value)) return checkLocated(located)
  const value = toJson(located.value)
  if (String(value).trim() !== '' && Number(value) >= 0) return []
  return [
    new HakubeError(`${JSON.stringify(value)} is no number`, { code: 'not-a-number', place: located.place }),
  ]
}

function checkLocated(located: Located | undefined): HakubeError[] {
  if (!located) return []
  const walk = (value: Value): HakubeError[] => {
    if (typeof value === 'string') return checkValue(value, located.place, TEMPLATE_CHECKS)
    if (Array.isArray(value)) return value.flatMap(walk)
    if (isDict(value)) return [...value.values()].flatMap(walk)
    return []
  }
  return walk(located.value)
}

/** The templates in variables; values whose place nobody knows were not written by anybody. */
export function checkVariables(variables: RawVariables): HakubeError[] {
  return [...variables.values()].flatMap(({ value, place }) => (place ? checkLocated({ value, place }) : []))
}
