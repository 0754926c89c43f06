import type { Place } from '../errors.ts'
import type { Dict } from '../value.ts'
import type { InventoryBuilder } from './builder.ts'

/** What a task adds to the inventory of the run. */
export interface Addition {
  host: string
  groups: readonly string[]
  /** Of all these groups. */
  parents: readonly string[]
  /** Final values. */
  variables: Dict
}

/** Adds a host that need not be new, and its groups. */
export function addTo(builder: InventoryBuilder, addition: Addition, place: Place): void {
  const { host, variables } = addition
  const groups = addition.groups.length > 0 || builder.hosts.has(host) ? addition.groups : ['ungrouped']
  for (const name of groups) {
    const group = builder.addGroup(name, place)
    builder.addHost(host, group, undefined, place)
    for (const parent of addition.parents) {
      if (parent !== 'all' && !group.parents.has(parent))
        builder.addChild(builder.addGroup(parent, place), group, place)
    }
  }
  for (const [key, value] of variables) builder.setHostVariable(host, String(key), value, place)
}
