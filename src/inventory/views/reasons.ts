import type { Place } from '../../errors.ts'
import type { Value } from '../../value.ts'
import type { Group, Inventory, Layer } from '../model.ts'

/** One place that sets a variable of a host. */
export interface Setting {
  value: Value
  place: Place | undefined
  from: Layer | 'extra' | 'default'
}

/** Who says it, in words. */
export function nameOf({ from }: Setting, inventory: Inventory): string {
  if (from === 'extra') return '-e'
  if (from === 'default') return 'default'
  const beside = from.nextTo === 'playbook' ? ' next to the playbook' : ''
  if (from.kind === 'group') return `group ${withRank(from.name, inventory)}`
  if (from.kind === 'group-file') return `group_vars of ${withRank(from.name, inventory)}${beside}`
  return from.kind === 'host' ? 'the host itself' : `host_vars${beside}`
}

function withRank(name: string, inventory: Inventory): string {
  const group = inventory.groups.get(name)
  if (!group || name === 'all') return name
  return group.priority === 1
    ? `${name} (depth ${group.depth})`
    : `${name} (depth ${group.depth}, priority ${group.priority})`
}

/** Why one setting beats the next weaker one. */
export function reason(stronger: Setting, weaker: Setting, inventory: Inventory): string {
  if (stronger.from === 'extra') return weaker.from === 'extra' ? 'a later -e wins' : '-e beats everything'
  if (stronger.from === 'default') return ''
  if (weaker.from === 'default' || weaker.from === 'extra') return 'anything beats a default'
  if (stronger.from === weaker.from) {
    return stronger.place?.file === weaker.place?.file ? 'a later line wins' : 'a later file wins'
  }
  return betweenLayers(stronger.from, weaker.from, inventory)
}

function betweenLayers(stronger: Layer, weaker: Layer, inventory: Inventory): string {
  if (stronger.kind === 'host-file' && weaker.kind === 'host-file')
    return besides(stronger, weaker, 'host_vars')
  if (stronger.kind === 'host-file')
    return weaker.kind === 'host'
      ? 'host_vars beat what the inventory says of the host'
      : 'host_vars beat all groups'
  if (stronger.kind === 'host') return 'a host beats its groups'
  if (stronger.kind !== weaker.kind) return 'group_vars beat what the inventory says of any group'
  if (weaker.name === 'all' && stronger.name !== 'all') return 'any group beats all'
  if (stronger.kind === 'group-file' && (stronger.nextTo !== weaker.nextTo || stronger.name === weaker.name))
    return besides(stronger, weaker, 'group_vars')
  return byRank(inventory.groups.get(stronger.name), inventory.groups.get(weaker.name))
}

function besides(stronger: Layer, weaker: Layer, what: string): string {
  return stronger.nextTo === weaker.nextTo
    ? 'a later inventory wins'
    : `${what} next to the playbook beat those next to the inventory`
}

function byRank(stronger: Group | undefined, weaker: Group | undefined): string {
  if (!stronger || !weaker || stronger.depth < weaker.depth) return 'a later inventory wins'
  if (stronger.depth > weaker.depth) return `${stronger.name} is deeper than ${weaker.name}`
  if (stronger.priority > weaker.priority) return `${stronger.name} has the higher priority`
  if (stronger.priority < weaker.priority) return 'a later inventory wins'
  return `of equal groups the later name wins: ${stronger.name} after ${weaker.name}`
}
