import { HakubeError, isKnown } from '../errors.ts'
import { runLookup } from '../jinja/index.ts'
import { isDict, toJson, type Key, type Value } from '../value.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import { NotYet } from '../variables/not-yet.ts'
import { boolean } from './settings.ts'
import type { Condition, Located, Loop, Task } from './model.ts'
import { hasTemplate } from './reader.ts'
import { firstFalse } from './render.ts'

export interface Item {
  value: Value
  variables: ReadonlyMap<string, Value>
  /** How people see it: rendered `label`, else the item in short. */
  label(): string
}

/** The items of a task's loop; a text says why there are none; undefined for a task without one. */
export function itemsOf(
  task: Task,
  when: readonly Condition[],
  scope: TaskScope,
): readonly Item[] | string | undefined {
  const loop = task.loop
  if (!loop) return undefined
  let values: Value
  try {
    values = loop.style === 'first_found' ? candidates(loop.items, scope) : renderTree(loop.items, scope)
  } catch (error) {
    // As in Ansible: a loop over something undefined is no mistake where the condition is false anyway.
    const never = isUndecided(error) ? neverRuns(when, scope) : undefined
    if (never) return `when: ${never.value}`
    throw error
  }
  if (loop.style !== 'list' && loop.style !== 'flatten') return lookupItems(loop, values, task, scope)
  if (loop.style === 'flatten' && isTemplated(loop.items) && !Array.isArray(values) && !isDict(values))
    return makeItems(loop, [values], scope)
  if (!Array.isArray(values)) {
    throw new HakubeError(`a loop needs a list, this is ${isDict(values) ? 'a dict' : describe(values)}`, {
      code: 'wrong-loop',
      place: loop.items.place,
      hint: loopHint(values),
    })
  }
  const items = loop.style === 'flatten' ? values.flat(1) : values
  if (items.length === 0) return 'the loop has no items'
  return makeItems(loop, items, scope)
}

/** As in Ansible, with_items takes a single value for a list of it. The bare name of a variable is a mistake. */
function isTemplated({ value }: Located): boolean {
  return typeof value === 'string' && hasTemplate(value)
}

function loopHint(values: Value): string | undefined {
  if (isDict(values)) return 'add | dict2items to loop over a dict'
  const isName = typeof values === 'string' && /^[A-Za-z_]\w*$/.test(values)
  return isName ? `write "{{ ${values} }}" for the variable of that name` : undefined
}

/** As in Ansible: a name that is made of something undefined is the name of no file. */
function candidates({ value, place }: Located, scope: TaskScope): Value {
  if (Array.isArray(value)) return value.map((item) => candidates({ value: item, place }, scope))
  if (isDict(value))
    return new Map([...value].map(([key, item]) => [key, candidates({ value: item, place }, scope)]))
  try {
    return renderTree({ value, place }, scope)
  } catch (error) {
    if (isKnown(error) && error.code === 'undefined-variable') return value
    throw error
  }
}

/** The items of with_dict and its like: what the lookup of that name makes of the loop's value. */
function lookupItems(loop: Loop, values: Value, task: Task, scope: TaskScope): readonly Item[] | string {
  const terms = Array.isArray(values) ? values : [values]
  // As in Ansible: with_first_found looks where the task's module would look for its file.
  const folder = ['template', 'vars'].find((word) => task.action.includes(word))
  const options = new Map<Key, Value>(
    loop.style === 'first_found' && folder ? [['_subdir', folder === 'vars' ? 'vars' : 'templates']] : [],
  )
  const items = runLookup(loop.style, terms, options, scope, scope.environment, loop.items.place)
  if (items.length === 0) return 'the loop has no items'
  return makeItems(loop, items, scope)
}

function makeItems(loop: Loop, items: readonly Value[], scope: TaskScope): readonly Item[] {
  const { extended, extendedAllItems } = loop.control
  const flag = (located: Located | undefined, otherwise: boolean) =>
    located ? boolean(renderTree(located, scope), located) : otherwise
  if (!flag(extended, false)) return items.map((value, index) => makeItem(loop, value, index, scope))
  const all = flag(extendedAllItems, true)
  return items.map((value, index) =>
    makeItem(loop, value, index, scope, [['ansible_loop', placeInLoop(items, index, all)]]),
  )
}

/** Where an item stands, as Ansible tells it. */
function placeInLoop(items: readonly Value[], index: number, all: boolean): Value {
  const { length } = items
  const out = new Map<string, Value>()
  if (all) out.set('allitems', [...items])
  out.set('index', index + 1).set('index0', index)
  out.set('first', index === 0).set('last', index === length - 1)
  out.set('length', length)
  out.set('revindex', length - index).set('revindex0', length - index - 1)
  const [before, next] = [items[index - 1], items[index + 1]]
  if (next !== undefined) out.set('nextitem', next)
  if (before !== undefined) out.set('previtem', before)
  return out
}

function makeItem(
  loop: Loop,
  value: Value,
  index: number,
  scope: TaskScope,
  more: readonly (readonly [string, Value])[] = [],
): Item {
  const { loopVar, indexVar, label } = loop.control
  const variables = new Map<string, Value>([
    [loopVar, value],
    ['ansible_loop_var', loopVar],
  ])
  if (indexVar !== undefined) variables.set(indexVar, index).set('ansible_index_var', indexVar)
  for (const [name, one] of more) variables.set(name, one)
  return {
    value,
    variables,
    label: () => labelOf(label, value, scope.withLoop(variables)),
  }
}

/** A label only helps to read the output: an item without one is shown as it is. */
function labelOf(label: Located | undefined, value: Value, scope: TaskScope): string {
  for (const make of [() => (label ? renderTree(label, scope) : value), () => value]) {
    try {
      return showItem(make())
    } catch (error) {
      if (!isKnown(error) && !(error instanceof NotYet)) throw error
    }
  }
  return '(unknown)'
}

function neverRuns(when: readonly Condition[], scope: TaskScope): Condition | undefined {
  try {
    return firstFalse(when, scope)
  } catch (error) {
    if (isUndecided(error)) return undefined
    throw error
  }
}

/** A mistake, or a value that only the real run knows: neither comes right by waiting. */
function isUndecided(error: unknown): boolean {
  return isKnown(error) || (error instanceof NotYet && error.what.kind === 'unknown')
}

/** A loop item on one line. */
export function showItem(value: Value): string {
  const text = typeof value === 'string' ? value : JSON.stringify(toJson(value))
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function describe(value: Value): string {
  return value === null ? 'nothing' : `the ${typeof value} ${showItem(value)}`
}
