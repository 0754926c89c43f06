import { HakubeError, isKnown } from '../errors.ts'
import { isDict, toJson, type Value } from '../value.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { Condition, Loop, Task } from './model.ts'
import { firstFalse } from './render.ts'

export interface Item {
  value: Value
  variables: ReadonlyMap<string, Value>
  /** How people see it: rendered `label`, else the item in short. */
  label(): string
}

/** The items of a task's loop; undefined for a task without one. */
export async function itemsOf(
  task: Task,
  when: readonly Condition[],
  scope: TaskScope,
): Promise<readonly Item[] | undefined> {
  const loop = task.loop
  if (!loop) return undefined
  let values: Value
  try {
    values = renderTree(loop.items, scope)
  } catch (error) {
    // As in Ansible: a loop over something undefined is no mistake where the condition is false anyway.
    if (isKnown(error) && neverRuns(when, scope)) return []
    throw error
  }
  if (!Array.isArray(values)) {
    throw new HakubeError(`a loop needs a list, this is ${isDict(values) ? 'a dict' : describe(values)}`, {
      code: 'wrong-loop',
      place: loop.items.place,
      hint: isDict(values) ? 'add | dict2items to loop over a dict' : undefined,
    })
  }
  const items = loop.style === 'flatten' ? values.flat(1) : values
  return items.map((value, index) => makeItem(loop, value, index, scope))
}

function makeItem(loop: Loop, value: Value, index: number, scope: TaskScope): Item {
  const { loopVar, indexVar, label } = loop.control
  const variables = new Map<string, Value>([
    [loopVar, value],
    ['ansible_loop_var', loopVar],
  ])
  if (indexVar !== undefined) variables.set(indexVar, index)
  return {
    value,
    variables,
    label: () => showItem(label ? renderTree(label, scope.withLoop(variables)) : value),
  }
}

function neverRuns(when: readonly Condition[], scope: TaskScope): boolean {
  try {
    return firstFalse(when, scope) !== undefined
  } catch (error) {
    if (isKnown(error)) return false
    throw error
  }
}

/** A loop item on one line. */
export function showItem(value: Value): string {
  const text = typeof value === 'string' ? value : JSON.stringify(toJson(value))
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function describe(value: Value): string {
  return value === null ? 'nothing' : `the ${typeof value} ${showItem(value)}`
}
