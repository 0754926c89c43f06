import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import { float } from '../value.ts'
import type { ScalarValue } from './node.ts'
import { plainScalar } from './scalar.ts'

const CORE = 'tag:yaml.org,2002:'

interface Context {
  tags: ReadonlyMap<string, (text: string) => string>
  errors: HakubeError[]
}

/** The value of a scalar with an explicit tag. Tags that are not understood are refused. */
export function scalarTag(tag: string, text: string, place: Place, context: Context): ScalarValue {
  if (tag === '!' || tag === `${CORE}str`) return text
  const custom = context.tags.get(tag)
  if (custom) return custom(text)
  if (tag.startsWith(CORE)) {
    const value = coreValue(tag.slice(CORE.length), text)
    if (value !== undefined) return value
  }
  context.errors.push(refusal(tag, text, place))
  return null
}

/** Checks the tag of a mapping or sequence. */
export function collectionTag(
  tag: string | undefined,
  kind: 'map' | 'seq',
  place: Place,
  errors: HakubeError[],
): void {
  if (tag === undefined || tag === '!' || tag === CORE + kind) return
  errors.push(refusal(tag, '', place))
}

/** The value if the text is of the type that the tag names. */
function coreValue(type: string, text: string): ScalarValue | undefined {
  const value = plainScalar(text)
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  if (type === 'null' && value === null) return null
  if (type === 'bool' && typeof value === 'boolean') return value
  if (type === 'int' && (typeof value === 'bigint' || Number.isInteger(value))) return value
  if (type === 'float' && typeof value === 'object' && value !== null) return value
  if (type === 'float' && isNumber) return float(Number(value))
  return undefined
}

function refusal(tag: string, text: string, place: Place): HakubeError {
  const name = tag.startsWith(CORE) ? `!!${tag.slice(CORE.length)}` : tag
  if (name === '!vault' || name === '!vault-encrypted') {
    return new HakubeError('values encrypted with ansible-vault are not supported', {
      code: 'yaml-vault',
      place,
      hint: 'Decrypt the value, or pass it with -e from a file that only you can read.',
    })
  }
  if (name === '!unsafe') {
    return new HakubeError('the tag !unsafe is not supported', {
      code: 'yaml-tag',
      place,
      hint: 'Write the text with {% raw %}…{% endraw %} so that it is not taken for a template.',
    })
  }
  const fits = ['!!int', '!!float', '!!bool', '!!null'].includes(name)
  const message = fits ? `"${text}" does not fit the tag ${name}` : `the tag ${name} is not supported`
  const hint = 'Supported are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq.'
  return new HakubeError(message, { code: 'yaml-tag', place, hint: fits ? undefined : hint })
}
