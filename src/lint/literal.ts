import { hasTemplate } from '../playbook/reader.ts'
import { toJson, type Value } from '../value.ts'
import type { Loop } from '../playbook/model.ts'

/**
 * The texts that an argument can come to, as far as that shows without a run: itself, or one for each item of a loop
 * over written items. Undefined where it hangs on a variable.
 */
export function literalTexts(value: Value | undefined, loop: Loop | undefined): string[] | undefined {
  if (typeof value !== 'string') return undefined
  if (!hasTemplate(value)) return [value]
  if (!loop || (loop.style !== 'list' && loop.style !== 'flatten')) return undefined
  const items = toJson(loop.items.value)
  if (!Array.isArray(items) || hasTemplate(loop.items.value)) return undefined
  const texts = items.map((item) => filled(value, loop.control.loopVar, item))
  return texts.every((text) => text !== undefined) ? texts : undefined
}

/** The text with `{{ item }}` and `{{ item.key }}` filled in; undefined if that is not all there is to fill in. */
function filled(text: string, loopVar: string, item: unknown): string | undefined {
  const field = /\.(\w+)|\[['"](\w+)['"]\]/.source
  const pattern = new RegExp(`\\{\\{\\s*${loopVar}(?:${field})?\\s*\\}\\}`, 'g')
  const out = text.replace(pattern, (whole, dotted?: string, quoted?: string) => {
    const value = pick(item, dotted ?? quoted)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
  return hasTemplate(out) ? undefined : out
}

function pick(item: unknown, key: string | undefined): unknown {
  if (key === undefined) return item
  return new Map(Object.entries(item ?? {})).get(key)
}
