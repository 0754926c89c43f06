import { setTimeout as sleep } from 'node:timers/promises'
import type { Group, Work } from '../playbook/work.ts'
import { EXIT, type HakubeError, isKnown } from '../errors.ts'
import { evaluateCondition } from '../jinja/index.ts'
import { carryOutOnce, type Hands } from './carry-out.ts'
import { doubted, leftOpen, withSureSuccess } from './doubt.ts'
import { judge, registered, verdict, type Verdict } from './verdict.ts'

/** Carries out one task, and repeats it for `until`; an unreachable host may be ignored. */
export async function carryOut(work: Work, group: Group, hands: Hands): Promise<Verdict> {
  try {
    return await tries(work, group, hands)
  } catch (error) {
    if (!isKnown(error) || error.exitCode !== EXIT.unreachable || !work.settings.ignoreUnreachable)
      throw error
    hands.forget()
    const result = { unreachable: true, msg: error.message }
    return verdict('ignored', error.message, { hint: error.hint, result })
  }
}

async function tries(work: Work, group: Group, hands: Hands): Promise<Verdict> {
  const { retry } = work.settings
  const register = group.task?.register
  let attempts = 0
  const once = async () => {
    const looked = leftOpen(work, await attempt(work, group, hands), hands)
    const judged = withSureSuccess(judge(work, looked, register), work, group)
    const found = doubted(work, judged, hands)
    if (found.openEnded && hands.context.check && !work.settings.rehearsed) hands.answers.open(work.name)
    return retry && !work.settings.check
      ? { ...found, result: { ...found.result, attempts: ++attempts } }
      : found
  }
  let found = await once()
  if (!retry || work.settings.check) return found
  try {
    for (
      let left = retry.retries;
      left > 0 && found.final !== true && !enough(work, found, register);
      left--
    ) {
      await pause(retry.delay, hands.context.signal)
      if (hands.context.signal.aborted) return found
      hands.forget()
      found = await once()
    }
    if (enough(work, found, register)) return found
  } catch (error) {
    if (!isKnown(error) || endsHost(error)) throw error
    return failedWith(work, found, error.message, error.hint)
  }
  // As in Ansible, the first try does not count then.
  const last: Verdict = { ...found, result: { ...found.result, attempts: retry.retries } }
  if (last.status === 'failed') return last
  // As in Ansible: what failed_when says decides, and yet `is failed` tells that until did not hold.
  if (last.result['failed_when_result'] === false) return { ...last, gaveUp: true }
  return failedWith(work, last, `until did not hold after ${retry.retries} retries`)
}

/** The verdict, failed; only ignore_errors has still a say. */
function failedWith(work: Work, found: Verdict, reason: string, hint?: string): Verdict {
  return { ...found, status: work.settings.ignoreErrors ? 'ignored' : 'failed', reason, hint }
}

/** Errors after which there is nothing to ignore or to rescue: no host, no lock, no time. */
function endsHost(error: HakubeError): boolean {
  return (
    error.exitCode === EXIT.unreachable ||
    ['interrupted', 'locked', 'lock-failed', 'refused'].includes(error.code)
  )
}

/** Waits so many seconds, or until the run is interrupted. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function enough(work: Work, found: Verdict, register: string | undefined): boolean {
  const until = work.settings.retry?.until ?? []
  if (found.status === 'skipped') return true
  if (until.length === 0) return found.status !== 'failed'
  const scope =
    register === undefined ? work.scope : work.scope.plus(new Map([[register, registered(found)]]))
  return until.every((condition) =>
    evaluateCondition(condition.value, condition.place, scope, scope.environment),
  )
}

/** One try at a task. What goes wrong with the task alone, such as a time-out, is its failure. */
async function attempt(work: Work, group: Group, hands: Hands): Promise<Verdict> {
  try {
    return await carryOutOnce(work, group, hands)
  } catch (error) {
    if (!isKnown(error) || endsHost(error)) throw error
    const { limit } = work.settings
    if (limit && error.code === 'timed-out') {
      hands.forget()
      return verdict('failed', limit.failure, { final: true, result: { changed: false, msg: limit.failure } })
    }
    return verdict('failed', error.message, { hint: error.hint })
  }
}
