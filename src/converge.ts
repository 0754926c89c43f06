import type { HostEnd, HostTarget, RunContext } from './converge/context.ts'
import { endOf, isLost } from './converge/ends.ts'
import { isFence, mayEndForAll, reachesOut } from './converge/fence.ts'
import { Flush } from './converge/flush.ts'
import { Jumps } from './converge/jumps.ts'
import { Lookahead } from './converge/lookahead.ts'
import { awaitDone, finishForAll, perform, takeOver } from './converge/perform.ts'
import { carryOutMeta } from './converge/metas.ts'
import { grow } from './converge/growing.ts'
import { gathersFacts } from './converge/gathered.ts'
import { Meeting } from './converge/meeting.ts'
import { mayNotify, notifies, Notified } from './converge/notified.ts'
import { Tally } from './converge/tally.ts'
import { Worker } from './converge/worker.ts'
import { isKnown } from './errors.ts'
import { grows } from './playbook/grows.ts'
import { isMeta, type Meta, type Task } from './playbook/model.ts'
import { behind, wholeFlush, type PlayRun, type Step } from './playbook/step.ts'
import { taskName } from './playbook/render.ts'
import type { Group, Turn } from './playbook/work.ts'
import { hasFailed, type Verdict } from './converge/verdict.ts'
import type { NotYet } from './variables/not-yet.ts'
import { TaskScope } from './variables/scope.ts'

/**
 * Converges one host: asks for everything ahead in one batch, walks the tasks in order, applies the first change
 * and asks for the rest again in the same round trip. Check mode is decided here and in `carryOut`, nowhere else.
 */
export class HostRun {
  readonly tally: Tally
  readonly #context: RunContext
  readonly #target: HostTarget
  readonly #ahead: Lookahead
  readonly #worker: Worker
  readonly #meeting: Meeting
  readonly #notified: Notified
  readonly #jumps: Jumps
  readonly #flush: Flush
  /** A failure that nothing has rescued yet ends the run for all hosts. */
  #fatal = false
  /** So would one of the task at work. */
  #atFatal = false
  /** The step comes again: this host is to run itself what it waited for. */
  #again = false
  #run: PlayRun | undefined

  /** `from`: where in the program the host begins. */
  constructor(context: RunContext, target: HostTarget, from = 0) {
    this.#context = context
    this.#target = target
    this.tally = new Tally(target.host)
    this.#ahead = new Lookahead(context, target.host, from)
    this.#worker = new Worker(context, target, this.#ahead, this.tally)
    this.#jumps = new Jumps(context, target.host, this.#ahead, this.tally)
    this.#meeting = new Meeting(context, target.host)
    this.#notified = new Notified(target.host, (handler, name, step) => {
      const layers = context.layers(target.host, step, handler)
      return taskName({ ...handler, name }, new TaskScope(context.store, target.host, step.position, layers))
    })
    this.#flush = new Flush({
      context,
      host: target.host,
      ahead: this.#ahead,
      notified: this.#notified,
      jumps: this.#jumps,
      meeting: this.#meeting,
      work: (group) => this.#group(group),
      comesAgain: () => this.#again,
    })
    context.once.join(target.host, (handler) => this.#notified.has(handler))
  }

  get host(): string {
    return this.#target.host
  }

  /** Renders the steps before this position as far as their values are known. */
  async prepare(limit: number): Promise<NotYet | undefined> {
    return this.#ahead.prepare(limit)
  }

  /** Walks the program to its end. Known errors about this host become events; bugs are thrown. */
  async run(): Promise<HostEnd> {
    const started = performance.now()
    let end: HostEnd | undefined
    try {
      end = await this.#walk()
    } catch (error) {
      if (!isKnown(error)) throw error
      if (error.code === 'interrupted') return 'stopped'
      end = endOf(error)
      this.tally.lost(error)
      if (end === 'unreachable') this.#context.emit({ type: 'host-unreachable', host: this.host, error })
      else this.#context.emit({ type: 'error', error })
    } finally {
      if (isLost(end)) this.#lose(end === 'unreachable')
      this.#context.progress.leave(this.host)
      this.#context.store.reached.delete(this.host)
      // Nobody will set what this host still owed to others.
      this.#context.store.forgetPending(this.host)
      this.tally.close(performance.now() - started, [...this.#worker.shells])
    }
    return end
  }

  #lose(unreachable: boolean): void {
    this.#context.progress.lose(this.host, this.#run?.index ?? 0, unreachable)
    if (this.#fatal || this.#atFatal)
      this.#meeting.fail(`${this.host} failed in a play with any_errors_fatal`)
    else if (this.#run) this.#meeting.judge(this.#run)
  }

  async #walk(): Promise<HostEnd> {
    const { progress } = this.#context
    for (;;) {
      const group = await this.#next()
      if (!group) {
        if (!this.#jumps.isFailing) return 'done'
        const ended = this.#jumps.goOn()
        if (ended) return ended
        continue
      }
      const { position, run } = group.step
      this.#run = run
      this.#atFatal = group.works.some((work) => work.settings.fatal)
      // Where a failure is to end the run, nobody goes on while its always parts and handlers run here.
      const holds = this.#jumps.isFailing && (this.#fatal || run.conduct.maxFail !== undefined)
      if (!holds) progress.reach(this.host, position)
      const beyond = !holds && reachesOut(group, this.#context.check)
      if (!holds && (beyond || isFence(group))) await this.#meeting.meet(group.step)
      const over = progress.hasEnded(run) || progress.hasEnded(run.play)
      if (group.step.type === 'play' && run.members.has(this.host) && !over) await this.#meeting.begin(run)
      if (group.step.type === 'play' && this.#context.isAwaited(this.host, run)) {
        if (progress.stopped === undefined) await this.#context.arrive(this.host, run)
        this.#ahead.resume()
      }
      // Who has failed already ends its always parts, whatever has ended the run for the others.
      const finishes = this.#jumps.isFailing && progress.mayFinish && !this.#context.signal.aborted
      if ((progress.stopped !== undefined && !finishes) || this.#context.signal.aborted) {
        const mayFinish = progress.mayFinish && !this.#context.signal.aborted
        // Handlers that are forced stand in always parts, too.
        if (!mayFinish || !this.#jumps.stop(group.step)) return this.#stopped(group.step)
        continue
      }
      if (!run.members.has(this.host)) {
        this.#ahead.jump(position, this.#context.placeOf(this.host, run))
        continue
      }
      // A task here or for another host has made other files on the controller than those it was rendered with.
      if (this.#ahead.isStale()) {
        const { step, works } = group
        this.#ahead.rewind(
          ...(works.length > 0
            ? ([position - step.room * 2 ** -30, position] as const)
            : ([position, this.#context.line.next(position)] as const)),
        )
        if (works.length > 0) continue
      }
      this.#again = false
      const ended = over ? this.#leavePlay(group.step) : await this.#group(group)
      if (ended) return ended
      this.#atFatal = false
      if (this.#again) continue
      if (!this.#jumps.isFailing) this.#fatal = false
      if (group.task && (gathersFacts(group.task) || grows(group.task))) this.#ahead.resume()
      // A failure there must be known to all before anybody goes on.
      const judged = !holds && !this.#jumps.isFailing && mayEndForAll(group)
      if (!beyond && !judged) continue
      const next = this.#context.line.next(position)
      progress.reach(this.host, next)
      await progress.allReached(next)
      // Another host's command may have changed what this host answered before.
      if (progress.touched(position)) this.#worker.forget()
      if (group.task?.delegateFacts) this.#ahead.resume()
    }
  }

  /** The run ends for all: what was notified still runs where the play forces it, if it was a host that failed. */
  async #stopped({ run, position, room, inclusions }: Step): Promise<HostEnd> {
    const { progress, signal, line } = this.#context
    if (!run.conduct.forceHandlers || !progress.mayFinish || signal.aborted) return 'stopped'
    const flush = line.steps.find(
      (step) =>
        step.run === run &&
        step.type === 'flush' &&
        step.position >= position &&
        step.inclusions.every(({ hosts }) => hosts.has(this.host)),
    )
    if (!flush) return 'stopped'
    // It may stand amid the tasks that a handler includes.
    const [included] = flush.inclusions
    const amid = flush.after !== undefined && included !== undefined && inclusions.includes(included)
    const end = behind(wholeFlush(flush))
    this.#jumps.jump(position - room * 2 ** -30, amid ? position : flush.position, end)
    for (;;) {
      const group = await this.#next()
      if (!group || group.step.position >= end || signal.aborted || (await this.#group(group)))
        return 'stopped'
    }
  }

  /** The next group in line, rendering further ahead whenever the line is short or a value has come in. */
  async #next(): Promise<Group | undefined> {
    for (let waits = 0; ; waits++) {
      const seen = this.#context.progress.version
      const missing = await this.#ahead.extend()
      const group = this.#ahead.queue.shift()
      if (group) return group
      // All that was rendered is done, so what it may have given is known, and what stands behind it comes.
      if (!missing && this.#ahead.resume()) continue
      if (!missing) return undefined
      await this.#meeting.waitFor(missing, seen, this.#ahead.cursor, waits > 0)
    }
  }

  async #group(group: Group): Promise<HostEnd | undefined> {
    const { task } = group
    if (group.step.type === 'flush' && !group.handler) return this.#flush.run(group.step)
    if (!task) return undefined
    if (group.follows) return this.#follow(group, task, group.follows)
    const { works, verdicts } = await perform(group, task, { context: this.#context, worker: this.#worker })
    // As in Ansible, a loop of which an item has failed gives nothing but its results, ignored or not.
    const gives = !verdicts.some(hasFailed)
    if (grows(task) && gives) {
      // Groups list their hosts in the order of the play, whoever comes first.
      if (!group.handler && group.step.run.conduct.strategy === 'linear')
        await this.#meeting.takeTurn(group.step)
      await grow(task, { works, verdicts }, this.#context)
    }
    if (task.runOnce) finishForAll(group, task, this.host, { works, verdicts }, this.#context)
    this.#notified.add(
      group,
      works.filter((_, index) => gives && notifies(verdicts[index])),
    )
    this.#notified.add(
      group,
      works.filter((_, index) => gives && mayNotify(verdicts[index])),
      `it runs only if "${works[0]?.name ?? task.action}" changes something, which is unknown`,
    )
    if (verdicts.some((found) => found.status === 'failed')) return this.#fail({ ...group, works }, verdicts)
    return isMeta(task.module) ? this.#meta(group, task.module.meta) : undefined
  }

  /** Waits for the host that runs the task for all, and takes over what it gives; runs it itself if that one is gone. */
  async #follow(group: Group, task: Task, turn: Turn): Promise<HostEnd | undefined> {
    const { once, progress } = this.#context
    const { step, handler } = group
    // Whoever runs it may wait for this host to come so far; of a flush, behind what handlers before it include.
    progress.reach(this.host, handler ? behind(wholeFlush(step)) : step.position)
    const done = await awaitDone({ group, task, turn, host: this.host }, this.#context)
    if (done === 'stopped') return done
    if (done === 'mine' && group.looksOn) {
      this.#context.store.withdraw(this.host, step.position)
      return undefined
    }
    if (done === 'mine') {
      this.#again = true
      this.#jumps.jump((group.position ?? step.position) - step.room * 2 ** -30, step.position)
      return undefined
    }
    once.pass(turn, this.host)
    const taken = takeOver(done, { group, task, host: this.host, ahead: this.#ahead }, this.#context)
    const failed = done.verdicts.some((found) => found.status === 'failed') && !group.looksOn
    return failed ? this.#fail(taken, done.verdicts, 0) : undefined
  }

  #fail(group: Group, verdicts: readonly Verdict[], counted?: number): HostEnd | undefined {
    // Not before it has failed: a task in an always part says nothing of the failure that led there.
    this.#fatal ||= group.works.some((work) => work.settings.fatal)
    return this.#jumps.fail(group, verdicts, counted)
  }

  #meta(group: Group, meta: Meta['meta']): Promise<HostEnd | undefined> {
    return carryOutMeta(group, meta, {
      context: this.#context,
      host: this.host,
      flush: ({ step }) => this.#flush.run(step),
      leave: (step) => this.#leavePlay(step),
      forget: () => this.#worker.forget(),
      resume: () => this.#ahead.resume(),
    })
  }

  /** Goes on at the next play; what was notified is forgotten. */
  #leavePlay(step: Step): HostEnd | undefined {
    if (this.#jumps.isFailing) return 'failed'
    const { line } = this.#context
    const next = line.steps.find((one) => one.type === 'play' && one.position > step.position)
    this.#notified.clear()
    this.#jumps.jump(step.position, next?.position ?? line.end)
    return undefined
  }
}
