import type { RoleUse } from './model.ts'

/** The roles whose variables all of a play sees behind a position. */
export interface Seen {
  behind: number
  roles: readonly RoleUse[]
}

/** What a play sees from its begin on: its own roles. */
export function seenAtFirst(roles: readonly RoleUse[]): readonly Seen[] {
  return [{ behind: -Infinity, roles }]
}

/** The same with a role that the include at this position makes public: as in Ansible, for what comes behind it. */
export function withPublic(seen: readonly Seen[], role: RoleUse, position: number): readonly Seen[] {
  const before = seen.findLast(({ behind }) => behind <= position)?.roles ?? []
  // Hosts come to includes at different times: the order is that of the program all the same.
  const added = ({ behind, roles }: Seen): Seen => {
    return { behind, roles: [...before, role, ...roles.slice(before.length)] }
  }
  return [
    ...seen.filter(({ behind }) => behind < position),
    added({ behind: position, roles: before }),
    ...seen.filter(({ behind }) => behind > position).map(added),
  ]
}

export function rolesAt(seen: readonly Seen[], position: number): readonly RoleUse[] {
  return seen.findLast(({ behind }) => behind < position)?.roles ?? []
}
