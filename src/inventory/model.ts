import { showPlace } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Addition } from './grow.ts'
import type { Value } from '../value.ts'
import type { Warning } from '../yaml/load.ts'

export type { Warning } from '../yaml/load.ts'

/** A variable as it was written: templates in it are not evaluated. */
export interface Variable {
  value: Value
  origin: Place
  /** What the same layer said before, such as an earlier line of the same group. */
  before?: Variable | undefined
}
export type Variables = Map<string, Variable>

/** One step of the order of precedence: what one group, host or directory of files says about a host. */
export interface Layer {
  kind: 'group' | 'group-file' | 'host' | 'host-file'
  /** Of the group or host. */
  name: string
  /** Files only: which directory they are next to. */
  nextTo?: 'inventory' | 'playbook'
  variables: Variables
}

/** Sets a variable of a layer; what it said before stays known. */
export function setIn(variables: Variables, name: string, value: Value, origin: Place): void {
  const before = variables.get(name)
  variables.set(name, before ? { value, origin, before } : { value, origin })
}

export interface Host {
  name: string
  /** Names of all groups that the host is in, also through their children, sorted; without `all`. */
  groups: readonly string[]
  /** What holds for this host after precedence: groups, group_vars, its own, host_vars. */
  variables: Variables
  /** First mention. */
  place: Place | undefined
  /** True for a localhost that no inventory lists. */
  implicit: boolean
}

export interface Group {
  name: string
  /** Own hosts in declared order; for `all` only those listed under [all]. */
  hosts: readonly string[]
  /** Own children in declared order. */
  children: readonly string[]
  parents: readonly string[]
  /** Length of the longest way from `all`, which is 0. */
  depth: number
  /** ansible_group_priority: of two groups of one depth the higher one wins. */
  priority: number
  /** The group's own variables: inventory, then group_vars next to the inventory, then next to the playbook. */
  variables: Variables
  place: Place | undefined
}

export interface Inventory {
  /** In the order of their first mention. */
  hosts: ReadonlyMap<string, Host>
  /** `all` and `ungrouped` first, then in the order of their first mention. */
  groups: ReadonlyMap<string, Group>
  sources: readonly string[]
  warnings: readonly Warning[]
  /** What an unlisted localhost would get: variables of `all` and of host_vars/localhost. */
  localhostVariables: Variables
  /** All that is said about a host, from weak to strong; empty for a host that does not exist. */
  layersOf: (host: string) => readonly Layer[]
  /** The same inventory with more in it. Throws HakubeErrors for groups that cannot be. */
  grow?: (addition: Addition, place: Place) => Promise<Inventory>
}

/** What a pattern of groups and hosts selects from. */
export interface Selectable {
  hosts: { has(name: string): boolean; keys(): Iterable<string> }
  groups: ReadonlyMap<string, Pick<Group, 'hosts' | 'children'>>
}

/** The names that stand for the controller when no inventory lists them. */
export const LOCALHOSTS: readonly string[] = ['localhost', '127.0.0.1', '::1']

/**
 * A host by its name. `localhost`, 127.0.0.1 and ::1 always exist: where none of them is listed, they stand for
 * the controller, reached without ssh.
 */
export function findHost(inventory: Inventory, name: string): Host | undefined {
  const listed = inventory.hosts.get(name)
  if (listed || !LOCALHOSTS.includes(name)) return listed
  const other = LOCALHOSTS.find((alias) => inventory.hosts.has(alias))
  if (other !== undefined) return inventory.hosts.get(other)
  const origin: Place = { file: 'implicit localhost' }
  const local: Variables = new Map([['ansible_connection', { value: 'local', origin }]])
  const variables = new Map([...inventory.localhostVariables, ...local])
  return { name, groups: [], variables, place: undefined, implicit: true }
}

/**
 * The hosts of a group and its descendants: its own first, then level by level in declared order.
 * Empty for a group that does not exist.
 */
export function hostsOf(inventory: Pick<Selectable, 'groups'>, groupName: string): string[] {
  const found = new Set<string>()
  const seen = new Set([groupName])
  for (const name of seen) {
    const group = inventory.groups.get(name)
    for (const host of group?.hosts ?? []) found.add(host)
    // A set is walked in the order of insertion, additions included: that makes it breadth-first.
    for (const child of group?.children ?? []) seen.add(child)
  }
  return [...found]
}

/** The magic variable `groups`: every group with all of its hosts. */
export function groupsDict(inventory: Inventory): Map<string, Value> {
  return new Map(
    [...inventory.groups.keys()].map((name): [string, Value] => [name, hostsOf(inventory, name)]),
  )
}

/** A warning as one line of text: place, what it is, what to do. */
export function showWarning({ message, place, hint }: Warning): string {
  const where = place ? `${showPlace(place)}: ` : ''
  return `${where}${message}${hint === undefined ? '' : `. ${hint}`}`
}

/** Orders texts by code points as Python does; JavaScript's own order puts emoji before U+FFFD. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  let at = 0
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1)
}
