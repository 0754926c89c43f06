import { isAbsolute, resolve } from 'node:path'
import { parentsOf } from '../variables/role-layers.ts'
import type { Origin } from './model.ts'

/**
 * Where a file that a task names is looked for, in Ansible's order: in its role, beside the file of the task, in the
 * roles that depend on its role, and beside the playbook; each time in the kind's own folder first.
 */
export function searchPath(
  name: string,
  folder: 'files' | 'templates' | 'vars',
  { dir, role }: Origin,
  playbookDir: string,
): string[] {
  if (isAbsolute(name)) return [name]
  const roles = role ? [role, ...parentsOf(role)].map((use) => use.path) : []
  const [own, ...parents] = roles
  const bases = [...(own === undefined ? [] : [own]), dir, ...parents, playbookDir]
  const folders = bases.flatMap((base) => [resolve(base, folder), base])
  return [...new Set([...folders, resolve(playbookDir, '..', folder)].map((base) => resolve(base, name)))]
}
