import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import { float } from '../value.ts'
import { EncryptedText } from '../vault/encrypted-text.ts'
import type { PlaceAt } from '../vault/envelope.ts'
import type { ScalarValue } from './node.ts'
import { plainScalar } from './scalar.ts'

const CORE = 'tag:yaml.org,2002:'

/** Reads the text of a scalar with a tag of its own. It may throw HakubeError, with a place in the text. */
export type TagReader = (text: string, placeAt: PlaceAt) => ScalarValue

const encrypted: TagReader = (text, placeAt) => new EncryptedText(text, placeAt)

/** The tags that Ansible's files may have beside YAML's own. */
export const FILE_TAGS: ReadonlyMap<string, TagReader> = new Map([
  ['!vault', encrypted],
  ['!vault-encrypted', encrypted],
])

interface Context {
  tags: ReadonlyMap<string, TagReader>
  errors: HakubeError[]
}

/** A scalar with an explicit tag. */
export interface Tagged {
  tag: string
  text: string
  place: Place
  /** Where a line of its text stands in the file. */
  placeAt: PlaceAt
}

/** The value of a scalar with an explicit tag. Tags that are not understood are refused. */
export function scalarTag({ tag, text, place, placeAt }: Tagged, context: Context): ScalarValue {
  if (tag === '!' || tag === `${CORE}str`) return text
  const custom = context.tags.get(tag)
  if (custom) return readCustom(custom, text, placeAt, context.errors)
  if (tag.startsWith(CORE)) {
    const value = coreValue(tag.slice(CORE.length), text)
    if (value !== undefined) return value
  }
  context.errors.push(refusal(tag, text, place))
  return null
}

function readCustom(read: TagReader, text: string, placeAt: PlaceAt, errors: HakubeError[]): ScalarValue {
  try {
    return read(text, placeAt)
  } catch (error) {
    if (!(error instanceof HakubeError)) throw error
    errors.push(error)
    return null
  }
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
    return new HakubeError('a value encrypted by Ansible Vault must be text in a file', {
      code: 'yaml-vault',
      place,
      hint: 'Write "!vault |" and the encrypted text in the lines below it.',
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
