import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Connection } from '../connect/connection.ts'
import type { Group, Work } from '../playbook/work.ts'
import type { Absence, Plan, Result, TaskKind, TaskModule } from '../task.ts'
import { EXIT, HakubeError, isKnown } from '../errors.ts'
import { evaluateCondition } from '../jinja/index.ts'
import { UnknownAnswer, type WorldQuestion } from '../world/world.ts'
import { outlast } from './absence.ts'
import type { Answers } from './answers.ts'
import type { RunContext } from './context.ts'
import { settleHomes } from './homes.ts'
import { expectFile, onlyLooks, type Ready, receive } from './receiving.ts'
import { doubted, leftOpen, unsettle } from './doubt.ts'
import { judge, registered, verdict, type Verdict } from './verdict.ts'

type Change = Extract<Plan, { status: 'change' }>

export interface Hands {
  context: RunContext
  host: string
  answers: Answers
  /** To the host that is worked on, or to the one that is delegated to. */
  connection(): Promise<Connection>
  /** Asks everything again: somebody else may have changed the host since it was asked. */
  forget(): void
  /** This work and those behind it that a round trip may ask for. */
  upcoming(): readonly Work[]
}

/** Plans one task over what the host answered and, outside of check mode, makes it so; repeats it for `until`. */
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
    const found = doubted(work, judge(work, looked, register), hands)
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
    return await tryOnce(work, group, hands)
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

async function tryOnce(work: Work, group: Group, hands: Hands): Promise<Verdict> {
  const plan = await look(work, hands)
  const rendered = ready(work)
  switch (plan.status) {
    case 'ok':
      return verdict(plan.skips ? 'skipped' : 'ok', plan.reason, {
        ...(plan.foreseen && { predicted: true }),
        result: { changed: false, ...plan.result },
      })
    case 'fail':
      return verdict('failed', plan.message, { hint: plan.hint, result: plan.result ?? {} })
    case 'unknown':
      // Outside of check mode every answer is the host's own: what it cannot tell, nobody can.
      if (!work.settings.check) return verdict('failed', plan.why)
      unsettle(work, hands)
      if (hands.context.check && plan.effects) hands.answers.predict(plan.effects)
      return verdict('unknown', plan.why)
    case 'change':
      if (!work.settings.check) return change(work, group, hands)
      if (hands.context.check && plan.counts !== false && !onlyLooks(rendered))
        await hands.context.beforePrediction()
      return predict(work, plan, rendered, hands)
  }
}

async function look(work: Work, hands: Hands): Promise<Plan> {
  try {
    if (!hands.answers.has(work)) await hands.answers.ask(hands.upcoming(), work)
  } catch (error) {
    if (!isKnown(error) || error.code !== 'become-failed' || !hands.answers.hasPredictions) throw error
    return { status: 'unknown', why: `unless a change above sees to it: ${error.message}` }
  }
  const homeless = await settleHomes(work, hands)
  if (homeless) return homeless
  const more = thenAsked(work, hands.answers)
  if (more.length > 0) await hands.answers.askMore(work, more)
  return planOf(work, hands.answers)
}

function thenAsked(work: Work, answers: Answers): readonly WorldQuestion[] {
  const { rendered } = work
  if (rendered.type !== 'ready' || !rendered.module.asksThen) return []
  try {
    return rendered.module.asksThen(rendered.prepared, answers.world(work))
  } catch (error) {
    if (error instanceof UnknownAnswer) return []
    throw error
  }
}

function planOf(work: Work, answers: Answers): Plan {
  const { module, prepared } = ready(work)
  try {
    return module.plan(prepared, answers.world(work))
  } catch (error) {
    if (error instanceof UnknownAnswer) return { status: 'unknown', why: error.unknown.why }
    throw error
  }
}

function predict(work: Work, plan: Change, rendered: Ready, hands: Hands): Verdict {
  const { kind } = rendered
  const moves = hands.answers.world(work).isMovedBy(plan.effects)
  // A single task with check_mode: true changes nothing, so nothing may be built on it in a real run.
  if (hands.context.check && !work.settings.rehearsed) {
    hands.answers.predict(plan.effects)
    expectFile(rendered, work, hands.context.render.files)
  }
  if (plan.counts === false) {
    // It runs or waits and then reports ok, so it is no pending change; what it gives is unknown all the same.
    return verdict('ok', `would ${plan.summary}`, {
      ...(plan.openEnded && { openEnded: true }),
      predicted: true,
      result: { changed: false, ...plan.result },
    })
  }
  const runs = plan.maybe === true || kind === 'wait' || (kind === 'action' && !moves)
  return verdict(runs ? 'would-run' : 'would-change', plan.summary, {
    ...(plan.openEnded && { openEnded: true }),
    ...(plan.maybe && { maybe: true }),
    diff: plan.diff,
    notes: plan.notes ?? [],
    predicted: true,
    result: { changed: true, ...plan.result },
  })
}

function ready({ rendered, name }: Work): Ready {
  if (rendered.type === 'ready') return rendered
  throw new TypeError(`nothing to carry out for ${name}`)
}

/** The one place where a host is changed. */
async function change(work: Work, group: Group, hands: Hands): Promise<Verdict> {
  if (!onlyLooks(ready(work)) && (await hands.context.beforeChange(hands.host, group.step.run))) {
    // The lock has just been taken: another run may have changed the host since it was asked.
    hands.forget()
  }
  const plan = await look(work, hands)
  if (plan.status !== 'change') return tryOnce(work, group, hands)
  const rendered = ready(work)
  const { module, kind, prepared } = rendered
  const next = hands.upcoming().filter((other) => other !== work || asksAgain(kind, plan))
  const started = performance.now()
  const beyond = rendered.beyond || work.settings.way !== undefined
  if (beyond) hands.context.progress.touch(group.step.position)
  // What others are asked would be stale: they may wait for what this one has done elsewhere.
  const asked = rendered.beyond ? next.filter((other) => other === work) : next
  const timeout = Math.min(work.settings.limit?.seconds ?? Infinity, plan.timeout ?? Infinity)
  const output = plan.absence
    ? await applyAndOutlast(work, plan, plan.absence, hands)
    : await hands.answers.apply(work, plan.apply, timeout === Infinity ? undefined : timeout, asked)
  const ms = performance.now() - started
  const elapsed = plan.absence && { elapsed: Math.round(ms / 1000) }
  const found: Result = { changed: true, ...plan.result, ...elapsed, ...module.result?.(prepared, output) }
  if (output.code !== 0) return failed(module, prepared, output, { diff: plan.diff, ms, result: found })
  const result: Result = { ...found, ...(await receive(rendered, output, hands.context.render.files)) }
  const more = { diff: plan.diff, ms, result }
  if (plan.counts === false || result['changed'] === false)
    return verdict('ok', plan.summary, { ...more, result: { ...result, changed: false } })
  if (!asksAgain(kind, plan) || module.isDone?.(prepared, output) === true)
    return verdict('changed', plan.summary, more)
  const after = await look(work, hands)
  if (after.status === 'ok')
    return verdict('changed', plan.summary, { ...more, result: { ...after.result, ...result } })
  return verdict(
    'failed',
    `did not converge: after "${plan.summary}" the host still differs (${describe(after)})`,
    {
      ...more,
      hint: 'something on the host undoes the change, or the module is wrong about it; please report the latter',
    },
  )
}

/** The apply may take the connection along. Before the next change the run's lock is taken on the host anew. */
async function applyAndOutlast(work: Work, plan: Change, absence: Absence, hands: Hands): Promise<Answer> {
  const connection = await hands.connection()
  const { host } = connection
  if (absence.gone && !connection.reopen) {
    const hint = 'delegate the task to the host that is meant, or reach it by SSH'
    throw new HakubeError('this would take away the machine that hakube runs on', { code: 'failed', hint })
  }
  let output: Answer = { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  try {
    output = await hands.answers.apply(work, plan.apply, plan.timeout, [])
  } catch (error) {
    if (!isKnown(error) || error.exitCode !== EXIT.unreachable) throw error
  }
  if (output.code !== 0) return output
  await outlast(absence, { host, connection, identity: work.settings.identity, signal: hands.context.signal })
  hands.forget()
  return output
}

function asksAgain(kind: TaskKind, plan: Change): boolean {
  return kind === 'state' && plan.once !== true
}

function describe(plan: Plan): string {
  if (plan.status === 'change') return plan.summary
  if (plan.status === 'unknown') return plan.why
  return plan.status === 'fail' ? plan.message : plan.reason
}

function failed(module: TaskModule, prepared: unknown, output: Answer, more: Partial<Verdict>): Verdict {
  const stderr = output.stderr.toString('utf8').trimEnd()
  const stdout = output.stdout.toString('utf8').trimEnd()
  const lastLine = (stderr || stdout).split('\n').at(-1) ?? ''
  const message =
    module.failure?.(prepared, output) ?? (lastLine || `the commands ended with status ${output.code}`)
  // As in Ansible, only a command that has failed may have changed something.
  const changed = module.freeForm !== undefined
  const result = { rc: output.code, stdout, stderr, msg: message, ...more.result, changed }
  return verdict('failed', message, { ...more, result })
}
