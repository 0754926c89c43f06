import { NOTHING } from '../playbook/inherited.ts'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { HakubeErrors, isKnown, type HakubeError } from '../errors.ts'
import { checkEntries } from '../playbook/check-templates.ts'
import { LOCALHOSTS } from '../inventory/model.ts'
import { isCertain } from '../playbook/check-includes.ts'
import { readPlaybook } from '../playbook/load.ts'
import { loadHandlers } from '../playbook/load-entries.ts'
import { loadRole } from '../playbook/load-role.ts'
import { readYaml, type Loading, type PlayParts, type Within } from '../playbook/loading.ts'
import type { Play, RoleUse } from '../playbook/model.ts'
import { listed } from '../playbook/role-handlers.ts'
import { Reader } from '../playbook/reader.ts'
import type { Sources } from '../playbook/sources.ts'
import { Completion } from './complete.ts'
import { recording, type Recorded } from './files.ts'
import type { RawVariables } from '../variables/store.ts'
import { withinOf } from './within.ts'

/** All that belongs to one playbook, role or file of tasks. */
export interface Tree {
  problems: readonly HakubeError[]
  files: Recorded['read']
  /** Encrypted files that could not be read. */
  locked: ReadonlySet<string>
  /** Includes that only a run can follow. */
  open: number
  /** Folders of the roles that are used. */
  roles: ReadonlySet<string>
  /** The plays of a playbook. */
  plays: readonly Play[]
  /** Roles that are used and are not here; of a role alone this is no mistake. */
  missingRoles: readonly string[]
}

export interface TreeOptions {
  sources: Sources
  rolesPath: readonly string[]
  /** Modules that are no mistakes, although hakube does not have them. */
  without?: ReadonlySet<string>
  /** Of -e: names of imported files may use them. */
  extraVars?: RawVariables | undefined
}

/** A playbook with all that it imports, and all that it includes by written names. */
export function playbookTree(file: string, options: TreeOptions): Tree {
  const work = begin(dirname(resolve(file)), options)
  const text = work.recorded.sources.read(resolve(file))
  const root = text && readYaml(work.loading, file, text)
  if (!root) return finish(work, [])
  const { extraVars = new Map(), ...sought } = options
  const { playbook, problems } = readPlaybook(root, file, {
    ...sought,
    extraVars,
    sources: work.recorded.sources,
    hidden: text.hidden,
  })
  work.loading.reader.problems.push(...problems)
  for (const play of playbook.plays) {
    const sections = [play.preTasks, play.roleTasks, play.tasks, play.postTasks, play.handlers]
    for (const use of play.roles) work.completion.role(use)
    const around = { lent: {}, playVars: play.vars }
    work.completion.here = LOCALHOSTS.includes(play.hosts.value)
    for (const entries of sections)
      work.completion.entries(entries, isCertain(play) && entries !== play.handlers, around)
    const dir = dirname(resolve(play.place.file))
    for (const { value } of play.varsFiles.flat())
      for (const path of [resolve(dir, 'vars', value), resolve(dir, value)])
        if (existsSync(path)) work.completion.variablesFile(path)
  }
  const within = withinOf(work.loading, work.parts, { dir: '', role: undefined })
  const uses = [...playbook.plays.flatMap((play) => play.roles), ...work.completion.roles].flatMap(
    withDependencies,
  )
  for (const use of new Map(uses.map((one) => [one.path, one])).values()) otherFiles(use, within, work)
  return finish(work, playbook.plays)
}

/**
 * A role as if a play used it: its main files with all that they include, and every other file of tasks, handlers,
 * variables and templates in it, which the run may choose by facts.
 */
export function roleTree(path: string, options: TreeOptions): Tree {
  const work = begin(dirname(path), options)
  const { loading, parts, completion } = work
  const within = withinOf(loading, parts, { dir: path, role: undefined })
  const use = loadWhole(path, within, completion)
  if (!use) return finish(work, [])
  otherFiles(use, within, work)
  return finish(work, [], true)
}

/** A file of variables or a template, alone. */
export function fileTree(file: string, kind: string, options: TreeOptions): Tree {
  const path = resolve(file)
  const work = begin(dirname(path), options)
  if (kind === 'template') work.completion.template(path)
  else work.completion.variablesFile(path)
  return finish(work, [])
}

/** A file of tasks, with the variables of the role that it lies in. */
export function tasksTree(file: string, options: TreeOptions): Tree {
  const path = resolve(file)
  const role = /^(.*)\/tasks\//.exec(path)?.[1]
  const work = begin(role === undefined ? dirname(path) : dirname(role), options)
  const { loading, completion } = work
  const within = withinOf(loading, work.parts, { dir: dirname(path), role: undefined })
  const use = role === undefined ? undefined : emptyUse(role)
  if (/\/handlers\/[^/]+$/.test(path)) {
    const text = loading.sources.read(path)
    if (text) loadHandlers(within, readYaml(loading, path, text), 'a file of handlers')
  } else completion.tasksFile(path, { dir: dirname(path), role: use }, true)
  return finish(work, [], true)
}

/** What the run may choose by facts: every other file of a role. */
function otherFiles(use: RoleUse, within: Within, { loading, completion, recorded, roles }: Work): void {
  roles.add(use.path)
  const files = (folder: string) =>
    loading.sources.below(join(use.path, folder)).map((name) => join(use.path, folder, name))
  const inRole: Within = { ...within, role: use, dir: join(use.path, 'handlers'), chain: [use.path] }
  for (const file of files('tasks').filter(isYaml))
    if (!recorded.read.has(file)) completion.tasksFile(file, { dir: dirname(file), role: use }, false)
  for (const file of files('handlers').filter(isYaml)) {
    const text = recorded.read.has(file) ? undefined : loading.sources.read(file)
    if (text) loadHandlers(inRole, readYaml(loading, file, text), 'a file of handlers')
  }
  for (const file of [...files('vars'), ...files('defaults')].filter(isYaml)) completion.variablesFile(file)
  for (const file of files('templates')) if (/\.j(?:inja)?2$/.test(file)) completion.template(file)
}

function withDependencies(use: RoleUse): RoleUse[] {
  return [use, ...use.dependencies.flatMap(withDependencies)]
}

interface Work {
  roles: Set<string>
  recorded: Recorded
  loading: Loading
  parts: PlayParts
  completion: Completion
}

function begin(playbookDir: string, { sources, rolesPath, without, extraVars }: TreeOptions): Work {
  const recorded = recording(sources)
  const loading: Loading = {
    reader: new Reader(without),
    sources: recorded.sources,
    playbookDir,
    rolesPath,
    without,
    extraVars,
  }
  const parts: PlayParts = { handlers: [], importedHandlers: [], roles: [], known: new Map() }
  return { roles: new Set(), recorded, loading, parts, completion: new Completion(loading, parts) }
}

function loadWhole(path: string, within: Within, completion: Completion): RoleUse | undefined {
  const { loading, parts } = within
  try {
    const loaded = loadRole(
      {
        name: path,
        node: { kind: 'scalar', value: path, style: 'plain', place: { file: path } },
        shared: NOTHING,
        when: [],
        params: new Map(),
        from: { tasks: 'main', vars: 'main', defaults: 'main', handlers: 'main' },
        once: false,
      },
      within,
    )
    if (!loaded) return undefined
    completion.role(loaded.use)
    completion.alone = true
    const { handlers } = listed([...parts.importedHandlers, ...loaded.handlers])
    loading.reader.problems.push(...checkEntries([loaded.block, ...handlers], loading))
    completion.entries([loaded.block], true)
    completion.entries(handlers, false)
    return loaded.use
  } catch (error) {
    if (!isKnown(error)) throw error
    loading.reader.problems.push(...(error instanceof HakubeErrors ? error.errors : [error]))
    return undefined
  }
}

function emptyUse(path: string): RoleUse {
  const none = new Map()
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    defaults: none,
    vars: none,
    entryVars: none,
    params: none,
    parent: undefined,
    included: false,
    key: path,
    again: true,
    dependencies: [],
  }
}

function finish({ recorded, loading, completion, roles }: Work, plays: readonly Play[], alone = false): Tree {
  const isAbsent = ({ code }: HakubeError) => alone && code === 'unknown-role'
  const problems = new Map(
    loading.reader.problems
      .filter((one) => !isAbsent(one))
      .map((one) => [`${one.message} ${JSON.stringify(one.place)}`, one]),
  )
  return {
    problems: [...problems.values()],
    files: recorded.read,
    locked: recorded.locked,
    open: completion.open.length,
    plays,
    roles,
    missingRoles: loading.reader.problems.filter(isAbsent).map(({ message }) => message),
  }
}

function isYaml(file: string): boolean {
  return /\.ya?ml$/.test(file)
}
