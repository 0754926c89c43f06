import { dirname } from 'node:path'
import { HakubeError, throwAll } from '../errors.ts'
import type { Vault } from '../vault/vault.ts'
import { InventoryBuilder } from './builder.ts'
import type { GroupDraft } from './builder.ts'
import { Hierarchy, reconcile } from './hierarchy.ts'
import type { Group, Host, Inventory, Warning } from './model.ts'
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
  const hosts = new Map<string, Host>()
  for (const draft of builder.hosts.values()) {
    const variables = precedence.ofHost(draft, await files.ofHost(draft.name))
    const groups = hierarchy.withAncestors(draft.groups)
    hosts.set(draft.name, { name: draft.name, groups, variables, place: draft.place, implicit: false })
  }
  const localhost = { name: 'localhost', groups: new Set<string>(), variables: new Map(), place: undefined }
  const localhostVariables = precedence.ofHost(localhost, await files.ofHost(localhost.name))
  throwAll(builder.errors)
  const groups = groupsFrom(builder, hierarchy, precedence)
  const { warnings } = builder
  return { hosts, groups, sources: read.map((source) => source.path), warnings, localhostVariables }
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
