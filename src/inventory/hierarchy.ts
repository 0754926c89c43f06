import { HakubeError } from '../errors.ts'
import type { GroupDraft, InventoryBuilder } from './builder.ts'
import { compareText } from './model.ts'

const MAX_DEPTH = 1000

/** Every group without a parent comes under `all`, and every host without a real group into `ungrouped`. */
export function reconcile(builder: InventoryBuilder): void {
  const all = builder.addGroup('all', undefined)
  const ungrouped = builder.addGroup('ungrouped', undefined)
  for (const group of builder.groups.values()) {
    if (group === all || group.parents.size > 0) continue
    all.children.add(group.name)
    group.parents.add(all.name)
  }
  for (const host of builder.hosts.values()) {
    const isGrouped = [...host.groups].some((name) => name !== all.name && name !== ungrouped.name)
    if (isGrouped) {
      ungrouped.hosts.delete(host.name)
      host.groups.delete(ungrouped.name)
    } else {
      ungrouped.hosts.add(host.name)
      host.groups.add(ungrouped.name)
    }
  }
}

/** A group that is nested deeper than anybody can mean, undefined if there is none. */
export function tooDeep(builder: InventoryBuilder): HakubeError | undefined {
  const hierarchy = new Hierarchy(builder.groups)
  const group = [...builder.groups.values()].find(({ name }) => hierarchy.depth(name) > MAX_DEPTH)
  if (!group) return undefined
  return new HakubeError(`the group ${group.name} is nested more than ${MAX_DEPTH} groups deep`, {
    code: 'inventory-groups',
    place: group.place,
    hint: 'Put its hosts into a group further up.',
  })
}

/** Who is above whom. Needs groups without loops. */
export class Hierarchy {
  readonly #groups: ReadonlyMap<string, GroupDraft>
  readonly #depths = new Map<string, number>()
  readonly #ancestors = new Map<string, ReadonlySet<string>>()
  // Thousands of hosts share a few combinations of groups.
  readonly #combinations = new Map<string, readonly string[]>()

  constructor(groups: ReadonlyMap<string, GroupDraft>) {
    this.#groups = groups
  }

  /** Length of the longest way from `all`. Goes by a stack of its own: a chain may be longer than the engine's. */
  depth(name: string): number {
    const stack = [name]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const parents = [...(this.#groups.get(top)?.parents ?? [])]
      const open = parents.filter((parent) => !this.#depths.has(parent))
      if (open.length > 0) stack.push(...open)
      else {
        this.#depths.set(top, 1 + Math.max(-1, ...parents.map((parent) => this.#depths.get(parent) ?? 0)))
        stack.pop()
      }
    }
    return this.#depths.get(name) ?? 0
  }

  /** These groups and all above them except `all`, sorted by name. */
  withAncestors(names: Iterable<string>): readonly string[] {
    const key = [...names].join('\n')
    const known = this.#combinations.get(key)
    if (known) return known
    const sorted = this.#collect(names)
    this.#combinations.set(key, sorted)
    return sorted
  }

  #collect(names: Iterable<string>): string[] {
    const found = new Set<string>()
    for (const name of names) {
      found.add(name)
      for (const above of this.#above(name)) found.add(above)
    }
    found.delete('all')
    return [...found].sort(compareText)
  }

  #above(name: string): ReadonlySet<string> {
    const known = this.#ancestors.get(name)
    if (known) return known
    const found = new Set<string>()
    for (const parent of this.#groups.get(name)?.parents ?? []) {
      found.add(parent)
      for (const above of this.#above(parent)) found.add(above)
    }
    this.#ancestors.set(name, found)
    return found
  }

  /** From weak to strong: deeper groups win, then a higher priority, then the greater name. */
  byStrength(names: readonly string[]): string[] {
    return [...names].sort(
      (a, b) => this.depth(a) - this.depth(b) || this.#priority(a) - this.#priority(b) || compareText(a, b),
    )
  }

  #priority(name: string): number {
    return this.#groups.get(name)?.priority ?? 1
  }
}
