import { homedir } from 'node:os'
import { str } from '../jinja/index.ts'
import { humanToBytes } from '../jinja/filters/sizes.ts'
import { parseJson, parseLiteral } from '../jinja/literal.ts'
import { didYouMean } from '../suggest.ts'
import { truthOf } from '../truth.ts'
import { Float, float, isDict, toJson, type Dict, type Value } from '../value.ts'
import { splitKeyValue } from '../playbook/key-value.ts'

/** The value as an argument of this type, undefined where it cannot be one. */
type Convert = (value: Value) => Value | undefined

/** Ansible's types of arguments, which take what they can make something of. */
export const ARGUMENT_TYPES: Readonly<Record<string, { means: string; convert: Convert }>> = {
  str: { means: 'text', convert: str },
  path: { means: 'a path', convert: (value) => str(value).replace(/^~(?=\/|$)/, homedir()) },
  raw: { means: 'anything', convert: (value) => value },
  bool: { means: 'yes or no', convert: toBool },
  int: { means: 'a whole number', convert: toInt },
  float: { means: 'a number', convert: toFloat },
  list: { means: 'a list', convert: toList },
  dict: { means: 'a mapping', convert: toDict },
  json: { means: 'JSON', convert: toJsonText },
  jsonarg: { means: 'JSON', convert: toJsonText },
  bytes: { means: 'a size such as 10M', convert: (value) => toSize(value, false) },
  bits: { means: 'a size such as 10Mb', convert: (value) => toSize(value, true) },
}

/** What people write who do not know Ansible's names by heart. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  string: 'str',
  text: 'str',
  integer: 'int',
  boolean: 'bool',
  number: 'float',
  array: 'list',
  object: 'dict',
  map: 'dict',
  mapping: 'dict',
  hash: 'dict',
}

/** What to write instead of a type that there is not. */
export function typeHint(name: string): string {
  const own = OTHER_NAMES[name.toLowerCase()]
  if (own !== undefined) return `write ${own}`
  const names = Object.keys(ARGUMENT_TYPES)
  return didYouMean(name, names) ?? `there are ${names.join(', ')}`
}

function isNumber(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float
}

function toBool(value: Value): Value | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string' && !isNumber(value)) return undefined
  return truthOf(str(value).trim())
}

function toInt(value: Value): Value | undefined {
  if (typeof value === 'boolean' || typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  if (typeof value !== 'string' || !/^\s*[-+]?\d+(?:_\d+)*\s*$/.test(value)) return undefined
  const number = Number(value.replaceAll('_', ''))
  return Number.isSafeInteger(number) ? number : BigInt(value.trim().replaceAll('_', ''))
}

function toFloat(value: Value): Value | undefined {
  if (typeof value === 'boolean') return float(value ? 1 : 0)
  if (isNumber(value)) return value instanceof Float ? value : float(Number(value))
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value.trim())
  return Number.isNaN(number) ? undefined : float(number)
}

/** Text is split at its commas. */
function toList(value: Value): Value | undefined {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return value.split(',')
  return typeof value === 'boolean' || isNumber(value) ? [str(value)] : undefined
}

/** Text may be JSON, a literal of Python, or `a=1, b=2`. */
function toDict(value: Value): Dict | undefined {
  if (isDict(value)) return value
  if (typeof value !== 'string') return undefined
  if (value.startsWith('{')) {
    const parsed = parseJson(value) ?? parseLiteral(value)
    return isDict(parsed) ? parsed : undefined
  }
  if (!value.includes('=')) return undefined
  const { pairs, free } = splitKeyValue(value.replaceAll(',', ' '))
  return free === '' ? new Map(pairs) : undefined
}

function toJsonText(value: Value): Value | undefined {
  if (typeof value === 'string') return value.trim()
  return Array.isArray(value) || isDict(value) ? JSON.stringify(toJson(value)) : undefined
}

function toSize(value: Value, bits: boolean): Value | undefined {
  try {
    return humanToBytes(str(value), undefined, bits)
  } catch {
    return undefined
  }
}
