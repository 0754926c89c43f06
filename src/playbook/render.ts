import { HakubeError, isKnown } from '../errors.ts'
import { evaluateCondition, OMIT } from '../jinja/index.ts'
import type { TaskModule } from '../task.ts'
import { toJson } from '../value.ts'
import { NotYet } from '../variables/not-yet.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import { TaskController, type FileCache } from './controller.ts'
import { itemsOf } from './items.ts'
import { isMeta, type Condition, type Task } from './model.ts'
import type { Step } from './program.ts'
import { settingsOf, type Defaults } from './settings.ts'
import type { Group, Rendered, Work } from './work.ts'

export interface RenderContext {
  playbookDir: string
  cache: FileCache
  defaults: Defaults
  check: boolean
  verbosity: number
}

/**
 * Renders one task for one host: its loop, conditions, settings and arguments. Throws NotYet where a value is not
 * there yet, and HakubeError for a mistake, unless the task may fail without ending the run.
 */
export async function renderTask(
  step: Step,
  task: Task,
  scope: TaskScope,
  context: RenderContext,
  handler: boolean,
): Promise<Group> {
  const items = await itemsOf(task, step.when, scope)
  const works: Work[] = []
  for (const item of items ?? [undefined]) {
    const inner = item ? scope.withLoop(item.variables) : scope
    works.push(
      await renderItem(step, task, inner, context, item && { value: item.value, label: item.label() }),
    )
  }
  return { step, task, handler, works, looped: items !== undefined }
}

async function renderItem(
  step: Step,
  task: Task,
  scope: TaskScope,
  context: RenderContext,
  item: Work['item'],
): Promise<Work> {
  const name = taskName(task, scope)
  const settings = settingsOf(task, scope, context)
  const tolerant =
    settings.ignoreErrors ||
    step.frames.some((frame) => frame.part === 'block' && frame.span.alwaysAt > frame.span.rescueAt)
  let rendered: Rendered
  try {
    const failing = firstFalse(handlerConditions(step, task), scope)
    if (failing) rendered = { type: 'skip', reason: `when: ${failing.value}` }
    else rendered = await renderArguments(task, scope, context)
  } catch (error) {
    if (error instanceof NotYet && error.what.kind === 'unknown')
      rendered = { type: 'unknown', why: error.what.why }
    else if (isKnown(error) && tolerant)
      rendered = { type: 'failed', error: inTask(error, scope.host, name, task) }
    else if (isKnown(error)) throw inTask(error, scope.host, name, task)
    else throw error
  }
  return { host: scope.host, name, item, rendered, scope, settings }
}

function handlerConditions(step: Step, task: Task): readonly Condition[] {
  return step.task === task ? step.when : task.when
}

/** The first condition that does not hold. */
export function firstFalse(conditions: readonly Condition[], scope: TaskScope): Condition | undefined {
  return conditions.find(
    (condition) => !evaluateCondition(condition.value, condition.place, scope, scope.environment),
  )
}

async function renderArguments(task: Task, scope: TaskScope, context: RenderContext): Promise<Rendered> {
  if (isMeta(task.module)) throw new TypeError('meta has no arguments to render')
  const module: TaskModule = task.module
  const values: Record<string, unknown> = {}
  for (const [key, located] of task.args) {
    const value = renderTree(located, scope)
    if (value !== OMIT) values[key] = toJson(value)
  }
  const parsed = module.params.safeParse(values)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const key = String(issue?.path[0] ?? '')
    throw new HakubeError(`${module.name}: ${key ? `${key}: ` : ''}${issue?.message ?? 'wrong parameters'}`, {
      code: 'wrong-parameter',
      place: task.args.get(key)?.place ?? task.place,
    })
  }
  const { playbookDir, cache, verbosity } = context
  const controller = new TaskController({ scope, place: task.place, playbookDir, cache, verbosity })
  const prepared = await module.prepare(parsed.data, controller)
  return { type: 'ready', kind: module.kind(parsed.data), module, prepared, asks: module.asks(prepared) }
}

/** The task's name as people see it; a name that cannot be rendered is shown as it is written. */
function taskName(task: Task, scope: TaskScope): string {
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
  if (error.host !== undefined && error.task !== undefined) return error
  return new HakubeError(error.message, {
    code: error.code,
    hint: error.hint,
    place: error.place ?? task.place,
    host: error.host ?? host,
    task: error.task ?? name,
    exitCode: error.exitCode,
    cause: error,
  })
}
