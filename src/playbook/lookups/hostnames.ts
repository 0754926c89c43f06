import { globRegex } from '../../inventory/match.ts'
import { LookupFailure, str, type Lookup } from '../../jinja/index.ts'
import { isDict } from '../../value.ts'

/** Ansible's `inventory_hostnames`: the hosts that a pattern of groups and hosts selects. */
export const inventoryHostnames: Lookup = (terms, _options, { scope }) => {
  const groups = scope.lookup('groups')
  if (!isDict(groups)) throw new LookupFailure('inventory_hostnames needs the groups of an inventory')
  const members = new Map(
    [...groups].map(([name, hosts]) => [String(name), Array.isArray(hosts) ? hosts.map(str) : []]),
  )
  const all = [...new Set([...members.values()].flat())]
  const selected = (term: string): string[] => {
    const fits = globRegex(term)
    const inGroups = [...members].filter(([name]) => fits.test(name)).flatMap(([, hosts]) => hosts)
    return term === 'all' ? all : [...new Set([...inGroups, ...all.filter((host) => fits.test(host))])]
  }
  const parts = terms.flatMap((term) => str(term).split(/[,:]/)).map((part) => part.trim())
  let chosen = parts.filter((part) => part !== '' && !/^[&!]/.test(part)).flatMap(selected)
  if (chosen.length === 0 && parts.every((part) => /^[&!]/.test(part))) chosen = all
  for (const part of parts.filter((one) => one.startsWith('&'))) {
    const only = new Set(selected(part.slice(1)))
    chosen = chosen.filter((host) => only.has(host))
  }
  for (const part of parts.filter((one) => one.startsWith('!'))) {
    const without = new Set(selected(part.slice(1)))
    chosen = chosen.filter((host) => !without.has(host))
  }
  return [...new Set(chosen)]
}
