/**
 * The values that variables, facts and module arguments are made of: Python's data model as far as it shows
 * in Ansible (dicts keep their order, 1.0 is not 1, integers have no upper limit).
 */
export type Value = null | boolean | number | bigint | string | Float | Value[] | Dict

/** A Python dict: ordered, keyed by scalars. LazyDict is one too, so a consumer needs to know only Map. */
export type Dict = Map<Key, Value>
export type Key = string | number | bigint | boolean | null

/**
 * A Python float whose value is integral (1.0). A JavaScript number is an int when it is integral and a float
 * otherwise, so only these need a wrapper. Make floats with `float()`.
 */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** The float of this value: wrapped where JavaScript would take it for an int. */
export function float(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value
}

export function isDict(value: unknown): value is Dict {
  return value instanceof Map
}

/** A dict from a plain object; values must be Values already. */
export function dict(entries: Record<string, Value | undefined>): Dict {
  const out: Dict = new Map()
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) out.set(key, value)
  return out
}

/** Converts what JSON.parse gives into Values (objects become dicts in their order); what are Values stay so. */
export function fromJson(json: unknown): Value {
  if (json === null || json === undefined) return null
  if (json instanceof Float || typeof json === 'bigint') return json
  if (isDict(json)) return new Map([...json].map(([key, item]) => [key, fromJson(item)]))
  if (Array.isArray(json)) return json.map(fromJson)
  if (typeof json === 'object') {
    return new Map(Object.entries(json).map(([key, value]): [Key, Value] => [key, fromJson(value)]))
  }
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json
  throw new TypeError(`not JSON: ${typeof json}`)
}

/** What JSON.stringify can print: dicts become objects; floats and big integers become numbers. */
export function toJson(value: Value): unknown {
  if (Array.isArray(value)) return value.map(toJson)
  if (isDict(value)) {
    // A null prototype, so that a key called __proto__ is only a key.
    const out: Record<string, unknown> = Object.setPrototypeOf({}, null)
    for (const [key, item] of value) out[jsonKey(key)] = toJson(item)
    return out
  }
  if (value instanceof Float) return value.value
  if (typeof value === 'bigint') return Number(value)
  return value
}

function jsonKey(key: Key): string {
  return key === null ? 'null' : String(key)
}
