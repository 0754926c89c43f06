import { isInclude, type Task } from '../playbook/model.ts'
import type { Step } from '../playbook/step.ts'
import type { Group } from '../playbook/work.ts'
import type { HostEnd, RunContext } from './context.ts'
import type { Jumps } from './jumps.ts'
import type { Lookahead } from './lookahead.ts'
import type { Meeting } from './meeting.ts'
import { doubtful, type Notified } from './notified.ts'

/** What a flush needs of the walk of its host. */
interface Walk {
  context: RunContext
  host: string
  ahead: Lookahead
  notified: Notified
  jumps: Jumps
  meeting: Meeting
  work: (group: Group) => Promise<HostEnd | undefined>
  /** Whether what was worked on last comes again. */
  comesAgain: () => boolean
}

/** Runs the handlers of one host that were notified. */
export class Flush {
  readonly #walk: Walk
  /** The flush that comes again, and the handler behind which it goes on. */
  #stoodAt: { step: Step; last: Task | undefined } | undefined

  constructor(walk: Walk) {
    this.#walk = walk
  }

  /** In the order in which the play lists them. One pass, as in Ansible: who is notified among those before runs next time. */
  async run(step: Step): Promise<HostEnd | undefined> {
    const { context, ahead, notified, meeting } = this.#walk
    const { after } = step
    if (after && this.#hasMore(step, after)) return undefined
    let last = this.#stoodAt?.step === step ? this.#stoodAt.last : after?.handler
    this.#stoodAt = undefined
    for (;;) {
      const todo = notified.of(step, last)
      if (todo.length === 0) {
        ahead.flushed(step)
        return undefined
      }
      const seen = context.progress.version
      const { groups, missing } = await ahead.handlers(step, todo)
      if (groups.length === 0 && missing) await meeting.waitFor(missing, seen, step.position, false)
      for (const [index, group] of groups.entries()) {
        ahead.queue.shift()
        const done = await this.#handler(step, group, last)
        if (done.through) return done.ended
        last = group.task
        const next = groups[index + 1]
        if (!next || notified.of(step, last)[0] === next.task) continue
        // One before it was notified meanwhile.
        ahead.queue.splice(0, groups.length - index - 1)
        break
      }
    }
  }

  async #handler(
    step: Step,
    group: Group,
    last: Task | undefined,
  ): Promise<{ through: boolean; ended?: HostEnd | undefined }> {
    const { context, ahead, notified, jumps, work, comesAgain } = this.#walk
    const doubt = group.follows ? undefined : notified.take(group.task)
    const before = jumps.count
    const ended = await work(doubt === undefined ? group : doubtful(group, doubt))
    // Until another host has run it, this one may have to.
    if (group.follows && context.once.result(group.follows)) notified.take(group.task)
    if (comesAgain()) this.#stoodAt = { step, last }
    // The handlers behind one that failed and was rescued run at the next flush.
    if (ended || jumps.count !== before) return { through: true, ended }
    const isIncluding =
      group.task !== undefined &&
      isInclude(group.task) &&
      group.works.some(({ rendered }) => rendered.type === 'ready')
    if (isIncluding) {
      jumps.count++
      const done = group.works.at(-1)?.scope.position ?? step.position
      ahead.rewind(done, context.line.next(step.position))
    }
    return { through: isIncluding }
  }

  /** Whether another item of the loop of a handler that includes has brought tasks, which come before the other handlers. */
  #hasMore({ position }: Step, { handler, flush }: NonNullable<Step['after']>): boolean {
    const { context, host } = this.#walk
    return context.line.steps.some(
      ({ after, position: at, inclusions }) =>
        after?.handler === handler &&
        after.flush === flush &&
        at > position &&
        inclusions.every(({ hosts }) => hosts.has(host)),
    )
  }
}
