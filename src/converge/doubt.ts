import { allAsks } from '../playbook/render.ts'
import { isMeta, type Task } from '../playbook/model.ts'
import type { Group, Work } from '../playbook/work.ts'
import type { Value } from '../value.ts'
import { unsettled } from '../world/unsettled.ts'
import type { Hands } from './carry-out.ts'
import { afterFailure } from './failing.ts'
import { expectFile, onlyLooks } from './receiving.ts'
import { hasFailed, openDict, verdict, type Verdict } from './verdict.ts'

type Host = Pick<Hands, 'context' | 'answers'>

/**
 * Check mode, behind a task that was not run and may do anything: a path that stat has not found may be there then, and
 * have a mode.
 */
export function leftOpen(work: Work, found: Verdict, { context, answers }: Host): Verdict {
  const { rendered } = work
  const looks = rendered.type === 'ready' && rendered.module.readOnly === true
  const { opened } = answers
  if (!context.check || !looks || opened === undefined || found.status === 'unknown') return found
  const why = `only the real run knows what "${opened}" leaves`
  const open = ([name, value]: [string, Value]): [string, Value] => [
    name,
    value instanceof Map && value.get('exists') === false
      ? openDict(new Map([...value].map(([key, inner]) => [String(key), inner])), why)
      : value,
  ]
  return { ...found, result: Object.fromEntries(Object.entries(found.result).map(open)) }
}

/**
 * A task with `check_mode: false` runs in check mode too, on a host that has nothing yet of what was predicted.
 * That it fails there, such as a program whose package would have been installed, says nothing about the real run.
 * Nor does what fails behind a command that was not run, such as one that makes the file that is missing.
 */
export function doubted(work: Work, found: Verdict, hands: Host): Verdict {
  const { context, answers } = hands
  if (!context.check || !hasFailed(found)) return found
  if (!work.settings.check)
    return answers.hasPredictions
      ? verdict('unknown', `it fails while the changes above are not made: ${found.reason}`)
      : found
  if (answers.opened === undefined) return found
  unsettle(work, hands)
  return verdict('unknown', `unless "${answers.opened}" sees to it: ${found.reason}`)
}

/** Where a failure ends the host, nobody comes to ask whether the task has failed: in check mode it has not, then. */
export function withSureSuccess(found: Verdict, { settings }: Work, { step }: Pick<Group, 'step'>): Verdict {
  const { mayFail, ...sure } = found
  const never = settings.failedWhen?.some(({ value }) => /^false$/i.test(value)) === true
  const goesOn = settings.ignoreErrors || afterFailure(step.frames) !== undefined
  return mayFail === true && goesOn && !never ? found : sure
}

/** What may do anything beside what it says of itself. */
const OPEN = new Set([
  'command',
  'shell',
  'script',
  'raw',
  'make',
  'include_tasks',
  'include_role',
  'wait_for',
])

/** Check mode: nobody knows whether a task runs that may do anything then. */
export function openUnknown(work: Work, task: Task | undefined, { context, answers }: Host): void {
  if (!context.check || work.settings.rehearsed || !task || isMeta(task.module)) return
  const still = task.changedWhen?.some(({ value }) => value === 'false') === true
  if (OPEN.has(task.module.name) && !still) answers.open(work.name)
}

/** Check mode: what a task may do of which nothing can be told. What comes later builds on nothing it may change. */
export function unsettle(work: Work, { context, answers }: Host): void {
  const { rendered } = work
  if (!context.check || (rendered.type !== 'ready' && rendered.type !== 'unknown')) return
  if (rendered.type === 'ready') expectFile(rendered, work, context.render.files)
  if (rendered.type === 'ready' && onlyLooks(rendered)) return
  const asks = rendered.type === 'ready' ? allAsks(rendered) : rendered.asks
  answers.predict(unsettled(asks, `what "${work.name}" does is unknown`))
}
