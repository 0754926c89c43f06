import type { Connection, Identity, Shell } from './connect/connection.ts'
import { Answers } from './converge/answers.ts'
import { carryOut, pause, unsettle } from './converge/carry-out.ts'
import type { HostEnd, HostTarget, RunContext } from './converge/context.ts'
import { Failing, type Landing } from './converge/failing.ts'
import { isBeyond, isFence, reachesOut } from './converge/fence.ts'
import { localVerdict } from './converge/local.ts'
import { Lookahead } from './converge/lookahead.ts'
import { Notified } from './converge/notified.ts'
import { registerLoop, registerWork } from './converge/register.ts'
import { Tally } from './converge/tally.ts'
import { outcome, registered, type Verdict } from './converge/verdict.ts'
import { HakubeError, isKnown, EXIT, showPlace, type Place } from './errors.ts'
import { isInclude, isMeta, type Task } from './playbook/model.ts'
import type { PlayRun, Span, Step } from './playbook/program.ts'
import { taskName } from './playbook/render.ts'
import type { Group, Work } from './playbook/work.ts'
import { dict, type Value } from './value.ts'
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
  readonly #answers: Answers
  readonly #shells = new Set<Shell>()
  readonly #notified: Notified
  readonly #failing = new Failing()
  /** A failure that nothing has rescued yet ends the run for all hosts. */
  #fatal = false
  /** How often the host went on elsewhere in the program. */
  #jumps = 0
  #play = 0

  constructor(context: RunContext, target: HostTarget) {
    this.#context = context
    this.#target = target
    this.tally = new Tally(target.host)
    this.#ahead = new Lookahead(context, target.host)
    this.#answers = new Answers(
      (identity) => this.#shell(target.connection, identity),
      context.predicted(target.host),
    )
    this.#notified = new Notified((handler, name, step) => {
      const layers = context.layers(target.host, step, handler)
      return taskName({ ...handler, name }, new TaskScope(context.store, target.host, step.position, layers))
    })
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
      if (end === 'failed' || end === 'unreachable' || end === 'refused') this.#lose()
      this.#context.progress.leave(this.host)
      this.#context.store.reached.delete(this.host)
      // Nobody will set what this host still owed to others.
      this.#context.store.forgetPending(this.host)
      this.tally.close(performance.now() - started, [...this.#shells])
    }
    return end
  }

  #lose(): void {
    const { progress } = this.#context
    progress.lose(this.host, this.#play)
    if (this.#fatal) this.#stop(`${this.host} failed in a play with any_errors_fatal`)
  }

  /** Ends the run for all hosts, and says why: otherwise tasks would be missing without a word. */
  #stop(why: string): void {
    if (this.#context.progress.stop(why))
      this.#context.emit({ type: 'warning', text: `${why}: the run ends here` })
  }

  async #walk(): Promise<HostEnd> {
    const { progress } = this.#context
    for (;;) {
      const group = await this.#next()
      if (!group) {
        if (this.#failing.none) return 'done'
        const ended = this.#land(this.#context.line.end, this.#failing.goOn())
        if (ended) return ended
        continue
      }
      const { position, run } = group.step
      this.#play = run.index
      this.#fatal ||= group.works.some((work) => work.settings.fatal)
      progress.reach(this.host, position)
      const beyond = reachesOut(group, this.#context.check)
      if (beyond || isFence(group)) await this.#meet(group)
      if (group.step.type === 'play' && run.members.has(this.host)) await this.#begin(run)
      if (progress.stopped !== undefined || this.#context.signal.aborted) return 'stopped'
      if (!run.members.has(this.host)) {
        this.#ahead.jump(position, this.#context.placeOf(this.host, run))
        continue
      }
      const jumps = this.#jumps
      const ended = await this.#group(group)
      if (ended) return ended
      // It comes again, to be run by this host.
      if (group.follows && this.#jumps !== jumps) continue
      if (this.#failing.none) this.#fatal = false
      if (!beyond) continue
      const next = this.#context.line.next(position)
      progress.reach(this.host, next)
      await progress.allReached(next)
      // Another host's command may have changed what this host answered before.
      if (progress.touched(position)) this.#answers.forget()
    }
  }

  /** Waits for all hosts before a step; no longer where the host has got another batch of its play meanwhile. */
  async #meet({ step }: Group): Promise<void> {
    const { progress } = this.#context
    for (;;) {
      const { recalls } = progress
      await progress.allReached(step.position)
      if (recalls === progress.recalls || !step.run.members.has(this.host)) return
    }
  }

  /** As in Ansible: where a play has lost all of its hosts, the plays behind it do not run. */
  async #begin(run: PlayRun): Promise<void> {
    const { progress, line } = this.#context
    for (const earlier of new Set(line.steps.map((step) => step.run))) {
      if (earlier.index >= run.index || earlier.hosts.length === 0) continue
      if (earlier.hosts.every((host) => progress.lostIn(host) === earlier.index))
        this.#stop(`the play "${earlier.play.name}" has lost all of its hosts`)
    }
    const lost = run.hosts.find((host) => progress.lostIn(host) === run.index)
    if (lost !== undefined && this.#context.isFatal(this.host, run))
      this.#stop(`${lost} cannot be reached in a play with any_errors_fatal`)
    if (progress.stopped !== undefined) return
    const closed = await this.#context.gate(run)
    if (closed !== undefined) this.#stop(closed)
    else if (run.members.has(this.host)) this.#context.playStarted(run)
  }

  /** The next group in line, rendering further ahead whenever the line is short or a value has come in. */
  async #next(): Promise<Group | undefined> {
    for (let waits = 0; ; waits++) {
      const seen = this.#context.progress.version
      const missing = await this.#ahead.extend()
      const group = this.#ahead.queue.shift()
      if (group) return group
      if (!missing) return undefined
      await this.#waitFor(missing, seen, this.#ahead.cursor, waits > 0)
    }
  }

  /**
   * Waits for what is missing, as it was at that version of the progress; this host has come to that position. Who
   * needs a second host reads those of many: it waits for all of them, or it would look again after each.
   */
  async #waitFor(missing: NotYet, seen: number, position: number, many: boolean): Promise<void> {
    const { progress } = this.#context
    const { what } = missing
    if (what.kind === 'facts') return this.#context.gather(what.host)
    if (what.kind === 'unknown' || (what.kind === 'pending' && what.host === this.host)) throw missing
    // Others wait for this host only up to its next step, so it must say that it got there.
    progress.reach(this.host, position)
    await (many ? progress.allReached(position) : progress.moved(what.host, seen))
    if (progress.stopped !== undefined) throw interrupted(this.host)
  }

  async #group(group: Group): Promise<HostEnd | undefined> {
    const { task } = group
    if (group.step.type === 'flush' && !group.handler) return this.#flush(group)
    if (!task) return undefined
    if (group.follows) return this.#follow(group, task)
    const works = [...group.works]
    const verdicts: Verdict[] = []
    for (const [index, planned] of group.works.entries()) {
      if (index > 0 && planned.settings.pause > 0 && !this.#context.check)
        await pause(planned.settings.pause, this.#context.signal)
      const { rendered } = planned
      const work = rendered.type === 'later' ? await rendered.render() : planned
      works[index] = work
      this.#context.emit({ type: 'task-start', host: this.host, task: work.name })
      const found = await this.#work({ ...group, works }, work)
      verdicts.push(found)
      this.#report(group, work, found)
      registerWork(this.#context.store, task, work, found)
    }
    registerLoop(this.#context.store, { ...group, works }, verdicts)
    if (task.runOnce && !group.handler) this.#context.once.finish(group.step, { works, verdicts })
    this.#notified.add(
      group,
      works.filter((_, index) => notifies(verdicts[index])),
    )
    this.#notified.add(
      group,
      works.filter((_, index) => verdicts[index]?.status === 'unknown'),
      `it runs only if "${works[0]?.name ?? task.action}" changes something, which is unknown`,
    )
    if (verdicts.some((found) => found.status === 'failed'))
      return this.#failed({ ...group, works }, verdicts)
    return isMeta(task.module) ? this.#meta(group, task.module.meta) : undefined
  }

  /** Waits for the host that runs the task for all, and takes over what it gives; runs it itself if that one is gone. */
  async #follow(group: Group, task: Task): Promise<HostEnd | undefined> {
    const { once, progress, store } = this.#context
    const { step } = group
    for (;;) {
      const seen = progress.version
      const done = once.result(step)
      if (done) {
        const works = done.works.map((work) => {
          const scope = this.#ahead.scopeLike({ step, task }, work.scope.position)
          return { ...work, host: this.host, scope }
        })
        const taken = { ...group, works, looped: works.some((work) => work.item !== undefined) }
        for (const [index, work] of works.entries()) {
          const found = done.verdicts[index]
          if (found) registerWork(store, task, work, found)
        }
        registerLoop(store, taken, done.verdicts)
        this.#ahead.resume()
        return done.verdicts.some((found) => found.status === 'failed')
          ? this.#failed(taken, done.verdicts, 0)
          : undefined
      }
      if (progress.stopped !== undefined || this.#context.signal.aborted) return 'stopped'
      const leader = once.leader(step)
      if (leader === undefined || leader === this.host) {
        this.#jump(step.position - step.room * 2 ** -30, step.position)
        return undefined
      }
      await progress.moved(leader, seen)
    }
  }

  async #work(group: Group, work: Work): Promise<Verdict> {
    const settled = localVerdict(work, group.task?.register)
    const answers = this.#answersOf(work)
    if (settled?.status === 'unknown') unsettle(work, { context: this.#context, answers })
    if (settled) return settled
    const own = answers === this.#answers
    return carryOut(work, group, {
      context: this.#context,
      host: this.host,
      answers,
      forget: () => {
        answers.forget()
        this.#answers.forget()
      },
      upcoming: () => (own ? this.#upcoming(group, work) : [work]),
    })
  }

  /** Of the host that is worked on. A delegate is asked anew for each task: others work on it meanwhile. */
  #answersOf({ settings: { delegate } }: Work): Answers {
    if (delegate === undefined) return this.#answers
    return new Answers(
      async (identity) => this.#shell(await this.#context.delegate(delegate), identity),
      this.#context.predicted(delegate),
    )
  }

  /** This work and those behind it that the same round trip may ask for. */
  #upcoming(group: Group, work: Work): readonly Work[] {
    const works: Work[] = []
    const rest = group.works.slice(group.works.indexOf(work))
    for (const next of [{ ...group, works: rest }, ...this.#ahead.queue]) {
      if (next.step.type === 'play' && this.#context.line.steps.some((step) => isBeyond(step.task))) break
      for (const other of next.works) {
        if (other.rendered.type !== 'ready') continue
        const { kind } = other.rendered
        // Another host has to answer for it.
        if (other.settings.delegate !== undefined) continue
        if (kind === 'wait' && other !== work && !other.settings.check) return works
        works.push(other)
        // Behind a task that runs for certain, or reaches further than this host, answers would be stale.
        if ((kind === 'action' || kind === 'wait') && !other.settings.check) return works
      }
    }
    return works
  }

  #report(group: Group, work: Work, found: Verdict): void {
    const shown = outcome(work, found, {
      place: showPlace(placeOf(work) ?? group.task?.place ?? group.step.run.play.place),
      module: group.task?.action ?? '',
      handler: group.handler,
    })
    this.tally.count(shown)
    this.#context.emit({ type: 'task-end', outcome: shown })
    const warnings = found.result['warnings']
    if (Array.isArray(warnings) && !work.settings.noLog) {
      for (const text of warnings) {
        if (typeof text === 'string') this.#context.emit({ type: 'warning', text })
      }
    }
    const message = found.result['hakube_message']
    if (typeof message === 'string' && !work.settings.noLog)
      this.#context.emit({ type: 'message', text: message })
  }

  /** Runs the notified handlers, in the order in which the play lists them. */
  async #flush({ step }: Group): Promise<HostEnd | undefined> {
    // One pass, as in Ansible: what a handler notifies among those before it runs at the next flush.
    const { after } = step
    if (after && this.#hasMore(step, after)) return undefined
    let from = after ? step.run.handlers.indexOf(after.handler) + 1 : 0
    for (;;) {
      const todo = this.#notified.of(step, from)
      if (todo.length === 0) return undefined
      const seen = this.#context.progress.version
      const { groups, missing } = await this.#ahead.handlers(step, todo)
      if (groups.length === 0 && missing) await this.#waitFor(missing, seen, step.position, false)
      for (const [index, group] of groups.entries()) {
        this.#ahead.queue.shift()
        from = step.run.handlers.findIndex((handler) => handler === group.task) + 1
        const doubt = this.#notified.take(group.task)
        const jumps = this.#jumps
        const ended = await this.#group(doubt === undefined ? group : doubtful(group, doubt))
        // The handlers behind one that failed and was rescued run at the next flush.
        if (ended || this.#jumps !== jumps) return ended
        if (
          group.task &&
          isInclude(group.task) &&
          group.works.some(({ rendered }) => rendered.type === 'ready')
        ) {
          this.#jumps++
          const done = group.works.at(-1)?.scope.position ?? step.position
          this.#ahead.rewind(done, this.#context.line.next(step.position))
          return undefined
        }
        const next = groups[index + 1]
        if (!next || this.#notified.of(step, from)[0] === next.task) continue
        // One before it was notified meanwhile.
        this.#ahead.queue.splice(0, groups.length - index - 1)
        break
      }
    }
  }

  /** Whether another item of the loop of a handler that includes has brought tasks, which come before the other handlers. */
  #hasMore({ position }: Step, { handler, flush }: NonNullable<Step['after']>): boolean {
    return this.#context.line.steps.some(
      ({ after, position: at, inclusions }) =>
        after?.handler === handler &&
        after.flush === flush &&
        at > position &&
        inclusions.every(({ hosts }) => hosts.has(this.host)),
    )
  }

  async #meta(group: Group, meta: string): Promise<HostEnd | undefined> {
    if (meta === 'flush_handlers') return this.#flush(group)
    const holds = group.works.some((work) => work.rendered.type === 'meta')
    if (meta === 'end_play') return this.#endPlay(group, holds)
    return meta === 'end_host' && holds ? this.#leavePlay(group) : undefined
  }

  /** As in Ansible, the first host decides for all of the play. */
  async #endPlay(group: Group, holds: boolean): Promise<HostEnd | undefined> {
    const { progress } = this.#context
    const { run, position } = group.step
    if (holds && progress.first(run.hosts) === this.host) progress.endPlay(run.index)
    const next = this.#context.line.next(position)
    progress.reach(this.host, next)
    await progress.allReached(next)
    if (progress.hasEnded(run.index)) return this.#leavePlay(group)
    this.#ahead.resume()
    return undefined
  }

  /** Goes on at the next play; what was notified is forgotten. */
  #leavePlay({ step }: Group): HostEnd | undefined {
    if (!this.#failing.none) return 'failed'
    const { line } = this.#context
    const next = line.steps.find((one) => one.type === 'play' && one.position > step.position)
    this.#notified.clear()
    this.#jump(step.position, next?.position ?? line.end)
    return undefined
  }

  #failed(group: Group, verdicts: readonly Verdict[], counted?: number): HostEnd | undefined {
    const failures = verdicts.filter((found) => found.status === 'failed')
    const [first] = failures
    const position = group.works.at(-1)?.scope.position ?? group.step.position
    const write = (name: string, value: Value) => this.#context.store.write(this.host, name, position, value)
    if (first) write('ansible_failed_result', registered(first))
    const name = group.works[0]?.name ?? ''
    write('ansible_failed_task', dict({ name, action: group.task?.action ?? '' }))
    return this.#land(position, this.#failing.fail(group.step.frames, counted ?? failures.length))
  }

  /** Goes on in a rescue or always part, or ends the host. */
  #land(from: number, landing: Landing | undefined): HostEnd | undefined {
    if (!landing) return 'failed'
    const { position, end, rescued } = landing
    if (rescued) this.tally.rescued(rescued.failures)
    this.#jump(from, position, end, rescued?.span)
    return undefined
  }

  #jump(from: number, position: number, end?: number, rescued?: Span): void {
    this.#jumps++
    this.#ahead.jump(from, position, end, rescued)
  }

  async #shell(connection: Connection, identity: Identity): Promise<Shell> {
    if (this.#context.signal.aborted) throw interrupted(this.host)
    const shell = await connection.shell(identity)
    this.#shells.add(shell)
    return shell
  }
}

/** How a host ends that meets this error outside of its tasks. */
function endOf(error: HakubeError): HostEnd {
  if (error.exitCode === EXIT.unreachable) return 'unreachable'
  return error.code === 'refused' ? 'refused' : 'failed'
}

/** A handler of which check mode cannot tell whether it runs. */
function doubtful(group: Group, why: string): Group {
  const works = group.works.map((work): Work => {
    const { rendered } = work
    if (rendered.type !== 'ready' || !work.settings.check) return work
    return { ...work, rendered: { type: 'unknown', why, asks: rendered.asks } }
  })
  return { ...group, works }
}

function notifies(found: Verdict | undefined): boolean {
  return found !== undefined && ['changed', 'would-change', 'would-run'].includes(found.status)
}

function placeOf({ rendered }: Work): Place | undefined {
  return rendered.type === 'failed' ? rendered.error.place : undefined
}

/** Ends a host's walk without counting it as failed. */
function interrupted(host: string): HakubeError {
  return new HakubeError('interrupted', { code: 'interrupted', exitCode: EXIT.interrupted, host })
}
