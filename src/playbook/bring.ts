import { NOTHING } from './inherited.ts'
import * as z from 'zod'
import { HakubeError, throwAll } from '../errors.ts'
import includeRole from '../tasks/include_role.ts'
import { checkEntries } from './check-templates.ts'
import { inFile, loadEntries } from './load-entries.ts'
import { loadRole } from './load-role.ts'
import { readYaml, taskFiles, type Loading, type PlayParts, type Within } from './loading.ts'
import type { Entry, RoleUse, Task } from './model.ts'
import { listed, NOWHERE } from './role-handlers.ts'
import { Reader } from './reader.ts'

const Shape = z.record(z.string(), z.union([z.string(), z.boolean()]))

/** Of both, with what stands for those that are not given. */
export type Arguments = z.output<typeof Shape>

/** The arguments that include_tasks or include_role has prepared. */
export function readArguments(prepared: unknown): Arguments {
  return Shape.parse(prepared)
}

export interface Brought {
  entries: readonly Entry[]
  handlers: readonly Task[]
  role: RoleUse | undefined
  /** Roles that it imports: all of the play sees their variables from here on. */
  imported: readonly RoleUse[]
}

/** What include_tasks and include_role bring. Throws HakubeError(s) for what is not there, and for the mistakes in it. */
export function bring(
  loading: Omit<Loading, 'reader'>,
  task: Task,
  args: Arguments,
  { lent, playVars }: Pick<Within, 'lent' | 'playVars'>,
): Brought {
  const reader = new Reader(loading.without)
  const parts: PlayParts = { handlers: [], importedHandlers: [], roles: [], known: new Map() }
  const within: Within = {
    ...task.origin,
    loading: { ...loading, reader },
    parts,
    chain: [],
    around: NOWHERE,
    lent,
    playVars,
    dynamic: true,
    // Where an include runs is not known here: its paths are told when they are rendered.
    here: true,
  }
  const brought =
    task.module === includeRole
      ? bringRole(within, task, args)
      : { entries: bringTasks(within, task, args), role: undefined }
  const { handlers } = listed([...parts.importedHandlers, ...parts.handlers])
  reader.problems.push(...checkEntries([...brought.entries, ...handlers], loading))
  throwAll(reader.problems)
  return { ...brought, handlers, imported: parts.roles }
}

function bringTasks(within: Within, task: Task, args: Arguments): readonly Entry[] {
  const name = String(args['file'])
  for (const file of taskFiles(name, within)) {
    const text = within.loading.sources.read(file)
    if (text)
      return loadEntries(inFile(within, file), readYaml(within.loading, file, text), 'a file of tasks')
  }
  throw new HakubeError(`there is no file ${name}`, {
    code: 'file-not-found',
    place: task.place,
    hint: `looked for ${taskFiles(name, within).join(', ')}`,
  })
}

function bringRole(within: Within, task: Task, args: Arguments): Pick<Brought, 'entries' | 'role'> {
  const text = (name: string) => String(args[name])
  const loaded = loadRole(
    {
      name: text('name'),
      node: { kind: 'scalar', value: text('name'), style: 'plain', place: task.place },
      shared: NOTHING,
      when: [],
      params: new Map(),
      from: {
        tasks: text('tasks_from'),
        vars: text('vars_from'),
        defaults: text('defaults_from'),
        handlers: text('handlers_from'),
      },
      once: false,
      // Each item of a loop is a use of its own.
      again: args['allow_duplicates'] !== false || task.loop !== undefined,
      validate: args['rolespec_validate'] !== false,
    },
    within,
  )
  within.parts.handlers.push(...(loaded?.handlers ?? []))
  return { entries: loaded ? [loaded.block] : [], role: loaded?.use }
}
