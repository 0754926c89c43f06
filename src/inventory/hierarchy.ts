import type { GroupDraft, InventoryBuilder } from './builder.ts'
import { compareText } from './model.ts'

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

  /** Length of the longest way from `all`. */
  depth(name: string): number {
    const known = this.#depths.get(name)
    if (known !== undefined) return known
    const parents = [...(this.#groups.get(name)?.parents ?? [])]
    const depth = parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => this.depth(parent)))
    this.#depths.set(name, depth)
    return depth
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
