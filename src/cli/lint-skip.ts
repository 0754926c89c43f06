import { HakubeError } from '../errors.ts'
import { RULES } from '../lint/rules/index.ts'
import { didYouMean } from '../suggest.ts'

/** The ids behind --skip, ansible-lint's names too. Throws HakubeError `lint-skip` for one that is none. */
export function skippedIds(given: readonly string[]): ReadonlySet<string> {
  const known = RULES.flatMap(({ id, alsoKnownAs }) => [id, ...alsoKnownAs])
  for (const id of given) {
    if (known.includes(id)) continue
    throw new HakubeError(`there is no advice ${id}`, {
      code: 'lint-skip',
      hint: didYouMean(id, known) ?? 'docs/lint.md lists the ids',
      docs: 'lint.md',
    })
  }
  return new Set(given)
}
