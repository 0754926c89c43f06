import type { Frame, Span } from '../playbook/step.ts'

/** Where a host goes on after a task failed. */
export interface Catch {
  position: number
  part: 'rescue' | 'always'
  span: Span
  /** Frames around that block: where the next failure goes. */
  outer: readonly Frame[]
}

/** Where a host goes on after a task failed: into a rescue, an always, or nowhere. */
export function afterFailure(frames: readonly Frame[]): Catch | undefined {
  for (let index = frames.length - 1; index >= 0; index--) {
    const frame = frames[index]
    if (!frame) continue
    const { span, part } = frame
    const outer = frames.slice(0, index)
    if (part === 'block' && span.rescueAt < span.alwaysAt) {
      return { position: span.rescueAt, part: 'rescue', span, outer }
    }
    if (part !== 'always' && span.alwaysAt < span.end) {
      return { position: span.alwaysAt, part: 'always', span, outer }
    }
  }
  return undefined
}

/** A jump in the program, and how many failures it has made good. */
export interface Landing {
  position: number
  /** Where rendering ends for now: an always part after which the failure goes on. */
  end: number | undefined
  rescued: { span: Span; failures: number } | undefined
}

/** The failures of one host that nothing has rescued yet, while always parts run. */
export class Failing {
  readonly #blocks: { span: Span; outer: readonly Frame[]; failures: number; stopping?: true }[] = []

  get none(): boolean {
    return this.#blocks.length === 0
  }

  /** A task inside these frames has failed (so many times, for the items of a loop). Undefined ends the host. */
  fail(frames: readonly Frame[], failures: number): Landing | undefined {
    const next = afterFailure(frames)
    if (!next) return undefined
    const inside = new Set(next.outer.map((frame) => frame.span))
    let count = failures
    // What is caught inside of an always part leaves the failure before that part as it was.
    for (;;) {
      const innermost = this.#blocks.at(-1)
      if (!innermost || inside.has(innermost.span)) break
      count += innermost.failures
      this.#blocks.pop()
    }
    if (next.part === 'rescue') {
      const rescued = { span: next.span, failures: count }
      return { position: next.position, end: this.#blocks.at(-1)?.span.end, rescued }
    }
    this.#blocks.push({ span: next.span, outer: next.outer, failures: count })
    return { position: next.position, end: next.span.end, rescued: undefined }
  }

  /** The innermost always part is through: its failure goes on outwards. */
  goOn(): Landing | undefined {
    const innermost = this.#blocks.at(-1)
    if (innermost?.stopping !== true) return this.fail(innermost?.outer ?? [], 0)
    this.#blocks.pop()
    return this.stop(innermost.outer)
  }

  /** Whether it is no failure of this host that has always parts run, but the end of the run. */
  get isStopping(): boolean {
    return this.#blocks.at(-1)?.stopping === true
  }

  /**
   * The run ends for the host amid these frames: always parts around it run, and no rescue. `here`: where it stands, if it
   * is in such a part. Undefined where there is none.
   */
  stop(frames: readonly Frame[], here = -Infinity): Landing | undefined {
    const index = frames.findLastIndex(({ span }) => span.alwaysAt < span.end)
    const frame = frames[index]
    if (!frame) return undefined
    const { span, part } = frame
    this.#blocks.push({ span, outer: frames.slice(0, index), failures: 0, stopping: true })
    const position = part === 'always' ? Math.max(here, span.alwaysAt) : span.alwaysAt
    return { position, end: span.end, rescued: undefined }
  }
}
