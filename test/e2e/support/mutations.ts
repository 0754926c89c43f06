import { type Tried, predict, report } from './campaign.ts'
import type { EffectsWatch } from './effects.ts'
import { type Exchanges, NotRecorded } from './exchanges.ts'
import { compare } from './prediction.ts'

/** Effects that were seen in predictions, by shape, and which of their shapes some list notices the lack of. */
export interface Mutations {
  seen: Map<string, number>
  killed: Set<string>
  replays: number
}

/**
 * Repeats the predictions of a family without the hosts, each time with one effect left out, until every shape of
 * effect was missed once: the prediction no longer comes true.
 */
export async function mutate(
  all: readonly Tried[],
  { exchanges, watch }: { exchanges: Exchanges; watch: EffectsWatch },
): Promise<Mutations> {
  const out: Mutations = { seen: new Map(), killed: new Set(), replays: 0 }
  const replay = async (tried: Tried, drop?: number): Promise<readonly string[]> => {
    out.replays++
    const { list, host, folder, real, afterwards } = tried
    watch.start(list.family, drop)
    try {
      const predicted = await exchanges.replay(host, tried.asked, () => predict(list, host, folder))
      return compare(predicted, real, afterwards)
    } catch (error) {
      // Other questions than those that were asked: nothing can be said.
      if (drop !== undefined && error instanceof NotRecorded) return []
      throw error
    } finally {
      watch.stop()
    }
  }
  for (const tried of all) {
    if (tried.problems.length > 0) continue
    const problems = await replay(tried)
    if (problems.length > 0)
      throw new Error(`a replay differs from the run:\n${problems.join('\n')}\n${report(tried)}`)
    const shapes = [...watch.seen]
    for (const shape of shapes) out.seen.set(shape, (out.seen.get(shape) ?? 0) + 1)
    for (const [at, shape] of shapes.entries()) {
      if (!out.killed.has(shape) && (await replay(tried, at)).length > 0) out.killed.add(shape)
    }
  }
  return out
}
