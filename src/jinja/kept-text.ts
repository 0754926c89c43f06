import { isKnown } from '../errors.ts'
import { isDict, type Key, type Value } from '../value.ts'
import type { Expression } from './ast.ts'
import { evaluate } from './evaluate.ts'
import { Frame } from './frame.ts'
import { Mistake } from './mistakes.ts'
import type { Runtime } from './runtime.ts'

/** A variable, and the way to something within it: `a.b[0]` is ['a', 'b', 0]. */
export type VariablePath = readonly [name: string, ...keys: Key[]]

// Filters whose result is text even where it looks like data.
const TEXT_FILTERS = new Set([
  'string',
  'to_json',
  'to_nice_json',
  'to_yaml',
  'to_nice_yaml',
  'ppretty',
  'json',
])

// Filters that hand on, as it is, something that they were given.
const PASSING = new Set(['default', 'd', 'mandatory', 'ternary'])

/** Whether Ansible makes data of a text, if it reads as some. */
export function looksLikeData(text: string): boolean {
  return text.startsWith('[') || text.startsWith('{') || text === 'True' || text === 'False'
}

/**
 * Whether the text that an expression has given is to stay a text, even where it looks like data: a filter such as
 * to_json has made it, here or in the variable that the expression hands on.
 */
export function keepsText(node: Expression, text: string, runtime: Runtime, frame = new Frame()): boolean {
  if (runtime.kept.has(text) && (node.kind !== 'filter' || PASSING.has(node.name))) return true
  const handsOn = (inner: Expression | undefined): boolean =>
    inner !== undefined && gives(inner, text, runtime, frame) && keepsText(inner, text, runtime, frame)
  switch (node.kind) {
    case 'filter': {
      if (TEXT_FILTERS.has(node.name)) return true
      const given = [node.operand, ...node.args.positional, ...node.args.named.map(({ value }) => value)]
      return PASSING.has(node.name) && given.some(handsOn)
    }
    case 'choice':
      return handsOn(node.yes) || handsOn(node.no)
    case 'or':
    case 'and':
      return handsOn(node.left) || handsOn(node.right)
    case 'call': {
      const option = node.args.named.find(({ name }) => name === 'convert_data')?.value
      return option?.kind === 'constant' && option.value === false
    }
    default: {
      const path = pathOf(node)
      // What the template itself has set is none of the scope's; if it stays a text, the runtime knows.
      if (path === undefined || frame.get(path[0]) !== undefined) return false
      return runtime.scope.keepsText?.(path, text) === true
    }
  }
}

function gives(node: Expression, text: string, runtime: Runtime, frame: Frame): boolean {
  try {
    return evaluate(node, frame, runtime) === text
  } catch (error) {
    if (error instanceof Mistake || isKnown(error)) return false
    throw error
  }
}

/** The variable that an expression names, with constant keys; undefined for any other expression. */
function pathOf(node: Expression): VariablePath | undefined {
  if (node.kind === 'name') return [node.name]
  const object = node.kind === 'attribute' || node.kind === 'item' ? pathOf(node.object) : undefined
  if (!object) return undefined
  if (node.kind === 'attribute') return [...object, node.name]
  const { index } = node.kind === 'item' ? node : {}
  if (index?.kind !== 'constant' || (typeof index.value === 'object' && index.value !== null))
    return undefined
  return [...object, index.value]
}

/** What stands in a value as it is written; nothing where the way leads through a template, which makes it anew. */
export function writtenAt(value: Value, keys: readonly Key[]): Value | undefined {
  const [key, ...rest] = keys
  if (key === undefined) return value
  const inner = isDict(value) ? value.get(key) : Array.isArray(value) ? value.at(Number(key)) : undefined
  return inner === undefined ? undefined : writtenAt(inner, rest)
}
