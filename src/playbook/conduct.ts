import { HakubeError } from '../errors.ts'
import { wrongSubset } from '../facts/subsets.ts'
import { toJson } from '../value.ts'
import type { YamlNode } from '../yaml/load.ts'
import type { Located } from './model.ts'
import { hasTemplate, type Reader } from './reader.ts'
import { boolean } from './settings.ts'
import { strategyOf, type Strategy } from './strategy.ts'

/** How the hosts of a play go together, and what becomes of it where some of them fail. */
export interface Conduct {
  strategy: Strategy
  /** What was notified runs also on a host that has failed. */
  forceHandlers: boolean
  /** More failed hosts than this many of a hundred end the run for all; undefined: all of a batch. */
  maxFail: number | undefined
}

export const USUAL_CONDUCT: Conduct = { strategy: 'linear', forceHandlers: false, maxFail: undefined }

/** The keywords of a play that say it, unrendered. */
export interface ConductKeywords {
  strategy?: Located
  forceHandlers?: Located
  maxFailPercentage?: Located
}

export function readConduct(reader: Reader, keys: ReadonlyMap<string, YamlNode>): ConductKeywords {
  checkGathering(reader, keys)
  const [strategy, forceHandlers, maxFailPercentage] = [
    'strategy',
    'force_handlers',
    'max_fail_percentage',
  ].map((name) => reader.located(keys.get(name)))
  return {
    ...(strategy && { strategy }),
    ...(forceHandlers && { forceHandlers }),
    ...(maxFailPercentage && { maxFailPercentage }),
  }
}

/** gather_subset and gather_timeout change nothing here, but what makes no sense is refused. */
function checkGathering(reader: Reader, keys: ReadonlyMap<string, YamlNode>): void {
  const subset = keys.get('gather_subset')
  for (const { value, place } of reader.texts(subset, 'gather_subset')) {
    const wrong = hasTemplate(value) ? undefined : wrongSubset(value.split(','))
    if (wrong) reader.problem(wrong.message, place, wrong.hint)
  }
  reader.text(keys.get('gather_timeout'), 'gather_timeout')
}

/**
 * Reads what a play says, `rendered` by the variables of the play; what it does not say is as in `usual`.
 * Throws HakubeError for a word or number that makes no sense.
 */
export function conductOf(
  { strategy, forceHandlers, maxFailPercentage }: ConductKeywords,
  rendered: (located: Located | undefined) => Located | undefined,
  usual: Pick<Conduct, 'strategy' | 'forceHandlers'>,
): Conduct {
  const [named, forced, most] = [rendered(strategy), rendered(forceHandlers), rendered(maxFailPercentage)]
  return {
    strategy: named ? strategyOf(String(toJson(named.value)), named.place) : usual.strategy,
    forceHandlers: forced ? boolean(forced.value, forced) : usual.forceHandlers,
    maxFail: most && percentage(most),
  }
}

function percentage({ value, place }: Located): number {
  const number = Number(String(toJson(value)).replace(/%$/, ''))
  if (value !== null && value !== '' && Number.isFinite(number)) return number
  throw new HakubeError(`max_fail_percentage: ${String(toJson(value))} is no number`, {
    code: 'not-a-number',
    place,
    hint: 'write how many of a hundred hosts may fail, such as 30',
  })
}
