import { join } from 'node:path'
import type { GroupDraft, HostDraft } from './builder.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { Layer, Variables } from './model.ts'
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
  readonly #groupDirs: Directories
  readonly #hostDirs: Directories

  private constructor(groupDirs: Directories, hostDirs: Directories) {
    this.#groupDirs = groupDirs
    this.#hostDirs = hostDirs
  }

  static async open(places: VarsPlaces, problems: Problems): Promise<VarsFiles> {
    const open = async (directories: readonly string[], kind: string): Promise<VarsDirectory[]> =>
      await Promise.all(directories.map(async (path) => await VarsDirectory.open(join(path, kind), problems)))
    const playbook = places.playbook === undefined ? [] : [places.playbook]
    const both = async (kind: string): Promise<Directories> => ({
      inventory: await open(places.inventory, kind),
      playbook: await open(playbook, kind),
    })
    return new VarsFiles(await both('group_vars'), await both('host_vars'))
  }

  /** What each directory says about a group, in the order of the directories. */
  async ofGroup(name: string): Promise<GroupLayers> {
    const { inventory, playbook } = this.#groupDirs
    return { inventory: await readAll(inventory, name), playbook: await readAll(playbook, name) }
  }

  /** What each directory says about a host, from weak to strong: the playbook's wins. */
  async ofHost(name: string): Promise<Layer[]> {
    const layers: Layer[] = []
    const { inventory, playbook } = this.#hostDirs
    if (![...inventory, ...playbook].some((directory) => directory.has(name))) return layers
    for (const nextTo of ['inventory', 'playbook'] as const) {
      for (const variables of await readAll(this.#hostDirs[nextTo], name)) {
        if (variables.size > 0) layers.push({ kind: 'host-file', name, nextTo, variables })
      }
    }
    return layers
  }
}

interface Directories {
  inventory: VarsDirectory[]
  playbook: VarsDirectory[]
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
  // By the list itself: the hierarchy has one for each combination of groups.
  readonly #bySet = new Map<readonly string[], Variables>()

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
  ofHost(host: HostDraft, files: readonly Layer[]): Variables {
    const merged: Variables = new Map(this.#ofGroups(host.groups))
    for (const [name, variable] of host.variables) merged.set(name, variable)
    for (const { variables } of files) for (const [name, variable] of variables) merged.set(name, variable)
    return merged
  }

  /** The same, each step by itself. */
  layersOf(host: HostDraft, files: readonly Layer[]): Layer[] {
    const own: Layer = { kind: 'host', name: host.name, variables: host.variables }
    return [...this.#groupLayers(this.#hierarchy.withAncestors(host.groups)), own, ...files]
  }

  #ofGroups(direct: ReadonlySet<string>): Variables {
    const names = this.#hierarchy.withAncestors(direct)
    const known = this.#bySet.get(names)
    if (known) return known
    const merged = merge(this.#groupLayers(names).map((layer) => layer.variables))
    this.#bySet.set(names, merged)
    return merged
  }

  /**
   * From weak to strong: `all` and the other groups as written in the inventory, group_vars/all, then group_vars
   * of the other groups, each next to the inventory before next to the playbook.
   */
  #groupLayers(names: readonly string[]): Layer[] {
    const others = this.#hierarchy.byStrength(names)
    return [
      ...['all', ...others].flatMap((name) => this.#written(name)),
      ...this.#fromFiles(['all'], 'inventory'),
      ...this.#fromFiles(['all'], 'playbook'),
      ...this.#fromFiles(others, 'inventory'),
      ...this.#fromFiles(others, 'playbook'),
    ]
  }

  #written(name: string): Layer[] {
    const variables = this.#groups.get(name)?.variables
    return variables && variables.size > 0 ? [{ kind: 'group', name, variables }] : []
  }

  /** Directory by directory: a later source wins even against a deeper group of an earlier one. */
  #fromFiles(names: readonly string[], nextTo: 'inventory' | 'playbook'): Layer[] {
    const perGroup = names.map((name) => ({ name, layers: this.#layers.get(name)?.[nextTo] ?? [] }))
    const directories = Math.max(0, ...perGroup.map(({ layers }) => layers.length))
    return Array.from({ length: directories }, (_, index) =>
      perGroup.flatMap(({ name, layers }): Layer[] => {
        const variables = layers[index]
        return variables && variables.size > 0 ? [{ kind: 'group-file', name, nextTo, variables }] : []
      }),
    ).flat()
  }
}
