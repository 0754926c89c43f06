import { join } from 'node:path'
import type { GroupDraft, HostDraft } from './builder.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { Variables } from './model.ts'
import { VarsDirectory } from './vars-files.ts'
import type { Problems } from './vars-files.ts'

export interface VarsPlaces {
  /** Directories of the inventory sources, in order. */
  inventory: readonly string[]
  /** Directory of the playbook. */
  playbook: string | undefined
}

/** The variable files of all directories, read once per name. */
export class VarsFiles {
  readonly #groupDirs: { inventory: VarsDirectory[]; playbook: VarsDirectory[] }
  readonly #hostDirs: VarsDirectory[]

  private constructor(
    groupDirs: { inventory: VarsDirectory[]; playbook: VarsDirectory[] },
    hostDirs: VarsDirectory[],
  ) {
    this.#groupDirs = groupDirs
    this.#hostDirs = hostDirs
  }

  static async open(places: VarsPlaces, problems: Problems): Promise<VarsFiles> {
    const open = async (directories: readonly string[], kind: string): Promise<VarsDirectory[]> =>
      await Promise.all(directories.map(async (path) => await VarsDirectory.open(join(path, kind), problems)))
    const playbook = places.playbook === undefined ? [] : [places.playbook]
    return new VarsFiles(
      { inventory: await open(places.inventory, 'group_vars'), playbook: await open(playbook, 'group_vars') },
      await open([...places.inventory, ...playbook], 'host_vars'),
    )
  }

  /** What each directory says about a group, in the order of the directories. */
  async ofGroup(name: string): Promise<GroupLayers> {
    const { inventory, playbook } = this.#groupDirs
    return { inventory: await readAll(inventory, name), playbook: await readAll(playbook, name) }
  }

  /** What all directories together say about a host; the playbook's wins. */
  async ofHost(name: string): Promise<Variables> {
    return merge(await readAll(this.#hostDirs, name))
  }
}

export interface GroupLayers {
  inventory: Variables[]
  playbook: Variables[]
}

async function readAll(directories: VarsDirectory[], name: string): Promise<Variables[]> {
  const layers: Variables[] = []
  for (const directory of directories) layers.push(await directory.read(name))
  return layers
}

/** Later layers replace what earlier ones say: values are never merged. */
export function merge(layers: Iterable<Variables>): Variables {
  const merged: Variables = new Map()
  for (const layer of layers) for (const [name, variable] of layer) merged.set(name, variable)
  return merged
}

/** Computes what holds for groups and hosts, by Ansible's order of precedence. */
export class Precedence {
  readonly #groups: ReadonlyMap<string, GroupDraft>
  readonly #layers: ReadonlyMap<string, GroupLayers>
  readonly #hierarchy: Hierarchy
  readonly #bySet = new Map<string, Variables>()

  constructor(
    groups: ReadonlyMap<string, GroupDraft>,
    layers: ReadonlyMap<string, GroupLayers>,
    hierarchy: Hierarchy,
  ) {
    this.#groups = groups
    this.#layers = layers
    this.#hierarchy = hierarchy
  }

  /** The variables that a group itself brings. */
  ofGroup(group: GroupDraft): Variables {
    const layers = this.#layers.get(group.name)
    return merge([group.variables, ...(layers?.inventory ?? []), ...(layers?.playbook ?? [])])
  }

  /** What holds for a host: its groups', its own, its files'. */
  ofHost(host: HostDraft, files: Variables): Variables {
    return merge([this.ofGroups(host.groups), host.variables, files])
  }

  /**
   * From weak to strong: `all` and the other groups as written in the inventory, group_vars/all, then group_vars
   * of the other groups, each next to the inventory before next to the playbook.
   */
  ofGroups(direct: ReadonlySet<string>): Variables {
    const names = this.#hierarchy.withAncestors(direct)
    const key = names.join('\n')
    const known = this.#bySet.get(key)
    if (known) return known
    const others = this.#hierarchy.byStrength(names)
    const steps = [
      this.#written(['all', ...others]),
      ...this.#fromFiles(['all'], 'inventory'),
      ...this.#fromFiles(['all'], 'playbook'),
      ...this.#fromFiles(others, 'inventory'),
      ...this.#fromFiles(others, 'playbook'),
    ]
    const merged = merge(steps)
    this.#bySet.set(key, merged)
    return merged
  }

  #written(names: readonly string[]): Variables {
    return merge(names.map((name) => this.#groups.get(name)?.variables ?? new Map<string, never>()))
  }

  /** Directory by directory: a later source wins even against a deeper group of an earlier one. */
  #fromFiles(names: readonly string[], where: 'inventory' | 'playbook'): Variables[] {
    const perGroup = names.map((name) => this.#layers.get(name)?.[where] ?? [])
    const directories = Math.max(0, ...perGroup.map((layers) => layers.length))
    return Array.from({ length: directories }, (_, index) =>
      merge(perGroup.map((layers) => layers[index] ?? new Map<string, never>())),
    )
  }
}
