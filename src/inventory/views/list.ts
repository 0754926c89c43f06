import type { Place } from '../../errors.ts'
import type { Value } from '../../value.ts'
import { hostsOf, type Group, type Host, type Inventory } from '../model.ts'

/** What a view shows of an inventory. */
export interface Shown {
  inventory: Inventory
  /** Hosts that --limit leaves; undefined without a limit. */
  limit: ReadonlySet<string> | undefined
  /** Variables of -e, which every host has. */
  extra: ReadonlyMap<string, { value: Value; place: Place | undefined }>
}

// What Ansible sets itself: an inventory that says such a thing says it in vain.
const INTERNAL: ReadonlySet<string> = new Set([
  'ansible_config_file',
  'ansible_diff_mode',
  'ansible_facts',
  'ansible_forks',
  'ansible_inventory_sources',
  'ansible_limit',
  'ansible_playbook_python',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_verbosity',
  'ansible_version',
  'group_names',
  'groups',
  'inventory_dir',
  'inventory_file',
  'inventory_hostname',
  'inventory_hostname_short',
  'omit',
  'playbook_dir',
])

/** Whether only Ansible sets a variable of this name. */
export function isInternal(name: string): boolean {
  return INTERNAL.has(name)
}

/** What holds for a host, templates as they are written. */
export function variablesOf(host: Host, { extra }: Shown): Map<string, Value> {
  return new Map([...plain(host.variables), ...plain(extra)])
}

export function plain(variables: ReadonlyMap<string, { value: Value }>): Map<string, Value> {
  const out = new Map<string, Value>()
  for (const [name, { value }] of variables) if (!INTERNAL.has(name)) out.set(name, value)
  return out
}

/** A group's own variables, with its priority where it has one. */
export function groupVariablesOf(group: Group): Map<string, Value> {
  const out = plain(group.variables)
  if (group.priority !== 1) out.set('ansible_group_priority', group.priority)
  return out
}

/** Own hosts of a group that the limit leaves; those of `all` go without saying. */
export function ownHosts(group: Group, { limit }: Shown): string[] {
  if (group.name === 'all') return []
  return group.hosts.filter((host) => limit?.has(host) ?? true)
}

/** The JSON of ansible-inventory --list, which dynamic inventories print too. Empty groups are left out. */
export function listView(shown: Shown): Value {
  const { inventory } = shown
  const out = new Map<string, Value>()
  for (const group of inventory.groups.values()) {
    const entry = new Map<string, Value>()
    const hosts = ownHosts(group, shown)
    if (hosts.length > 0) entry.set('hosts', hosts)
    if (group.children.length > 0) entry.set('children', [...group.children])
    if (entry.size > 0) out.set(group.name, entry)
  }
  const hostvars = new Map<string, Value>()
  for (const name of hostsOf(inventory, 'all')) {
    const host = inventory.hosts.get(name)
    if (!host || shown.limit?.has(name) === false) continue
    const variables = variablesOf(host, shown)
    if (variables.size > 0) hostvars.set(name, variables)
  }
  return out.set('_meta', new Map([['hostvars', hostvars]]))
}

/** The same as an inventory in YAML: a host's variables stand where it is first mentioned. */
export function yamlView(shown: Shown): Value {
  const seen = new Set<string>()
  const view = (name: string): Map<string, Value> => {
    const group = shown.inventory.groups.get(name)
    const entry = new Map<string, Value>()
    if (!group) return entry
    const children = new Map(group.children.map((child): [string, Value] => [child, view(child)]))
    const hosts = new Map(ownHosts(group, shown).map((host): [string, Value] => [host, hostEntry(host)]))
    if (children.size > 0) entry.set('children', children)
    if (hosts.size > 0) entry.set('hosts', hosts)
    return entry
  }
  const hostEntry = (name: string): Value => {
    const host = shown.inventory.hosts.get(name)
    if (!host || seen.has(name)) return new Map()
    seen.add(name)
    return variablesOf(host, shown)
  }
  return new Map([['all', view('all')]])
}
