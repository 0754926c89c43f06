import type { Place } from '../../src/errors.ts'
import { type Environment, renderValue, type Scope, staysText } from '../../src/jinja/index.ts'
import type { Dict, Value } from '../../src/value.ts'

export const PLACE: Place = { file: 'play.yml', line: 1, column: 1 }

/** Variables whose texts are templates themselves, rendered when they are looked up. */
export function lazyScope(vars: Dict, environment: Environment = {}): Scope {
  const scope: Scope = {
    lookup: (name) => {
      const value = vars.get(name)
      return value === undefined ? undefined : deep(value)
    },
    names: () => [...vars.keys()].map(String),
    keepsText: ([name, ...keys], text) =>
      staysText(vars.get(name) ?? null, keys, text, { place: PLACE, scope, environment }),
  }
  const deep = (value: Value): Value => {
    if (typeof value === 'string') return renderValue(value, PLACE, scope, environment)
    if (Array.isArray(value)) return value.map(deep)
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, deep(item)]))
    return value
  }
  return scope
}
