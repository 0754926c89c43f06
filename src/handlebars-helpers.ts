import Handlebars from 'handlebars'
import { Float, isDict } from './value.ts'

type Helper = (this: unknown, ...given: unknown[]) => unknown

/** The helpers of .hbs templates beside Handlebars' own. The last argument is Handlebars' and is left out. */
export const helpers: Record<string, Helper> = {
  eq: (first, second) => plain(first) === plain(second),
  not: (value) => !truthy(value),
  and: (...given) => given.slice(0, -1).every(truthy),
  or: (...given) => given.slice(0, -1).some(truthy),
  length: (value) => size(value),
  join: (value, separator) => {
    if (!Array.isArray(value)) throw new TypeError('join takes a list')
    return value.map(String).join(typeof separator === 'string' ? separator : '')
  },
  // Handlebars would walk a dict as a list of pairs.
  each(this: unknown, context, options) {
    const entries = isDict(context) ? Object.fromEntries(context) : context
    return Handlebars.helpers['each']?.call(this, entries, options)
  },
  if(this: unknown, value, options) {
    return Handlebars.helpers['if']?.call(this, truthy(value), options)
  },
  unless(this: unknown, value, options) {
    return Handlebars.helpers['unless']?.call(this, truthy(value), options)
  },
}

/** Python's truth, so that {{#if}} and `when` agree: an empty dict is false. */
function truthy(value: unknown): boolean {
  if (value instanceof Float) return value.value !== 0
  if (Array.isArray(value) || isDict(value)) return size(value) > 0
  return Boolean(value)
}

function size(value: unknown): number {
  if (isDict(value)) return value.size
  if (Array.isArray(value) || typeof value === 'string') return value.length
  throw new TypeError('length takes a list, a dict or a text')
}

function plain(value: unknown): unknown {
  return value instanceof Float ? value.value : value
}
