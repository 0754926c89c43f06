import type { RoleUse } from '../playbook/model.ts'
import type { RawVariables } from './store.ts'

/** What roles bring to a task, highest first. */
export interface RoleLayers {
  /** Above what tasks set: names beside `role:` in the entry. */
  params: readonly RawVariables[]
  /** Between the vars of the task and those of the play. */
  vars: readonly RawVariables[]
  /** Below the inventory. */
  defaults: readonly RawVariables[]
}

/**
 * The variables of roles for a task of `role` (undefined: of no role) in a play with these roles, in Ansible's order:
 * a task sees its own role, the roles that depend on it, its dependencies, and all other roles of the play.
 */
export function roleLayers(role: RoleUse | undefined, roles: readonly RoleUse[]): RoleLayers {
  const parents = role ? parentsOf(role) : []
  const others = roles.toReversed()
  return {
    params: role ? [role, ...parents].map((use) => use.params) : [],
    vars: [
      ...(role ? [role, ...dependenciesOf(role)] : []).flatMap((use) => [use.vars, use.entryVars]),
      ...parents.map((use) => use.vars),
      ...others.flatMap((use) => [use, ...dependenciesOf(use)]).flatMap((use) => [use.vars, use.entryVars]),
    ],
    defaults: [
      ...(role ? [role, ...parents] : []).map((use) => use.defaults),
      ...(role ? dependenciesOf(role) : []).map((use) => use.defaults),
      ...others.flatMap((use) => [use, ...dependenciesOf(use)]).map((use) => use.defaults),
    ],
  }
}

/** The nearest one first. */
export function parentsOf({ parent }: RoleUse): RoleUse[] {
  return parent ? [parent, ...parentsOf(parent)] : []
}

/** All that it depends on, however far, the last one first. */
function dependenciesOf({ dependencies }: RoleUse): RoleUse[] {
  return dependencies.toReversed().flatMap((use) => [use, ...dependenciesOf(use)])
}
