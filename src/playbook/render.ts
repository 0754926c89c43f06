import { HakubeError, HakubeErrors, isKnown } from '../errors.ts'
import { evaluateCondition } from '../jinja/index.ts'
import { toJson } from '../value.ts'
import { NotYet } from '../variables/not-yet.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import type { WorldQuestion } from '../world/world.ts'
import { itemsOf, type Item } from './items.ts'
import type { Condition, Task } from './model.ts'
import { receives } from './receives.ts'
import { renderArguments } from './render-arguments.ts'
import type { RenderContext } from './render-context.ts'
import { plainSettings, settingsOf } from './settings.ts'
import type { Step } from './step.ts'
import type { Group, Rendered, Settings, Work } from './work.ts'

/** Which task is rendered, and where it stands. */
export interface Slot {
  step: Step
  task: Task
  handler: boolean
  /** How much of the program's line the items of a loop share: 1 = up to the next step. */
  room: number
  /** Mistakes fail the task when its turn comes, instead of being thrown. */
  tolerate: boolean
  /** Called for each item before the next one is rendered, which may read what this one sets. */
  rendered(work: Work): void
}

/**
 * Renders one task for one host: its loop, conditions, settings and arguments. Throws NotYet where a value is not
 * there yet, and HakubeError for a mistake, unless the task may fail without ending the run.
 */
export async function renderTask(slot: Slot, scope: TaskScope, context: RenderContext): Promise<Group> {
  const { step, task, handler } = slot
  const works: Work[] = []
  const add = (work: Work): void => {
    slot.rendered(work)
    works.push(work)
  }
  const items = itemsIn(slot, scope)
  if (items === undefined) add(await renderItem(slot, scope, context, undefined, 0))
  else if ('type' in items) add(bare(slot, scope, context, undefined, items))
  else {
    for (const [index, item] of items.entries()) {
      const position = scope.position + (slot.room * index) / items.length
      const inner = scope.withLoop(item.variables, position)
      const shown = { value: item.value, label: item.label() }
      const render = () => renderItem(slot, inner, context, shown, index)
      const later = () => add(bare(slot, inner, context, shown, { type: 'later', render }))
      try {
        const work = await render()
        if (receives(task) && works.some((earlier) => bringsSame(earlier, work))) later()
        else add(work)
      } catch (error) {
        if (index === 0 || !isOwnResult(error, scope.host, task)) throw error
        later()
      }
    }
  }
  return { step, task, handler, works, looped: items !== undefined }
}

/** The items of the loop, or what stands for the whole loop. */
function itemsIn(slot: Slot, scope: TaskScope): readonly Item[] | Rendered | undefined {
  try {
    const items = itemsOf(slot.task, conditionsOf(slot), scope)
    return typeof items === 'string' ? { type: 'skip', reason: items } : items
  } catch (error) {
    return instead(error, slot, scope, plainSettings(slot.task, scope, { check: false }))
  }
}

/** Whether an item of a loop reads under `register` what the item before it gives. */
function isOwnResult(error: unknown, host: string, task: Task): boolean {
  if (!(error instanceof NotYet) || error.what.kind !== 'pending') return false
  return error.what.host === host && error.what.name === task.register
}

/** Whether two items bring the same file to the controller: the second is compared with what the first has brought. */
function bringsSame({ rendered: one }: Work, { rendered: other }: Work): boolean {
  if (one.type !== 'ready' || other.type !== 'ready' || !other.module.receive) return false
  return other.module.receive.path(one.prepared) === other.module.receive.path(other.prepared)
}

async function renderItem(
  slot: Slot,
  scope: TaskScope,
  context: RenderContext,
  item: Work['item'],
  index: number,
): Promise<Work> {
  const plain = bare(slot, scope, context, item, { type: 'skip', reason: '' })
  try {
    const failing = firstFalse(conditionsOf(slot), scope)
    if (failing) return { ...plain, rendered: { type: 'skip', reason: `when: ${failing.value}` } }
    // Not before: what a skipped task says about itself may be as undefined as its arguments.
    const settings = settingsFor(slot, scope, context)
    const tolerant = slot.tolerate || settings.ignoreErrors
    const rendered = await renderArguments({ task: slot.task, scope, settings, tolerant }, context)
    if (slot.task.include && rendered.type === 'ready') {
      const { step, task } = slot
      const loop = scope.loop
      context.include?.({ step, task, host: scope.host, index, loop, args: rendered.prepared })
    }
    return { ...plain, settings, rendered }
  } catch (error) {
    const rendered = instead(error, slot, scope, plain.settings)
    if (rendered.type !== 'unknown') return { ...plain, rendered }
    return { ...plain, rendered: { ...rendered, asks: await asksAnyway(slot, scope, context) } }
  }
}

function settingsFor(slot: Slot, scope: TaskScope, context: RenderContext): Settings {
  return settingsOf(slot.task, scope, {
    ...context,
    scopeOf: (host) => context.scopeOf(host, slot.step, scope.position),
  })
}

/** What a task would ask about, should its conditions hold; nothing if its arguments are unknown themselves. */
async function asksAnyway(
  slot: Slot,
  scope: TaskScope,
  context: RenderContext,
): Promise<readonly WorldQuestion[]> {
  try {
    const settings = settingsFor(slot, scope, context)
    const rendered = await renderArguments({ task: slot.task, scope, settings, tolerant: true }, context)
    return rendered.type === 'ready' && rendered.module.readOnly !== true ? allAsks(rendered) : []
  } catch (error) {
    // Behind a condition that does not hold, arguments may be as wrong as they like.
    if (isKnown(error) || error instanceof NotYet) return []
    throw error
  }
}

/** All that a task may ask, in whatever turn: what it may change. */
export function allAsks({ module, prepared, asks }: Rendered & { type: 'ready' }): readonly WorldQuestion[] {
  return [...asks, ...(module.asksThen?.(prepared, undefined) ?? [])]
}

/** A work about which only its name and the plainest settings are known. */
export function bare(
  slot: Slot,
  scope: TaskScope,
  context: RenderContext,
  item: Work['item'],
  rendered: Rendered,
): Work {
  const settings = plainSettings(slot.task, scope, context)
  return { host: scope.host, name: taskName(slot.task, scope), item, rendered, scope, settings }
}

/** What stands for a task that cannot be rendered. Throws what is a reason to wait, or to refuse the run. */
export function instead(error: unknown, slot: Slot, scope: TaskScope, settings: Settings): Rendered {
  if (error instanceof NotYet && error.what.kind === 'unknown')
    return { type: 'unknown', why: error.what.why, asks: [] }
  if (!isKnown(error)) throw error
  const known = inTask(error, scope.host, taskName(slot.task, scope), slot.task)
  if (slot.tolerate || settings.ignoreErrors) return { type: 'failed', error: known }
  throw known
}

/** The conditions of a task with those around it; a handler has its own only. */
export function conditionsOf({ step, task }: Slot): readonly Condition[] {
  return step.task === task ? step.when : task.when
}

/**
 * The first condition that does not hold. One that cannot be told yet does not matter where another one is false
 * anyway; mistakes behind it are not told, since it may be what guards them.
 */
export function firstFalse(conditions: readonly Condition[], scope: TaskScope): Condition | undefined {
  let missing: NotYet | undefined
  for (const condition of conditions) {
    try {
      if (!evaluateCondition(condition.value, condition.place, scope, scope.environment)) return condition
    } catch (error) {
      if (error instanceof NotYet) missing ??= error
      else if (!missing || !isKnown(error)) throw error
    }
  }
  if (missing) throw missing
  return undefined
}

/** The task's name as people see it; a name that cannot be rendered is shown as it is written. */
export function taskName(task: Task, scope: TaskScope): string {
  const fallback = task.name ?? task.action
  if (task.name === undefined) return fallback
  try {
    return String(toJson(renderTree({ value: task.name, place: task.place }, scope)))
  } catch (error) {
    if (isKnown(error) || error instanceof NotYet) return fallback
    throw error
  }
}

/** The same error with host, task and (where it has none) the task's place. */
function inTask(error: HakubeError, host: string, name: string, task: Task): HakubeError {
  // Each of several has a place and a hint of its own.
  if (error instanceof HakubeErrors)
    return new HakubeErrors(error.errors.map((one) => inTask(one, host, name, task)))
  if (error.host !== undefined && error.task !== undefined) return error
  return new HakubeError(error.message, {
    code: error.code,
    hint: error.hint,
    docs: error.docs,
    place: error.place ?? task.place,
    host: error.host ?? host,
    task: error.task ?? name,
    exitCode: error.exitCode,
    cause: error,
  })
}
