import { isKnown } from '../errors.ts'
import { evaluateCondition } from '../jinja/index.ts'
import type { Condition } from '../playbook/model.ts'
import type { Work } from '../playbook/work.ts'
import type { TaskOutcome, TaskStatus } from '../report/events.ts'
import type { Diff, Result } from '../task.ts'
import type { Value } from '../value.ts'
import { LazyDict } from '../variables/lazy-dict.ts'
import { NotYet } from '../variables/not-yet.ts'

/** What became of one work, before keywords such as changed_when had their say. */
export interface Verdict {
  status: TaskStatus
  reason: string
  hint?: string | undefined
  diff: readonly Diff[]
  notes: readonly string[]
  result: Result
  ms: number
  /** Only ignore_errors has still a say. */
  final?: true
  /** `until` has never held, and failed_when says that this is no failure. */
  gaveUp?: true
  /** Check mode stopped short of the task: what is missing in `result` is unknown, not absent. */
  predicted?: boolean
  /** What was predicted may do more than is known. */
  openEnded?: true
  /** Only the real run shows whether it changes anything. */
  maybe?: true
  /** Only the real run shows whether it fails, and somebody may come to ask. */
  mayFail?: true
}

export function verdict(status: TaskStatus, reason: string, more: Partial<Verdict> = {}): Verdict {
  return { diff: [], notes: [], result: {}, ms: 0, ...more, status, reason }
}

/** Lets failed_when, changed_when and ignore_errors decide, over the task's own result. */
export function judge(work: Work, found: Verdict, register: string | undefined): Verdict {
  const { changedWhen, failedWhen, ignoreErrors } = work.settings
  if (found.status === 'skipped') return found
  let judged = found
  try {
    // In Ansible's order: failed_when sees what changed_when has said.
    if (changedWhen && judged.status !== 'failed') judged = judgeChanged(work, judged, changedWhen, register)
    else if (changedWhen && found.final !== true) judged = judgeFailed(work, judged, changedWhen, register)
    if (failedWhen && found.final !== true && found.status !== 'unknown' && found.status !== 'would-run') {
      const changed = hasChanged(judged)
      const failing = holds(failedWhen, work, judged, register)
      judged = { ...judged, result: { ...judged.result, failed_when_result: failing } }
      if (failing)
        judged = {
          ...judged,
          status: 'failed',
          result: { ...judged.result, changed },
          reason: judged.status === 'failed' ? judged.reason : `failed_when: ${texts(failedWhen)}`,
        }
      else if (judged.status === 'failed') judged = { ...judged, status: changed ? 'changed' : 'ok' }
    }
  } catch (error) {
    if (error instanceof NotYet && error.what.kind === 'unknown')
      return { ...judged, status: 'unknown', reason: error.what.why }
    if (!isKnown(error)) throw error
    judged = { ...judged, status: 'failed', reason: error.message, hint: error.hint }
  }
  if (judged.status === 'failed' && ignoreErrors) return { ...judged, status: 'ignored' }
  return judged
}

function judgeChanged(
  work: Work,
  found: Verdict,
  when: readonly Condition[],
  register: string | undefined,
): Verdict {
  // `changed_when: false` is known even for a command that check mode does not run.
  const changed = holds(when, work, found, register)
  if (found.status === 'would-run' || found.status === 'would-change') {
    const { maybe: _maybe, ...sure } = found
    if (changed) return sure
    // Who says that a command changes nothing knows what it does.
    const { openEnded: _open, ...rest } = sure
    return { ...rest, status: 'ok', reason: `would ${found.reason} (changed_when)` }
  }
  if (found.status !== 'ok' && found.status !== 'changed') return found
  return {
    ...found,
    status: changed ? 'changed' : 'ok',
    reason: changed === (found.status === 'changed') ? found.reason : `${found.reason} (changed_when)`,
  }
}

/** Whether a task that failed has changed something is for changed_when to say, too, where it can be told. */
function judgeFailed(
  work: Work,
  found: Verdict,
  when: readonly Condition[],
  register: string | undefined,
): Verdict {
  try {
    const changed = holds(when, work, found, register)
    return { ...found, result: { ...found.result, changed } }
  } catch (error) {
    if (isKnown(error) || error instanceof NotYet) return found
    throw error
  }
}

function texts(conditions: readonly Condition[]): string {
  return conditions.map((condition) => condition.value).join(' and ')
}

function holds(
  conditions: readonly Condition[],
  work: Work,
  found: Verdict,
  register: string | undefined,
): boolean {
  const scope =
    register === undefined ? work.scope : work.scope.plus(new Map([[register, registered(found)]]))
  return conditions.every((condition) =>
    evaluateCondition(condition.value, condition.place, scope, scope.environment),
  )
}

/** Whether the task changed its host, or would: what changed_when says beats what the module says. */
export function hasChanged({ status, result, maybe }: Verdict): boolean {
  if (maybe === true) return false
  if (hasFailed({ status, result })) return result['changed'] === true
  return status === 'changed' || status === 'would-change' || status === 'would-run'
}

/** A host that could not be reached has not failed, as far as results go. */
export function hasFailed({ status, result }: Pick<Verdict, 'status' | 'result'>): boolean {
  return status === 'failed' || (status === 'ignored' && result['unreachable'] !== true)
}

/** Why what a task gives is unknown that check mode has stopped short of. */
export const OPEN = 'only the real run knows what this task gives'

/** The dict that `register` gets. What only a real run would know is unknown, not absent. */
export function registered(found: Verdict, more: Iterable<[string, Value]> = []): Value {
  const { status } = found
  const entries = new Map<string, Value>([...more, ...Object.entries(found.result)])
  if (found.maybe === true) entries.delete('changed')
  else entries.set('changed', hasChanged(found))
  if (found.result['unreachable'] !== true && found.mayFail !== true)
    entries.set('failed', hasFailed(found) || found.gaveUp === true)
  if (status === 'skipped') {
    entries.set('skipped', true)
    if (!entries.has('skipped_reason')) entries.set('skip_reason', 'Conditional result was False')
  }
  if (hasFailed(found) && !entries.has('msg')) entries.set('msg', found.reason)
  if (found.predicted !== true && status !== 'unknown') return entries
  const why = status === 'unknown' ? whyOpen(found.reason) : OPEN
  if (status === 'unknown') return openDict(new Map(more), why)
  return openDict(entries, why, new Set(['skipped', 'skip_reason', 'unreachable']))
}

/** Why what hangs on an unknown task is unknown: what would fail there is no failure of its own. */
export function whyOpen(reason: string): string {
  return reason.startsWith('unless "') ? `it hangs on a task that fails, ${reason}` : reason
}

/** A dict of what is known and of what is known to be absent; everything else in it is unknown. */
export function openDict(
  known: ReadonlyMap<string, Value>,
  why: string,
  absent: ReadonlySet<string> = new Set(),
): Value {
  return new LazyDict({
    get: (key) => {
      const value = known.get(String(key))
      if (value === undefined && !absent.has(String(key))) throw new NotYet({ kind: 'unknown', why })
      return value
    },
    keys: () => known.keys(),
  })
}

/** The event's view of a verdict. */
export function outcome(
  work: Work,
  found: Verdict,
  context: { place: string; module: string; handler: boolean },
): TaskOutcome {
  const censored = work.settings.noLog
  return {
    host: work.host,
    task: work.name,
    ...context,
    ...(work.settings.delegate === undefined ? {} : { delegate: work.settings.delegate }),
    ...(work.item ? { item: censored ? '(hidden by no_log)' : work.item.label } : {}),
    status: found.status,
    ...(found.hint === undefined || censored ? {} : { hint: found.hint }),
    reason: censored && found.status !== 'skipped' ? '(hidden by no_log)' : found.reason,
    diff: censored || !work.settings.showDiff ? [] : found.diff,
    notes: censored ? [] : found.notes,
    result: censored ? { censored: 'hidden by no_log' } : found.result,
    ms: found.ms,
  }
}
