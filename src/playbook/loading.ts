import { isAbsolute, join, resolve } from 'node:path'
import { HakubeErrors, isKnown, type Place } from '../errors.ts'
import { loadYaml, toValue, type Warning, type YamlNode } from '../yaml/load.ts'
import type { Inherited, Origin, RoleUse } from './model.ts'
import type { Around, RoleHandlers } from './role-handlers.ts'
import type { Reader } from './reader.ts'
import type { ScopeEnvironment } from '../variables/scope.ts'
import type { RawVariables } from '../variables/store.ts'
import type { Sources } from './sources.ts'
import type { TagSelection } from './tags.ts'

/** What all pieces of a playbook are loaded with. */
export interface Loading {
  reader: Reader
  sources: Sources
  playbookDir: string
  /** Folders that are searched for roles, after `roles` beside the playbook. */
  rolesPath: readonly string[]
  /** Which tags are asked for; all where nobody is to run it. */
  tags?: TagSelection | undefined
  /** Modules that hakube does not have and that are no mistakes: a host that reaches one fails. */
  without?: ReadonlySet<string> | undefined
  /** What names that must be known before the run may use: -e, and the controller. */
  extraVars?: RawVariables | undefined
  environment?: ScopeEnvironment | undefined
}

/** What the entries of a play put into the play itself. */
export interface PlayParts {
  /** Of its roles. */
  handlers: RoleHandlers[]
  /** Of roles that tasks import: they stand behind the play's own. */
  importedHandlers: RoleHandlers[]
  roles: RoleUse[]
  /** Of uses of roles so far, by their keys, those of their dependencies first. */
  known: Map<string, readonly RoleHandlers[]>
}

/** Where an entry stands: in which file, role and play. */
export interface Within extends Origin {
  loading: Loading
  parts: PlayParts
  /** Files and roles that are being read, outermost first: who names one of them again would never end. */
  chain: readonly string[]
  /**
   * What blocks and imports around it say, within the innermost role or the play: it holds for handlers of roles that
   * are imported there.
   */
  around: Around
  /** It is in a role. */
  byRole?: boolean
  /** What plays, blocks and roles around it say. */
  lent: Partial<Pick<Inherited, 'moduleDefaults' | 'collections' | 'vars' | 'tags'>>
  /** `vars` of the play. */
  playVars: RawVariables
  /** It is read in the run, because an include brings it. */
  dynamic?: boolean
  /** Its tasks run on the controller, as far as that is written: paths may be relative there. */
  here?: boolean
}

/** Where no play, block or role is around. */
export const ALONE: Pick<Within, 'lent' | 'playVars'> = { lent: {}, playVars: new Map() }

/** The same place, within an entry that says this. */
export function lending(within: Within, { moduleDefaults, collections, vars, tags }: Within['lent']): Within {
  const { lent } = within
  const merged = new Map([...(lent.moduleDefaults ?? []), ...(moduleDefaults ?? [])])
  const names = collections ?? lent.collections
  const variables = new Map([...(lent.vars ?? []), ...(vars ?? [])])
  return {
    ...within,
    lent: {
      moduleDefaults: merged,
      vars: variables,
      tags: [...(lent.tags ?? []), ...(tags ?? [])],
      ...(names && { collections: names }),
    },
  }
}

/** Parses a file of the playbook; its mistakes go to the reader. Undefined for mistakes and for an empty file. */
export function readYaml(
  { reader, sources }: Loading,
  file: string,
  text: { text: string; hidden: boolean },
): YamlNode | undefined {
  try {
    const onWarning = (warning: Warning): void => void reader.warnings.push(warning)
    const root = loadYaml(text.text, file, { hidden: text.hidden, onWarning })
    if (root && text.hidden) sources.hide(toValue(root))
    return root
  } catch (error) {
    if (!isKnown(error)) throw error
    reader.problems.push(...(error instanceof HakubeErrors ? error.errors : [error]))
    return undefined
  }
}

/**
 * Where a file of tasks is searched: beside the file that names it, in the role's `tasks`, in the role, and beside the
 * playbook.
 */
export function taskFiles(name: string, { dir, role, loading }: Within): string[] {
  if (isAbsolute(name)) return [name]
  const folders = [
    dir,
    ...(role ? [join(role.path, 'tasks'), role.path] : []),
    loading.playbookDir,
    join(loading.playbookDir, 'tasks'),
  ]
  return [...new Set(folders.map((folder) => resolve(folder, name)))]
}

/** Whether naming this file or role again would never end; says so. */
export function isCircle(within: Within, next: string, place: Place): boolean {
  if (!within.chain.includes(next)) return false
  const chain = [...within.chain.slice(within.chain.indexOf(next)), next].join(' → ')
  within.loading.reader.problem(`this imports itself: ${chain}`, place, 'take one of the imports out')
  return true
}
