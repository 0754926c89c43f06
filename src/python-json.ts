import { repr } from './jinja/index.ts'
import { Float, fromJson, isDict, type Key, type Value } from './value.ts'

/** JSON as Python's json.dumps writes it: blanks behind , and : and nothing but ASCII. Takes Values and JSON. */
export function pyJson(value: unknown): string {
  return written(fromJson(value))
}

function written(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (isDict(value)) {
    const pairs = [...value].map(([key, item]) => `${written(keyText(key))}: ${written(item)}`)
    return `{${pairs.join(', ')}}`
  }
  if (value instanceof Float || typeof value === 'number' || typeof value === 'bigint') return repr(value)
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function keyText(key: Key): string {
  return typeof key === 'string' ? key : written(key)
}
