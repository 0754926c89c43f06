import { resolve } from 'node:path'
import { HakubeError } from '../errors.ts'
import { OMIT } from '../jinja/index.ts'
import { labelled } from '../tasks/selinux-labels.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'
import { homeQuestion } from '../world/home.ts'
import { argumentFor, argumentName, refuseUnsupported } from './argument.ts'
import { TaskController } from './controller.ts'
import { guessHome, homePlace } from './home-book.ts'
import { filledIn } from './host-paths.ts'
import { isMeta, type Task } from './model.ts'
import type { RenderContext } from './render-context.ts'
import { isLocal } from './way.ts'
import type { Rendered, Settings } from './work.ts'
import { wrongValue } from './wrong-value.ts'

/** A task of which everything but its arguments is known. */
export interface Half {
  task: Task
  scope: TaskScope
  settings: Settings
  /** Mistakes fail it instead of being thrown. */
  tolerant: boolean
}

/** Fills in a task's arguments, and has its module prepare them. Throws as renderTask does. */
export async function renderArguments(half: Half, context: RenderContext): Promise<Rendered> {
  const { task, scope, settings } = half
  if (isMeta(task.module)) throw new TypeError('meta has no arguments to render')
  const values: Record<string, unknown> = {}
  for (const [written, located] of task.args) {
    const key = argumentName(task.module, written, located.place, scope)
    const value = renderTree(located, scope)
    if (value !== OMIT) values[key] = argumentFor(task.module.params, key, value)
  }
  const place = homePlace(scope.host, settings)
  return prepare(
    half,
    values,
    context,
    (user) => context.homes.of(place, user) ?? guessHome(user, scope, settings),
  )
}

/** The rest of it, with the homes that `homeOf` gives for those that its paths name. */
async function prepare(
  half: Half,
  values: Readonly<Record<string, unknown>>,
  context: RenderContext,
  homeOf: (user: string) => string,
): Promise<Rendered> {
  const { task, scope, settings, tolerant } = half
  if (isMeta(task.module)) throw new TypeError('meta has no arguments to render')
  refuseUnsupported(task, task.module, values)
  const here = settings.way ? isLocal(settings.way) : context.isHere(scope.host)
  const filled = filledIn(
    task,
    values,
    settings.environment,
    homeOf,
    here ? resolve(context.playbookDir) : undefined,
  )
  const parsed = task.module.params.safeParse(filled.values)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const key = String(issue?.path[0] ?? '')
    const { message, hint } = wrongValue(key === '' ? undefined : filled.values[key], parsed.error)
    throw new HakubeError(`${task.module.name}: ${key ? `${key}: ` : ''}${message}`, {
      code: 'wrong-parameter',
      hint,
      place: task.args.get(key)?.place ?? task.place,
    })
  }
  const module = labelled(task.module, parsed.data)
  const { playbookDir, files, vault, verbosity } = context
  const controller = new TaskController({
    scope,
    place: task.place,
    origin: task.origin,
    playbookDir,
    files,
    vault,
    verbosity,
    tolerant,
  })
  const prepared = await module.prepare(parsed.data, controller)
  const kind = module.kind(parsed.data)
  const late = module.late?.(parsed.data) ?? false
  const beyond = typeof module.beyond === 'function' ? module.beyond(parsed.data) : (module.beyond ?? false)
  const asks = module.asks(prepared)
  const ready: Rendered = { type: 'ready', kind, module, prepared, asks, late, beyond }
  if (filled.homes.size === 0) return ready
  const move = (homes: ReadonlyMap<string, string>) =>
    prepare(half, values, context, (user) => homes.get(user) ?? homeOf(user))
  return {
    ...ready,
    asks: [...asks, ...[...filled.homes.keys()].map(homeQuestion)],
    homes: { taken: filled.homes, move },
  }
}
