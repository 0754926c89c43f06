import type { HakubeError, Place } from '../errors.ts'
import { checkValue } from '../jinja/index.ts'
import { LOOKUPS } from '../playbook/environment.ts'
import { isDict, type Value } from '../value.ts'
import type { RawVariables } from '../variables/store.ts'

/** What templates may use: the names of lookups are checked, too. */
export const CHECKS = { lookups: LOOKUPS }

/** The syntax of the templates in variables. */
export function checkVariables(variables: RawVariables): HakubeError[] {
  return [...variables.values()].flatMap(({ value, place }) =>
    place === undefined ? [] : walk(value, place),
  )
}

function walk(value: Value, place: Place): HakubeError[] {
  if (typeof value === 'string') return checkValue(value, place, CHECKS)
  if (Array.isArray(value)) return value.flatMap((item) => walk(item, place))
  if (isDict(value)) return [...value.values()].flatMap((item) => walk(item, place))
  return []
}
