import type { Arguments, CallExpression, Expression, FilterExpression } from './ast.ts'
import { attribute, item as itemOf, slice } from './access.ts'
import { equalKey, iterate, toKey, truthy } from './compare.ts'
import type { Frame } from './frame.ts'
import { HakubeError } from '../errors.ts'
import { Mistake, readAt, suggestion, UndefinedVariable } from './mistakes.ts'
import { compare, negate, operate } from './operators.ts'
import { str } from './print.ts'
import type { Runtime } from './runtime.ts'
import { type Args, type Item, type ItemDict, Opaque, tuple } from './things.ts'
import { Undefined } from './undefined.ts'

/** The value of an expression. Throws Mistakes, which the runtime's `locating` gives their place. */
export function evaluate(node: Expression, frame: Frame, runtime: Runtime): Item {
  runtime.step()
  switch (node.kind) {
    case 'constant':
      return node.value
    case 'name':
      return name(node.name, node.at, frame, runtime)
    case 'attribute': {
      const object = evaluate(node.object, frame, runtime)
      runtime.at = node.at
      return attribute(object, node.name, runtime, path(node.object))
    }
    case 'item':
      return subscript(node, frame, runtime)
    case 'slice':
      throw new Mistake('a slice stands only in brackets', { at: node.at })
    case 'call':
      return call(node, frame, runtime)
    case 'filter':
      return filter(node, node.operand ? evaluate(node.operand, frame, runtime) : '', frame, runtime)
    case 'test': {
      const value = evaluate(node.operand, frame, runtime)
      const args = evaluateArguments(node.args, frame, runtime)
      runtime.at = node.at
      return runtime.library.test(node.name, value, args, runtime)
    }
    default:
      return operation(node, frame, runtime)
  }
}

type Operation = Exclude<
  Expression,
  { kind: 'constant' | 'name' | 'attribute' | 'item' | 'slice' | 'call' | 'filter' | 'test' }
>

function operation(node: Operation, frame: Frame, runtime: Runtime): Item {
  switch (node.kind) {
    case 'not':
      return !truth(node.operand, frame, runtime)
    case 'negative':
    case 'positive': {
      const operand = evaluate(node.operand, frame, runtime)
      runtime.at = node.at
      return negate(operand, node.kind)
    }
    case 'and':
    case 'or': {
      const left = evaluate(node.left, frame, runtime)
      return truthy(left) === (node.kind === 'or') ? left : evaluate(node.right, frame, runtime)
    }
    case 'binary': {
      const left = evaluate(node.left, frame, runtime)
      const right = evaluate(node.right, frame, runtime)
      runtime.at = node.at
      return operate(node.operator, left, right, runtime)
    }
    case 'compare':
      return comparison(node, frame, runtime)
    case 'choice':
      return choice(node, frame, runtime)
    case 'dict':
      return dict(node, frame, runtime)
    default:
      return collection(node, frame, runtime)
  }
}

/** Python's truth of an expression's value. */
export function truth(node: Expression, frame: Frame, runtime: Runtime): boolean {
  return truthy(evaluate(node, frame, runtime))
}

function name(wanted: string, at: number, frame: Frame, runtime: Runtime): Item {
  runtime.at = at
  const local = frame.get(wanted)
  if (local !== undefined) return local
  // Not ??: None is a value.
  const value = variable(wanted, at, runtime)
  if (value !== undefined) return value
  return runtime.library.global(wanted) ?? undefinedName(wanted, at, frame, runtime)
}

function variable(wanted: string, at: number, runtime: Runtime): Item | undefined {
  const copied = runtime.copies?.get(wanted)
  if (copied !== undefined) return copied
  try {
    const value = runtime.scope.lookup(wanted)
    if (value === undefined || !runtime.copies) return value
    const copy = deepCopy(value)
    runtime.copies.set(wanted, copy)
    return copy
  } catch (error) {
    if (!(error instanceof HakubeError)) throw error
    const told = readAt(error, wanted, runtime.source.placeAt(at))
    if (told instanceof UndefinedVariable) return new Undefined(told.message, { cause: told })
    throw told
  }
}

/** What a template changes in place is its own copy, as variables in Ansible are made anew for each template. */
function deepCopy(item: Item): Item {
  if (Array.isArray(item)) return item.map(deepCopy)
  if (!(item instanceof Map) || Object.getPrototypeOf(item) !== Map.prototype) return item
  return new Map([...item].map(([key, value]) => [key, deepCopy(value)]))
}

function undefinedName(wanted: string, at: number, frame: Frame, runtime: Runtime): Undefined {
  const { source, scope } = runtime
  return new Undefined(`'${wanted}' is undefined`, {
    place: () => source.placeAt(at),
    hint: () => {
      const filterName = FUNCTIONS.get(wanted)
      if (filterName !== undefined) return `It is a filter here: write VALUE | ${filterName}.`
      return suggestion(wanted, [...frame.names(), ...(scope.names?.() ?? [])])
    },
  })
}

/** Functions of Python, and the filters that do the same. */
const FUNCTIONS = new Map([
  ['len', 'length'],
  ['str', 'string'],
  ['sorted', 'sort'],
  ['reversed', 'reverse'],
  ...['int', 'float', 'bool', 'list', 'abs', 'sum', 'min', 'max', 'round'].map(
    (name) => [name, name] as const,
  ),
])

/** How the user wrote it, for messages; only for simple paths. */
function path(node: Expression): string | undefined {
  if (node.kind === 'name') return node.name
  if (node.kind === 'attribute') {
    const of = path(node.object)
    return of === undefined ? undefined : `${of}.${node.name}`
  }
  return undefined
}

function subscript(node: Expression & { kind: 'item' }, frame: Frame, runtime: Runtime): Item {
  const object = evaluate(node.object, frame, runtime)
  if (node.index.kind !== 'slice') {
    const index = evaluate(node.index, frame, runtime)
    runtime.at = node.index.at
    return itemOf(object, index, runtime, path(node.object))
  }
  const { start, stop, step } = node.index
  const bounds = {
    start: start ? evaluate(start, frame, runtime) : null,
    stop: stop ? evaluate(stop, frame, runtime) : null,
    step: step ? evaluate(step, frame, runtime) : null,
  }
  runtime.at = node.at
  return slice(object, bounds)
}

function call(node: CallExpression, frame: Frame, runtime: Runtime): Item {
  return callWith(node, evaluateArguments(node.args, frame, runtime), frame, runtime)
}

/** Calls what the node calls, with arguments that are already there. */
export function callWith(node: CallExpression, args: Args, frame: Frame, runtime: Runtime): Item {
  const callee = evaluate(node.callee, frame, runtime)
  runtime.at = node.at
  if (!(callee instanceof Opaque)) throw new Mistake('this cannot be called')
  return callee.call(args, runtime)
}

/** Runs a filter on a value; for filter blocks the value is their body. */
export function filter(node: FilterExpression, value: Item, frame: Frame, runtime: Runtime): Item {
  const args = evaluateArguments(node.args, frame, runtime)
  runtime.at = node.at
  return runtime.library.filter(node.name, value, args, runtime)
}

/** The arguments' values, with * and ** spread out. */
export function evaluateArguments(args: Arguments, frame: Frame, runtime: Runtime): Args {
  const positional = args.positional.map((node) => evaluate(node, frame, runtime))
  const named = new Map(args.named.map((arg) => [arg.name, evaluate(arg.value, frame, runtime)]))
  if (args.list) positional.push(...iterate(evaluate(args.list, frame, runtime)))
  if (args.dict) {
    const dict = evaluate(args.dict, frame, runtime)
    if (!(dict instanceof Map)) throw new Mistake('** takes a dict', { at: args.dict.at })
    for (const [key, value] of dict) named.set(String(key), value)
  }
  return { positional, named }
}

function comparison(node: Expression & { kind: 'compare' }, frame: Frame, runtime: Runtime): boolean {
  let left = evaluate(node.first, frame, runtime)
  for (const { operator, at, operand } of node.rest) {
    const right = evaluate(operand, frame, runtime)
    runtime.at = at
    if (!compare(operator, left, right)) return false
    left = right
  }
  return true
}

function choice(node: Expression & { kind: 'choice' }, frame: Frame, runtime: Runtime): Item {
  if (truth(node.condition, frame, runtime)) return evaluate(node.yes, frame, runtime)
  if (node.no) return evaluate(node.no, frame, runtime)
  const { source } = runtime
  return new Undefined('the inline if was false and has no else', {
    place: () => source.placeAt(node.at),
    hint: () => "Add an else, such as else ''.",
    lenient: true,
  })
}

function dict(node: Expression & { kind: 'dict' }, frame: Frame, runtime: Runtime): ItemDict {
  const out: ItemDict = new Map()
  for (const { key, value } of node.entries) {
    const name = evaluate(key, frame, runtime)
    runtime.at = key.at
    out.set(equalKey(out, toKey(name)), evaluate(value, frame, runtime))
  }
  return out
}

function collection(
  node: Expression & { kind: 'concat' | 'list' | 'tuple' },
  frame: Frame,
  runtime: Runtime,
): Item {
  const items = node.items.map((inner) => evaluate(inner, frame, runtime))
  if (node.kind === 'list') return items
  if (node.kind === 'tuple') return tuple(items)
  const texts = items.map(str)
  runtime.size(texts.reduce((sum, text) => sum + text.length, 0))
  return texts.join('')
}
