import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Value } from '../value.ts'
import { maskSecrets } from '../yaml/mask.ts'
import { UnhashableError, typedValue } from './literal.ts'

/** The typed value of a text; throws HakubeError where Python's parser dies of it. */
export function typed(text: string, place: Place): Value {
  try {
    return typedValue(text)
  } catch (error) {
    if (!(error instanceof UnhashableError)) throw error
    const hint = text.includes('{{')
      ? `Python reads this template as a set of sets. Put the text in quotes of its own: '"${text}"' on a host line, "${text}" in [group:vars].`
      : 'Quote the value if it is meant as text.'
    throw invalid(`the value ${text} is not valid: ${error.message}`, place, hint)
  }
}

export function invalid(message: string, place: Place, hint?: string): HakubeError {
  // The message often quotes the line, which may hold a password.
  const shown = hint === undefined ? undefined : maskSecrets(hint)
  return new HakubeError(maskSecrets(message), { code: 'inventory-syntax', place, hint: shown })
}
