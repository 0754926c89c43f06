import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Value } from '../value.ts'
import { Float } from '../value.ts'
import { setIn } from './model.ts'
import type { Variables, Warning } from './model.ts'
import { Vault } from '../vault/vault.ts'

export interface HostDraft {
  name: string
  groups: Set<string>
  variables: Variables
  place: Place | undefined
}

export interface GroupDraft {
  name: string
  hosts: Set<string>
  children: Set<string>
  parents: Set<string>
  variables: Variables
  priority: number
  place: Place | undefined
}

/** Gathers hosts and groups from all sources, which share one namespace. */
export class InventoryBuilder {
  readonly hosts = new Map<string, HostDraft>()
  readonly groups = new Map<string, GroupDraft>()
  readonly errors: HakubeError[] = []
  readonly warnings: Warning[] = []
  /** Opens encrypted files. */
  readonly vault: Vault

  constructor(vault: Vault = new Vault([])) {
    this.vault = vault
    const all = this.addGroup('all', undefined)
    const ungrouped = this.addGroup('ungrouped', undefined)
    all.children.add(ungrouped.name)
    ungrouped.parents.add(all.name)
  }

  addGroup(name: string, place: Place | undefined): GroupDraft {
    const known = this.groups.get(name)
    if (known) return known
    const group: GroupDraft = {
      name,
      hosts: new Set(),
      children: new Set(),
      parents: new Set(),
      variables: new Map(),
      priority: 1,
      place,
    }
    this.groups.set(name, group)
    return group
  }

  /** Puts a host into a group. Its port counts only at its first mention, as in Ansible. */
  addHost(name: string, group: GroupDraft, port: number | bigint | undefined, place: Place): void {
    const known = this.hosts.get(name)
    const host = known ?? { name, groups: new Set<string>(), variables: new Map(), place }
    if (!known) this.hosts.set(name, host)
    if (port !== undefined && !known) setIn(host.variables, 'ansible_port', port, place)
    if (port !== undefined && known) this.#warnAboutPort(host, port, place)
    host.groups.add(group.name)
    group.hosts.add(name)
  }

  #warnAboutPort(host: HostDraft, port: number | bigint, place: Place): void {
    const before = host.variables.get('ansible_port')?.value
    if (before === port) return
    this.warnings.push({
      code: 'ignored-port',
      message: `the port ${port} of ${host.name} is ignored: it counts only where the host is first mentioned`,
      place,
      hint: `Write ansible_port=${port} instead.`,
    })
  }

  /** Makes one group the child of another; a loop is an error. */
  addChild(parent: GroupDraft, child: GroupDraft, place: Place): void {
    if (child.name === 'all') {
      const hint = 'Every group is within all already: remove this line.'
      this.#fail(`the group all cannot be a child of ${parent.name}`, place, hint)
    } else if (parent === child) {
      this.#fail(`the group ${child.name} cannot be its own child`, place, 'Remove this line.')
    } else if (this.#isWithin(parent, child)) {
      const hint = `Remove this line, or the one that puts ${parent.name} into ${child.name}.`
      this.#fail(
        `the group ${child.name} cannot be a child of ${parent.name}, which is within it`,
        place,
        hint,
      )
    } else {
      parent.children.add(child.name)
      child.parents.add(parent.name)
    }
  }

  /** Whether a group is below another one. */
  #isWithin(group: GroupDraft, other: GroupDraft): boolean {
    const seen = new Set(group.parents)
    for (const name of seen) {
      if (name === other.name) return true
      for (const parent of this.groups.get(name)?.parents ?? []) seen.add(parent)
    }
    return false
  }

  /**
   * Sets a variable that stands on a host's line. Where a group has the host's name, Ansible gives it to the
   * group, and so do we, with a warning.
   */
  setHostVariable(name: string, key: string, value: Value, origin: Place): void {
    const group = this.groups.get(name)
    if (!group) {
      const host = this.hosts.get(name)
      if (host) setIn(host.variables, key, value, origin)
      return
    }
    this.warnings.push({
      code: 'variable-of-group',
      message: `${key} goes to the group ${name} and not to the host, because the group has the same name`,
      place: origin,
      hint: 'Give the host or the group another name.',
    })
    this.setGroupVariable(group, key, value, origin)
  }

  setGroupVariable(group: GroupDraft, key: string, value: Value, origin: Place): void {
    if (key !== 'ansible_group_priority') {
      setIn(group.variables, key, value, origin)
      return
    }
    const priority = toInteger(value)
    if (priority !== undefined) group.priority = priority
    else
      this.#fail(
        `the priority of the group ${group.name} is not a whole number`,
        origin,
        'Write a number such as 10.',
      )
  }

  #fail(message: string, place: Place, hint: string): void {
    this.errors.push(new HakubeError(message, { code: 'inventory-groups', place, hint }))
  }
}

/** What Python's int() makes of a value. */
function toInteger(value: Value): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Float) return value.value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined
  if (typeof value === 'string' && /^\s*[-+]?[0-9]+(?:_[0-9]+)*\s*$/.test(value))
    return Number(value.replaceAll('_', ''))
  return undefined
}
