import jmespath from 'jmespath'
import { Float } from '../../value.ts'
import { REQUIRED, textArgument } from '../arguments.ts'
import { Mistake } from '../mistakes.ts'
import { type Item, Opaque } from '../things.ts'
import { filter, type Filters } from './define.ts'

/** Queries in JMESPath. */
export const jsonQuery: Filters = {
  json_query: filter({ expr: REQUIRED }, (value, { expr }) => {
    const query = textArgument(expr, 'the query')
    const data = plainData(value)
    try {
      // Its types promise anything; what comes back is made of what went in, and is read as such.
      const found: unknown = jmespath.search(data, query)
      return asItem(found)
    } catch (error) {
      if (error instanceof Mistake || !(error instanceof Error)) throw error
      throw new Mistake(`the query ${JSON.stringify(query)} failed: ${error.message}`, {
        hint: 'JMESPath puts texts in single quotes, and numbers in backticks: [?port==`80`].',
      })
    }
  }),
}

/** The data as jmespath reads it. No object has a prototype, so that a query finds keys and nothing else. */
function plainData(item: Item): unknown {
  if (Array.isArray(item)) return item.map(plainData)
  if (item instanceof Map) {
    const out: Record<string, unknown> = Object.setPrototypeOf({}, null)
    for (const [key, inner] of item) out[String(key)] = plainData(inner)
    return out
  }
  if (item instanceof Float) return item.value
  if (typeof item === 'bigint') return Number(item)
  const elements = item instanceof Opaque ? item.elements() : undefined
  return elements ? Array.from(elements, plainData) : item
}

function asItem(found: unknown): Item {
  if (found === null || found === undefined) return null
  if (typeof found === 'string' || typeof found === 'boolean' || typeof found === 'number') return found
  if (Array.isArray(found)) return found.map(asItem)
  if (typeof found === 'object') {
    return new Map(Object.entries(found).map(([key, inner]): [string, Item] => [key, asItem(inner)]))
  }
  throw new Mistake('the query gives no data')
}
