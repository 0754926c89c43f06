import { isKnown } from '../../errors.ts'
import { selectHosts } from '../../inventory/patterns.ts'
import { LookupFailure, str, type Lookup } from '../../jinja/index.ts'
import { isDict } from '../../value.ts'

/** Ansible's `inventory_hostnames`: the hosts that a pattern of groups and hosts selects, none where nothing has the name. */
export const inventoryHostnames: Lookup = (terms, _options, { scope }) => {
  const groups = scope.lookup('groups')
  if (!isDict(groups)) throw new LookupFailure('inventory_hostnames needs the groups of an inventory')
  const members = new Map(
    [...groups].map(([name, hosts]) => [String(name), Array.isArray(hosts) ? hosts.map(str) : []]),
  )
  try {
    return selectHosts(
      {
        hosts: new Set([...members.values()].flat()),
        groups: new Map([...members].map(([name, hosts]) => [name, { hosts, children: [] }])),
      },
      terms.map(str),
    ).hosts
  } catch (error) {
    if (!isKnown(error)) throw error
    throw new LookupFailure(error.message)
  }
}
