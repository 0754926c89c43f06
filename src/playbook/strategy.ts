import { HakubeError, type Place } from '../errors.ts'
import { didYouMean } from '../suggest.ts'

/** `free`: nobody waits for other hosts within the play. */
export type Strategy = 'linear' | 'free'

/** Names of strategies by what they are here; `host_pinned` differs from `free` by the use of forks only. */
const STRATEGIES: ReadonlyMap<string, Strategy> = new Map(
  (['linear', 'free', 'host_pinned'] as const).flatMap((name) => {
    const meant = name === 'linear' ? name : 'free'
    return [name, `ansible.builtin.${name}`, `ansible.legacy.${name}`].map((one) => [one, meant] as const)
  }),
)

/** Throws HakubeError for a strategy that there is not. */
export function strategyOf(word: string, place: Place | undefined): Strategy {
  const known = STRATEGIES.get(word)
  if (known) return known
  const isDebug = /^(?:ansible\.(?:builtin|legacy)\.)?debug$/.test(word)
  throw new HakubeError(`the strategy ${word} is not supported`, {
    code: 'wrong-strategy',
    place,
    hint: isDebug
      ? 'hakube has no debugger; -v gives the reason of every step. Leave the strategy out'
      : (didYouMean(word, [...STRATEGIES.keys()]) ?? 'write linear, free or host_pinned'),
  })
}
