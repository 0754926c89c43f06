import { isAbsolute, join, resolve } from 'node:path'
import { HakubeErrors, isKnown } from '../errors.ts'
import type { RawVariables } from '../variables/store.ts'
import { readYaml, type Loading, type Within } from './loading.ts'
import { variablesIn } from './sources.ts'
import type { YamlNode } from '../yaml/load.ts'

/** Which file of each folder of a role is read: `main` unless tasks_from and its like say otherwise. */
export interface RoleFrom {
  tasks: string
  vars: string
  defaults: string
  handlers: string
}

export const MAIN: RoleFrom = { tasks: 'main', vars: 'main', defaults: 'main', handlers: 'main' }

/** Folders in which a role of this name is looked for. */
export function rolePlaces(name: string, { role, loading }: Within): string[] {
  if (isAbsolute(name)) return [name]
  const { playbookDir, rolesPath } = loading
  const beside = role ? [join(role.path, 'roles'), join(role.path, '..')] : []
  const folders = [join(playbookDir, 'roles'), ...rolesPath, ...beside, playbookDir]
  return [...new Set(folders.map((folder) => resolve(folder, name)))]
}

/** The folder of a role; undefined where there is none. */
export function findRole(name: string, within: Within): string | undefined {
  return rolePlaces(name, within).find((path) => within.loading.sources.isDirectory(path))
}

/** A YAML file of a role; undefined where there is none, or where it is empty. */
export function roleYaml(
  loading: Loading,
  path: string,
  folder: string,
  name: string,
): FoundYaml | undefined {
  for (const file of endingsOf(name).map((ending) => join(path, folder, name + ending))) {
    const text = loading.sources.read(file)
    if (text) return { file, root: readYaml(loading, file, text) }
  }
  return undefined
}

export interface FoundYaml {
  file: string
  root: YamlNode | undefined
}

/**
 * The variables in a role's `vars` or `defaults`: one file, or all files of a folder of that name in their order.
 * Mistakes go to the reader. Undefined where there is none.
 */
export function roleVariables(
  loading: Loading,
  path: string,
  folder: 'vars' | 'defaults',
  name: string,
): RawVariables | undefined {
  const { sources } = loading
  const directory = join(path, folder, name)
  for (const file of endingsOf(name).map((ending) => directory + ending)) {
    if (file === directory && sources.isDirectory(file)) return folderVariables(loading, file)
    const found = variablesOf(loading, file)
    if (found) return found
  }
  return undefined
}

/** All files of a folder and below it, in the order of their names; not hidden ones and those that editors leave. */
function folderVariables(loading: Loading, directory: string): RawVariables {
  const files = loading.sources
    .below(directory)
    .filter((file) => !file.split('/').some((part) => part.startsWith('.')))
    .filter((file) => /(?:\.ya?ml|\.json|^[^.]*[^.~]|\/[^./]*[^./~])$/.test(file))
  return new Map(files.flatMap((file) => [...(variablesOf(loading, join(directory, file)) ?? [])]))
}

/** A name that is given may have its ending. */
function endingsOf(name: string): readonly string[] {
  const endings = ['.yml', '.yaml', '.json']
  return name === 'main' ? [...endings, ''] : ['', ...endings]
}

function variablesOf({ sources, reader }: Loading, file: string): RawVariables | undefined {
  try {
    const text = sources.read(file)
    return text && variablesIn(text, file, (values) => sources.hide(values))
  } catch (error) {
    if (!isKnown(error)) throw error
    reader.problems.push(...(error instanceof HakubeErrors ? error.errors : [error]))
    return new Map()
  }
}
