import type { Answer, Connection } from '../connect/connection.ts'
import type { Group, Work } from '../playbook/work.ts'
import type { Absence, Plan, Result, TaskKind, TaskModule } from '../task.ts'
import { EXIT, HakubeError, isKnown } from '../errors.ts'
import { UnknownAnswer, type WorldQuestion } from '../world/world.ts'
import { outlast } from './absence.ts'
import type { Answers } from './answers.ts'
import type { RunContext } from './context.ts'
import { settleHomes } from './homes.ts'
import { expectFile, expectFiles, onlyLooks, type Ready, receive, touchFiles } from './receiving.ts'
import { unsettle } from './doubt.ts'
import { verdict, type Verdict } from './verdict.ts'

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

/** Plans one task over what the host answered and, outside of check mode, makes it so. */
export async function carryOutOnce(work: Work, group: Group, hands: Hands): Promise<Verdict> {
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

async function predict(work: Work, plan: Change, rendered: Ready, hands: Hands): Promise<Verdict> {
  const { kind } = rendered
  const moves = hands.answers.world(work).isMovedBy(plan.effects)
  // A single task with check_mode: true changes nothing, so nothing may be built on it in a real run.
  if (hands.context.check && !work.settings.rehearsed) {
    hands.answers.predict(plan.effects)
    expectFile(rendered, work, hands.context.render.files)
    expectFiles(work, await hands.connection(), plan, hands.context.render.files)
  }
  if (plan.counts === false) {
    // It runs or waits and then reports ok, so it is no pending change; what it gives is unknown all the same.
    return verdict('ok', `would ${plan.summary}`, {
      ...(plan.openEnded && { openEnded: true }),
      predicted: true,
      mayFail: true,
      result: { changed: false, ...plan.result },
    })
  }
  const runs = plan.maybe === true || kind === 'wait' || (kind === 'action' && !moves)
  return verdict(runs ? 'would-run' : 'would-change', plan.summary, {
    ...(plan.openEnded && { openEnded: true }),
    ...(plan.maybe && { maybe: true }),
    ...(runs && { mayFail: true }),
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
  if (plan.status !== 'change') return carryOutOnce(work, group, hands)
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
  const { files } = hands.context.render
  touchFiles(await hands.connection(), files)
  const ms = performance.now() - started
  const elapsed = plan.absence && { elapsed: Math.round(ms / 1000) }
  const found: Result = { changed: true, ...plan.result, ...elapsed, ...module.result?.(prepared, output) }
  if (output.code !== 0) return failed(module, prepared, output, { diff: plan.diff, ms, result: found })
  const result: Result = { ...found, ...(await receive(rendered, output, files)) }
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
