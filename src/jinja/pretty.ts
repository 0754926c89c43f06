import { spend } from './budget.ts'
import { order, typeName } from './compare.ts'
import { splitLines } from './methods/text-cut.ts'
import { Mistake } from './mistakes.ts'
import { repr } from './print.ts'
import { type Item, type ItemDict, Tuple } from './things.ts'

const WIDTH = 80

/** Python's pprint.pformat: keys in order, one line where it fits, else an element a line. */
export function prettyText(item: Item): string {
  return format(sorted(item), { indent: 0, allowance: 0, top: true })
}

/** Where a part stands: its column, what must fit behind it, and whether it is all there is. */
interface At {
  indent: number
  allowance: number
  top: boolean
}

/** The same with the keys of all dicts in order. */
function sorted(item: Item): Item {
  spend()
  if (item instanceof Tuple) return Tuple.from(item, sorted)
  if (Array.isArray(item)) return item.map(sorted)
  if (!(item instanceof Map)) return item
  return new Map([...item].sort((a, b) => orderKeys(a[0], b[0])).map(([key, value]) => [key, sorted(value)]))
}

/** Keys that cannot be compared go by the names of their types. */
function orderKeys(a: Item, b: Item): number {
  try {
    return order(a, b)
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    const [left, right] = [typeName(a), typeName(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }
}

function format(item: Item, at: At): string {
  const whole = repr(item)
  if (whole.length <= WIDTH - at.indent - at.allowance) return whole
  if (item instanceof Map && item.size > 0) return dict(item, at)
  if (Array.isArray(item) && item.length > 0) return list(item, at)
  return typeof item === 'string' && item !== '' ? text(item, at) : whole
}

function dict(item: ItemDict, { indent, allowance }: At): string {
  const inner = indent + 1
  const last = item.size - 1
  const lines = [...item].map(([key, value], index) => {
    const name = `${repr(key)}: `
    const behind = index === last ? allowance + 1 : 1
    return name + format(value, { indent: inner + name.length, allowance: behind, top: false })
  })
  return `{${lines.join(`,\n${' '.repeat(inner)}`)}}`
}

function list(items: Item[], { indent, allowance }: At): string {
  const [open, close] = items instanceof Tuple ? ['(', items.length === 1 ? ',)' : ')'] : ['[', ']']
  const inner = indent + 1
  const lines = items.map((item, index) => {
    const behind = index === items.length - 1 ? allowance + close.length : 1
    return format(item, { indent: inner, allowance: behind, top: false })
  })
  return `${open}${lines.join(`,\n${' '.repeat(inner)}`)}${close}`
}

/** A long text as several literals, one a line, broken behind white space. */
function text(item: string, at: At): string {
  const indent = at.top ? at.indent + 1 : at.indent
  const allowance = at.top ? at.allowance + 1 : at.allowance
  const width = WIDTH - indent
  const lines = splitLines(item, true)
  const chunks = lines.flatMap((line, index) => {
    const isLast = index === lines.length - 1
    const whole = repr(line)
    return whole.length <= width - (isLast ? allowance : 0)
      ? [whole]
      : broken(line, width, isLast ? allowance : 0)
  })
  const [only, ...more] = chunks
  if (more.length === 0) return only ?? ''
  const body = chunks.join(`\n${' '.repeat(indent)}`)
  return at.top ? `(${body})` : body
}

function broken(line: string, width: number, allowance: number): string[] {
  const parts = line.match(/\S+\s*|\s+/g) ?? []
  const chunks: string[] = []
  let current = ''
  for (const [index, part] of parts.entries()) {
    const room = index === parts.length - 1 ? width - allowance : width
    if (repr(current + part).length <= room) current += part
    else {
      if (current !== '') chunks.push(repr(current))
      current = part
    }
  }
  return current === '' ? chunks : [...chunks, repr(current)]
}
