import { HakubeError } from '../errors.ts'
import { describe, entryOf, loadYaml } from '../yaml/load.ts'
import type { YamlEntry, YamlMapping, YamlNode } from '../yaml/load.ts'
import type { GroupDraft, InventoryBuilder } from './builder.ts'
import { parseHostPattern } from './ini-host.ts'
import type { Variables } from './model.ts'
import { variablesOf } from './vars-files.ts'

const SECTIONS = ['hosts', 'vars', 'children']

/**
 * Reads an inventory in YAML or JSON: groups with `hosts`, `vars` and `children`. Answers whether it was one; a
 * text that is none is an error only if it is required to be one, for else it may be INI.
 */
export async function readYamlInventory(
  text: string,
  file: string,
  builder: InventoryBuilder,
  { required, hidden = false }: { required: boolean; hidden?: boolean },
): Promise<boolean> {
  const root = readRoot(text, file, builder, { required, hidden })
  if (!root) return false
  const plugin = entryOf(root, 'plugin')
  if (plugin) {
    throw invalid(
      'inventory plugins are not supported',
      plugin.keyPlace,
      'Write the hosts into the file itself.',
    )
  }
  for (const entry of root.entries) await readGroup(entry, undefined, builder)
  return true
}

function readRoot(
  text: string,
  file: string,
  builder: InventoryBuilder,
  { required, hidden }: { required: boolean; hidden: boolean },
): YamlMapping | undefined {
  let root: YamlNode | undefined
  try {
    root = loadYaml(text, file, { hidden, onWarning: (warning) => builder.warnings.push(warning) })
  } catch (error) {
    if (required || !(error instanceof HakubeError)) throw error
    return undefined
  }
  if (root?.kind === 'mapping') {
    refuseOutput(root)
    return root
  }
  if (!required) return undefined
  const what = root ? describe(root) : 'empty'
  const hint = 'Write groups with hosts in them; an inventory in INI must have a name that ends in .ini.'
  throw invalid(
    `a YAML inventory must be a mapping of groups, this is ${what}`,
    root?.place ?? { file },
    hint,
  )
}

/** What an inventory program prints looks like an inventory in YAML, but lists its hosts. */
function refuseOutput(root: YamlMapping): void {
  const meta = entryOf(root, '_meta')
  if (!meta) return
  throw invalid(
    'this is what an inventory program prints, and no inventory file',
    meta.keyPlace,
    'Give the program itself with -i; ansible-inventory --list --yaml prints its hosts as a file.',
  )
}

async function readGroup(
  entry: YamlEntry,
  parent: GroupDraft | undefined,
  builder: InventoryBuilder,
): Promise<void> {
  const { key, keyPlace, value } = entry
  if (value.kind !== 'mapping' && !(value.kind === 'scalar' && value.value === null)) {
    // As in Ansible, which files with settings for other programs rely on.
    builder.warnings.push({
      code: 'ignored-section',
      message: `"${String(key)}" is ignored: a group must be a mapping, not ${describe(value)}`,
      place: keyPlace,
      hint: 'If it is a variable, put it under "vars:" of a group.',
    })
    return
  }
  if (typeof key !== 'string')
    return fail(builder, `${String(key)} is not the name of a group`, keyPlace, 'Quote the name.')
  const group = builder.addGroup(key, keyPlace)
  const sections = entriesOf(value, `the group ${key}`, builder)
  // A group becomes a child after its own children are known, as in Ansible, whose order of children shows.
  for (const section of sections) await readSection(section, group, builder)
  if (parent) builder.addChild(parent, group, keyPlace)
}

async function readSection(section: YamlEntry, group: GroupDraft, builder: InventoryBuilder): Promise<void> {
  const name = String(section.key)
  if (!SECTIONS.includes(name)) {
    builder.warnings.push({
      code: 'ignored-section',
      message: `"${name}" in the group ${group.name} is ignored: a group has only hosts, vars and children`,
      place: section.keyPlace,
      hint: `If it is a host, put it under "hosts:"; if a group, under "children:"; if a variable, under "vars:".`,
    })
    return
  }
  const entries = entriesOf(section.value, `"${name}" of the group ${group.name}`, builder)
  if (name === 'children') for (const entry of entries) await readGroup(entry, group, builder)
  if (name === 'hosts') for (const entry of entries) await readHost(entry, group, builder)
  if (name === 'vars') {
    const variables = await variablesFrom(section.value, entries, builder)
    for (const [key, { value, origin }] of variables) builder.setGroupVariable(group, key, value, origin)
  }
}

async function readHost(entry: YamlEntry, group: GroupDraft, builder: InventoryBuilder): Promise<void> {
  const { key, keyPlace, value } = entry
  if (typeof key !== 'string') {
    const message = `${String(key)} is not the name of a host but ${key === null ? 'nothing' : `a ${typeof key}`}`
    return fail(builder, message, keyPlace, 'Quote the name.')
  }
  const entries = entriesOf(value, `the host ${key}`, builder)
  const variables = await variablesFrom(value, entries, builder)
  try {
    const { names, port } = parseHostPattern(key, keyPlace)
    for (const name of names) {
      builder.addHost(name, group, port, keyPlace)
      for (const [variable, { value: content, origin }] of variables) {
        builder.setHostVariable(name, variable, content, origin)
      }
    }
  } catch (error) {
    if (!(error instanceof HakubeError)) throw error
    builder.errors.push(error)
  }
}

/** The entries of a mapping; nothing and an empty text count as an empty one, and a text as a key without value. */
function entriesOf(node: YamlNode, what: string, builder: InventoryBuilder): YamlEntry[] {
  if (node.kind === 'mapping') return node.entries
  if (node.kind === 'scalar' && (node.value === null || node.value === '')) return []
  if (node.kind === 'scalar' && typeof node.value === 'string' && what.startsWith('"')) {
    return [{ key: node.value, keyPlace: node.place, value: { ...node, value: null } }]
  }
  const hint = 'Write "name:" on a line of its own for each, without a leading "-".'
  fail(builder, `${what} must be a mapping, not ${describe(node)}`, node.place, hint)
  return []
}

async function variablesFrom(
  node: YamlNode,
  entries: YamlEntry[],
  builder: InventoryBuilder,
): Promise<Variables> {
  return await variablesOf({ kind: 'mapping', entries, place: node.place }, builder.warnings)
}

function fail(builder: InventoryBuilder, message: string, place: YamlEntry['keyPlace'], hint: string): void {
  builder.errors.push(invalid(message, place, hint))
}

function invalid(message: string, place: YamlEntry['keyPlace'], hint: string): HakubeError {
  return new HakubeError(message, { code: 'inventory-syntax', place, hint })
}
