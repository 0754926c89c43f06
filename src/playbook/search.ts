import { isAbsolute, resolve } from 'node:path'
import { expandHome } from '../home.ts'
import { parentsOf } from '../variables/role-layers.ts'
import type { Origin } from './model.ts'

/**
 * Where a file that a task names is looked for, in Ansible's order: in its role, beside the file of the task, in the
 * roles that depend on its role, and beside the playbook; each time in the kind's own folder first. ~ is the home directory.
 */
export function searchPath(
  given: string,
  folder: 'files' | 'templates' | 'vars',
  { dir, role }: Origin,
  playbookDir: string,
): string[] {
  const name = expandHome(given)
  if (isAbsolute(name)) return [name]
  const roles = role ? [role, ...parentsOf(role)].map((use) => use.path) : []
  const [own, ...parents] = roles
  const bases = [...(own === undefined ? [] : [own]), dir, ...parents, playbookDir]
  const folders = bases.flatMap((base) => [resolve(base, folder), base])
  return [...new Set([...folders, resolve(playbookDir, '..', folder)].map((base) => resolve(base, name)))]
}
