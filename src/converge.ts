import type { Identity, Shell } from './connect/connection.ts'
import { Answers } from './converge/answers.ts'
import { carryOut } from './converge/carry-out.ts'
import { isBeyond, type HostEnd, type HostTarget, type RunContext } from './converge/context.ts'
import { localVerdict } from './converge/local.ts'
import { afterFailure, Lookahead } from './converge/lookahead.ts'
import { registerGroup } from './converge/register.ts'
import { Tally } from './converge/tally.ts'
import { outcome, type Verdict } from './converge/verdict.ts'
import { HakubeError, isKnown, EXIT, showPlace } from './errors.ts'
import { isMeta, type Task } from './playbook/model.ts'
import type { Frame } from './playbook/program.ts'
import type { Group, Work } from './playbook/work.ts'
import type { NotYet } from './variables/not-yet.ts'

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
  #notified = new Set<Task>()
  /** Frames outside of a block whose always part still runs after a failure. */
  #failing: { outer: readonly Frame[] } | undefined

  constructor(context: RunContext, target: HostTarget) {
    this.#context = context
    this.#target = target
    this.tally = new Tally(target.host)
    this.#ahead = new Lookahead(context, target.host)
    this.#answers = new Answers((identity) => this.#shell(identity))
  }

  get host(): string {
    return this.#target.host
  }

  /** Renders the steps before this position as far as their values are known. */
  async prepare(limit: number): Promise<NotYet | undefined> {
    return this.#ahead.extend(limit)
  }

  /** Walks the program to its end. Known errors about this host become events; bugs are thrown. */
  async run(): Promise<HostEnd> {
    const started = performance.now()
    let end: HostEnd
    try {
      end = await this.#walk()
    } catch (error) {
      if (!isKnown(error)) throw error
      if (error.code === 'interrupted') return 'stopped'
      end = error.exitCode === EXIT.unreachable ? 'unreachable' : 'failed'
      this.tally.lost(error)
      if (end === 'unreachable') this.#context.emit({ type: 'host-unreachable', host: this.host, error })
      else this.#context.emit({ type: 'error', error })
    } finally {
      this.#context.progress.leave(this.host)
      this.#context.store.reached.delete(this.host)
      // Nobody will set what this host still owed to others.
      this.#context.store.forgetPending(this.host)
      this.tally.close(performance.now() - started, [...this.#shells])
    }
    return end
  }

  async #walk(): Promise<HostEnd> {
    for (;;) {
      const group = await this.#next()
      if (!group) {
        if (!this.#failing) return 'done'
        const ended = this.#fail(this.#failing.outer)
        if (ended) return ended
        continue
      }
      const { progress } = this.#context
      const { position, type } = group.step
      progress.reach(this.host, position)
      const fence = type === 'play' || isBeyond(group.task)
      if (fence && !this.#context.check) await progress.allReached(position)
      if (progress.stopped !== undefined || this.#context.signal.aborted) return 'stopped'
      const ended = await this.#group(group)
      if (ended) return ended
      if (isBeyond(group.task) && !group.handler && !this.#context.check) {
        progress.reach(this.host, position + 1)
        await progress.allReached(position + 1)
      }
    }
  }

  /** The next group in line, rendering further ahead whenever the line is short or a value has come in. */
  async #next(): Promise<Group | undefined> {
    for (;;) {
      const missing = await this.#ahead.extend()
      const [group] = this.#ahead.queue
      if (group) {
        this.#ahead.queue.shift()
        return group
      }
      if (!missing) return undefined
      await this.#waitFor(missing)
    }
  }

  async #waitFor(missing: NotYet): Promise<void> {
    const { what } = missing
    if (what.kind === 'facts') return this.#context.gather(what.host)
    if (what.kind === 'unknown' || (what.kind === 'pending' && what.host === this.host)) throw missing
    // Others wait for this host only up to its next step, so it must say that it got there.
    this.#context.progress.reach(this.host, this.#ahead.cursor)
    await this.#context.progress.changed()
  }

  async #group(group: Group): Promise<HostEnd | undefined> {
    if (group.step.type === 'play') this.#context.playStarted(group.step.run)
    if (group.step.type === 'flush' && !group.handler) return this.#flush(group)
    if (!group.task) return undefined
    if (isMeta(group.task.module)) return this.#meta(group, group.task.module.meta)
    const verdicts: Verdict[] = []
    for (const work of group.works) {
      this.#context.emit({ type: 'task-start', host: this.host, task: work.name })
      const found = await this.#work(group, work)
      verdicts.push(found)
      this.#report(group, work, found)
    }
    registerGroup(this.#context.store, group, verdicts)
    if (verdicts.some((found) => ['changed', 'would-change', 'would-run'].includes(found.status)))
      this.#notify(group)
    const failed = verdicts.find((found) => found.status === 'failed')
    return failed ? this.#failed(group, failed) : undefined
  }

  async #work(group: Group, work: Work): Promise<Verdict> {
    const settled = localVerdict(work, group)
    if (settled) return settled
    return carryOut(work, group, {
      context: this.#context,
      host: this.host,
      answers: this.#answers,
      upcoming: () => this.#upcoming(group, work),
    })
  }

  /** This work and those behind it that the same round trip may ask for. */
  #upcoming(group: Group, work: Work): readonly Work[] {
    const works: Work[] = []
    const rest = group.works.slice(group.works.indexOf(work))
    for (const next of [{ ...group, works: rest }, ...this.#ahead.queue]) {
      if (next.step.type === 'play' && this.#context.steps.some((step) => isBeyond(step.task))) break
      for (const other of next.works) {
        if (other.rendered.type !== 'ready') continue
        const { kind } = other.rendered
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
      place: showPlace(group.task?.place ?? group.step.run.play.place),
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

  #notify(group: Group): void {
    const names = new Set(group.task?.notify.map((notify) => notify.value))
    for (const handler of group.step.run.handlers) {
      if (names.has(handler.name ?? handler.action) || handler.listen.some((topic) => names.has(topic))) {
        this.#notified.add(handler)
      }
    }
  }

  /** Runs the notified handlers, in the order in which the play lists them. */
  async #flush(group: Group): Promise<HostEnd | undefined> {
    while (this.#notified.size > 0) {
      const notified = this.#notified
      this.#notified = new Set()
      const tasks = group.step.run.handlers.filter((handler) => notified.has(handler))
      const groups = await this.#ahead.handlers(group.step, tasks)
      for (const handler of groups) {
        this.#ahead.queue.shift()
        const ended = await this.#group(handler)
        if (ended) return ended
      }
    }
    return undefined
  }

  async #meta(group: Group, meta: string): Promise<HostEnd | undefined> {
    if (meta === 'flush_handlers') return this.#flush(group)
    if (meta === 'end_host') return 'done'
    return undefined
  }

  #failed(group: Group, found: Verdict): HostEnd | undefined {
    const { run, frames } = group.step
    if (group.task?.anyErrorsFatal?.value === true || run.play.anyErrorsFatal?.value === true) {
      this.#context.progress.stop(`${this.host} failed in a play with any_errors_fatal`)
    }
    if (!group.handler) {
      const position = group.step.position
      this.#context.store.write(
        this.host,
        'ansible_failed_result',
        position,
        new Map(Object.entries(found.result)),
      )
    }
    return this.#fail(frames)
  }

  /** Goes on in a rescue or always part, or ends the host. */
  #fail(frames: readonly Frame[]): HostEnd | undefined {
    const next = afterFailure(frames)
    this.#failing = undefined
    if (!next) return 'failed'
    if (next.rescued) this.tally.rescued()
    else this.#failing = { outer: next.outer }
    this.#ahead.jump(next.position, next.end, next.rescued)
    return undefined
  }

  async #shell(identity: Identity): Promise<Shell> {
    if (this.#context.signal.aborted) {
      throw new HakubeError('interrupted', {
        code: 'interrupted',
        exitCode: EXIT.interrupted,
        host: this.host,
      })
    }
    const shell = await this.#target.connection.shell(identity)
    this.#shells.add(shell)
    return shell
  }
}
