import type { HostRun } from '../converge.ts'
import type { RunContext } from '../converge/context.ts'
import { HakubeErrors, isKnown, throwAll, type HakubeError } from '../errors.ts'
import type { NotYet } from '../variables/not-yet.ts'

/**
 * Renders everything that the facts allow before the first change. Position by position over all hosts, because
 * hosts read each other's variables. Mistakes of all hosts are reported together.
 */
export async function renderAhead(runs: readonly HostRun[], context: RunContext): Promise<void> {
  const problems = new Map<string, HakubeError>()
  const stuck = new Set<HostRun>()
  const { line } = context
  // What an include brings comes in behind its step while this goes on.
  for (let at = 0; at < line.end; at = line.next(at)) {
    // Step by step: what an include brings is looked at when it is known of all hosts whether they take part.
    const step = line.at(at)
    const limit = step ? step.position + step.room * 2 ** -20 : line.end
    for (const one of runs) {
      if (stuck.has(one)) continue
      try {
        const missing = await prepared(one, limit, context)
        if (missing) stuck.add(one)
      } catch (error) {
        if (!isKnown(error)) throw error
        stuck.add(one)
        for (const problem of error instanceof HakubeErrors ? error.errors : [error]) {
          problems.set(`${problem.message} ${JSON.stringify(problem.place)}`, problem)
        }
      }
    }
  }
  throwAll([...problems.values()])
}

/** Renders up to a position; gathers the facts of other hosts where they are read. */
async function prepared(one: HostRun, limit: number, context: RunContext): Promise<NotYet | undefined> {
  for (;;) {
    const missing = await one.prepare(limit)
    if (missing?.what.kind !== 'facts') return missing
    await context.gather(missing.what.host)
  }
}
