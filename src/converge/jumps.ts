import type { Frame, Span, Step } from '../playbook/step.ts'
import type { Group } from '../playbook/work.ts'
import { dict, type Value } from '../value.ts'
import type { HostEnd, RunContext } from './context.ts'
import { Failing, type Landing } from './failing.ts'
import type { Lookahead } from './lookahead.ts'
import type { Tally } from './tally.ts'
import { loopResult } from './register.ts'
import { registered, type Verdict } from './verdict.ts'

/** Where one host goes on after a failure, and elsewhere than at its next step. */
export class Jumps {
  /** How often the host went on elsewhere in the program. */
  count = 0
  readonly #context: RunContext
  readonly #host: string
  readonly #ahead: Lookahead
  readonly #tally: Tally
  readonly #failing = new Failing()

  constructor(context: RunContext, host: string, ahead: Lookahead, tally: Tally) {
    this.#context = context
    this.#host = host
    this.#ahead = ahead
    this.#tally = tally
  }

  /** Whether a failure is open that nothing has rescued: its always parts run. */
  get isFailing(): boolean {
    return !this.#failing.none
  }

  /** A task has failed: goes on in a rescue or always part, or ends the host. */
  fail(group: Group, verdicts: readonly Verdict[], counted?: number): HostEnd | undefined {
    const failures = verdicts.filter((found) => found.status === 'failed')
    const [first] = failures
    const position = group.works.at(-1)?.scope.position ?? group.step.position
    const write = (name: string, value: Value) => this.#context.store.write(this.#host, name, position, value)
    if (first) write('ansible_failed_result', group.looped ? loopResult(group, verdicts) : registered(first))
    const name = group.works[0]?.name ?? ''
    write('ansible_failed_task', dict({ name, action: group.task?.action ?? '' }))
    return this.#land(position, this.#failing.fail(group.step.frames, counted ?? failures.length))
  }

  /** The innermost always part is through: its failure goes on outwards. */
  goOn(): HostEnd | undefined {
    const { isStopping } = this.#failing
    const ended = this.#land(this.#context.line.end, this.#failing.goOn())
    return ended && isStopping ? 'stopped' : ended
  }

  /** The run ends amid a step: goes on in the always parts of the blocks that the host is in. False where there is none. */
  stop({ position, frames, room }: Step): boolean {
    const isIn = ({ span }: Frame) =>
      this.#context.line.steps.some(
        (step) =>
          step.position < position &&
          step.frames.some((frame) => frame.span === span) &&
          step.inclusions.every(({ hosts }) => hosts.has(this.#host)),
      )
    const landing = this.#failing.stop(frames.filter(isIn), position)
    if (landing) this.jump(position - room * 2 ** -30, landing.position, landing.end)
    return landing !== undefined
  }

  jump(from: number, position: number, end?: number, rescued?: Span): void {
    this.count++
    this.#context.line.leave(this.#host, Math.min(from, this.#ahead.end), position)
    this.#ahead.jump(from, position, end, rescued)
  }

  #land(from: number, landing: Landing | undefined): HostEnd | undefined {
    if (!landing) {
      this.#context.line.leave(this.#host, Math.min(from, this.#ahead.end), Infinity)
      return 'failed'
    }
    const { position, end, rescued } = landing
    if (rescued) this.#tally.rescued(rescued.failures)
    this.jump(from, position, end, rescued?.span)
    return undefined
  }
}
