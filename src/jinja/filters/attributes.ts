import { item as itemOf } from '../access.ts'
import { Mistake } from '../mistakes.ts'
import type { Runtime } from '../runtime.ts'
import type { Item } from '../things.ts'
import { Undefined } from '../undefined.ts'

/** Follows `a.b.0` into an item; `fallback` replaces what is missing. */
export function attributeGetter(path: Item, runtime: Runtime, fallback?: Item): (item: Item) => Item {
  const parts = pathParts(path)
  return (start) => {
    let at = start
    for (const part of parts) {
      at = itemOf(at, part, runtime)
      if (fallback !== undefined && fallback !== null && at instanceof Undefined) at = fallback
    }
    return at
  }
}

function pathParts(path: Item): (string | number)[] {
  if (path === null) return []
  if (typeof path === 'number') return [path]
  if (typeof path !== 'string') throw new Mistake('an attribute is named by a string or a number')
  return path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

/** For sorting by several attributes: `a,b.c`. */
export function attributesGetter(paths: Item, runtime: Runtime): (item: Item) => Item[] {
  const getters = (typeof paths === 'string' ? paths.split(',') : [paths]).map((path) =>
    attributeGetter(path, runtime),
  )
  return (item) => getters.map((get) => get(item))
}

/** Texts compare without regard to case unless asked otherwise. */
export function folded(item: Item): Item {
  return typeof item === 'string' ? item.toLowerCase() : item
}
