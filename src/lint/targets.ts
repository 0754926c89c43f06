import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isKnown } from '../errors.ts'
import { kindOf } from '../ha/lint/files.ts'
import { loadYaml, type YamlNode } from '../yaml/load.ts'
import { isPlay } from './written.ts'

/** What a path on the command line is, told apart by what is in it. */
export type TargetKind = 'playbook' | 'role' | 'tasks' | 'variables' | 'template' | 'config'

export interface Target {
  kind: TargetKind
  path: string
}

/** What a file is; undefined if it is nothing that can be looked at. */
export function kindOfFile(path: string, text: string): TargetKind | undefined {
  if (/\.j(?:inja)?2$/.test(path)) return 'template'
  if (!/\.(?:ya?ml|json)$/.test(path)) return kindOf(text) === undefined ? undefined : 'config'
  const root = rootOf(path, text)
  // A YAML file with a mistake is a playbook with a mistake, unless its folder says that it is something else.
  if (root === 'broken') return /\/(?:tasks|handlers)\//.test(path) ? 'tasks' : 'playbook'
  if (root?.kind === 'sequence')
    return root.items.some((item) => item.kind === 'mapping' && isPlay(item)) ? 'playbook' : 'tasks'
  return root === undefined || root.kind === 'mapping' ? 'variables' : undefined
}

function rootOf(path: string, text: string): YamlNode | undefined | 'broken' {
  try {
    return loadYaml(text, path)
  } catch (error) {
    if (!isKnown(error)) throw error
    return 'broken'
  }
}

/** Whether a folder is a role. */
export function isRole(folder: string, read: (file: string) => string): boolean {
  const has = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined
  const main = (part: string) => ['yml', 'yaml'].map((ending) => `${part}/main.${ending}`).find(has)
  const tasks = main('tasks')
  // Some keep their playbooks in a folder called tasks.
  if (tasks !== undefined && isPlaybook(join(folder, tasks), read(join(folder, tasks)))) return false
  if (main('meta') !== undefined || main('defaults') !== undefined) return true
  return tasks !== undefined && ['handlers', 'templates', 'files', 'vars'].some(has)
}

/** Folders that hold no playbooks, or ones of other tools. */
const LEFT_OUT = new Set([
  'node_modules',
  'molecule',
  'tests',
  'collections',
  'rulebooks',
  'venv',
  'group_vars',
  'host_vars',
  'vars',
  'defaults',
  'files',
  'templates',
  'handlers',
  'meta',
])

/** The playbooks and roles below a folder; the folder itself where it is a role. By name, playbooks first. */
export function targetsBelow(folder: string, read: (file: string) => string): Target[] {
  if (isRole(folder, read)) return [{ kind: 'role', path: folder }]
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const playbooks = entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .filter((file) => isPlaybook(file, read(file)))
    .map((path): Target => ({ kind: 'playbook', path }))
  const below = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !LEFT_OUT.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      // A folder in roles/ is a role, whatever is in it.
      if (basename(folder) === 'roles' && hasTasks(path)) return [{ kind: 'role' as const, path }]
      return targetsBelow(path, read)
    })
  return [...playbooks, ...below].toSorted((a, b) => Number(a.kind === 'role') - Number(b.kind === 'role'))
}

function hasTasks(folder: string): boolean {
  return statSync(join(folder, 'tasks'), { throwIfNoEntry: false })?.isDirectory() === true
}

function isPlaybook(file: string, text: string): boolean {
  const root = rootOf(file, text)
  if (root === 'broken') return /^(?:- |\s+)hosts:\s/m.test(text)
  return root?.kind === 'sequence' && root.items.some((item) => item.kind === 'mapping' && isPlay(item))
}
