import { dirname } from 'node:path'
import { HakubeError, showPlace, throwAll, type Place } from '../errors.ts'
import type { Vault } from '../vault/vault.ts'
import { InventoryBuilder } from './builder.ts'
import type { GroupDraft, HostDraft } from './builder.ts'
import { misspeltVariable } from './connection-names.ts'
import { addTo, type Addition } from './grow.ts'
import { Hierarchy, reconcile, tooDeep } from './hierarchy.ts'
import type { Group, Host, Inventory, Layer, Variables, Warning } from './model.ts'
import { readSource } from './sources.ts'
import type { Source } from './sources.ts'
import { Precedence, VarsFiles } from './variables.ts'
import type { GroupLayers } from './variables.ts'

export interface LoadOptions {
  /** Directory of the playbook, whose group_vars and host_vars count too. */
  playbookDir?: string | undefined
  /** For ~ and $NAME in the names of sources. */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** The vault passwords; without it, an encrypted file is an error. */
  vault?: Vault | undefined
}

/**
 * Reads all inventory sources (INI or YAML files, directories, host lists such as `a,b`) into one inventory, with
 * the variables that hold for each host.
 * Throws HakubeError, or HakubeErrors with all mistakes of all sources.
 */
export async function loadInventory(
  sources: readonly string[],
  options: LoadOptions = {},
): Promise<Inventory> {
  const builder = new InventoryBuilder(options.vault)
  const read: Source[] = []
  for (const source of sources) {
    try {
      read.push(await readSource(source, builder, options.env ?? {}))
    } catch (error) {
      if (!(error instanceof HakubeError)) throw error
      builder.errors.push(error)
    }
  }
  throwAll(builder.errors)
  reconcile(builder)
  const deep = tooDeep(builder)
  if (deep) throw deep
  warnAboutNames(builder)
  return await finish(builder, read, options.playbookDir)
}

async function finish(
  builder: InventoryBuilder,
  read: Source[],
  playbook: string | undefined,
): Promise<Inventory> {
  const directories = read.flatMap((source) => (source.kind === 'list' ? [] : [directoryOf(source)]))
  // Of sources in one directory the last one decides how strong the directory is.
  const inventory = directories.filter((directory, index) => directories.lastIndexOf(directory) === index)
  const files = await VarsFiles.open({ inventory, playbook }, builder)
  const layers = new Map<string, GroupLayers>()
  for (const name of builder.groups.keys()) layers.set(name, await files.ofGroup(name))
  const hierarchy = new Hierarchy(builder.groups)
  const precedence = new Precedence(builder.groups, layers, hierarchy)
  const drafts = new Map(builder.hosts)
  if (!drafts.has('localhost')) drafts.set('localhost', unlistedLocalhost())
  const hosts = new Map<string, Host>()
  const fileLayers = new Map<string, readonly Layer[]>()
  let localhostVariables: Variables = new Map()
  for (const draft of drafts.values()) {
    const { name, place } = draft
    const own = await files.ofHost(name)
    if (own.length > 0) fileLayers.set(name, own)
    const variables = precedence.ofHost(draft, own)
    if (name === 'localhost') localhostVariables = variables
    if (!builder.hosts.has(name)) continue
    const groups = hierarchy.withAncestors(draft.groups)
    hosts.set(name, { name, groups, variables, place, implicit: false })
  }
  throwAll(distinct(builder.errors))
  const groups = groupsFrom(builder, hierarchy, precedence)
  const layersOf = (name: string): readonly Layer[] => {
    const draft = drafts.get(name)
    return draft ? precedence.layersOf(draft, fileLayers.get(name) ?? []) : []
  }
  const sources = read.map((source) => source.path)
  const grow = async (addition: Addition, place: Place): Promise<Inventory> => {
    addTo(builder, addition, place)
    throwAll(builder.errors)
    reconcile(builder)
    return finish(builder, read, playbook)
  }
  return {
    hosts,
    groups,
    sources,
    warnings: [...builder.warnings, ...slips(hosts.values())],
    localhostVariables,
    layersOf,
    grow,
  }
}

/** Variables that would say how to reach a host, were they not misspelt: each place once. */
function slips(hosts: Iterable<Host>): Warning[] {
  const found = new Map<string, Warning>()
  for (const { variables } of hosts) {
    for (const [name, { origin: place }] of variables) {
      const meant = misspeltVariable(name)
      const message = `${name} says nothing of how to reach a host`
      const hint = `Did you mean "${meant}"?`
      if (meant !== undefined)
        found.set(`${name} ${showPlace(place)}`, { code: 'misspelt-variable', message, place, hint })
    }
  }
  return [...found.values()]
}

function unlistedLocalhost(): HostDraft {
  return { name: 'localhost', groups: new Set(), variables: new Map(), place: undefined }
}

/** A directory next to both the inventory and the playbook is read twice: its mistakes are told once. */
function distinct(errors: readonly HakubeError[]): HakubeError[] {
  return [
    ...new Map(errors.map((error) => [`${error.message} ${JSON.stringify(error.place)}`, error])).values(),
  ]
}

function directoryOf(source: Source): string {
  return source.kind === 'directory' ? source.path : dirname(source.path)
}

function groupsFrom(
  builder: InventoryBuilder,
  hierarchy: Hierarchy,
  precedence: Precedence,
): Map<string, Group> {
  const toGroup = (draft: GroupDraft): Group => ({
    name: draft.name,
    hosts: [...draft.hosts],
    children: [...draft.children],
    parents: [...draft.parents],
    depth: hierarchy.depth(draft.name),
    priority: draft.priority,
    variables: precedence.ofGroup(draft),
    place: draft.place,
  })
  return new Map([...builder.groups.values()].map((draft) => [draft.name, toGroup(draft)]))
}

function warnAboutNames(builder: InventoryBuilder): void {
  for (const [name, host] of builder.hosts) {
    if (!builder.groups.has(name)) continue
    const warning: Warning = {
      code: 'host-and-group',
      message: `${name} is the name of both a host and a group`,
      place: host.place,
      hint: 'Give one of them another name.',
    }
    builder.warnings.push(warning)
  }
}
