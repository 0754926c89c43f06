import { toJson } from '../value.ts'
import { describe, entryOf, toValue, type YamlEntry, type YamlMapping } from '../yaml/load.ts'
import type { Reader } from './reader.ts'

/**
 * `action: copy src=a dest=b` and `action: {module: copy, …}` as if the module were a key of the task; local_action is
 * the same on the controller.
 */
export function writtenAction(
  reader: Reader,
  mapping: YamlMapping,
): { entries: readonly YamlEntry[]; local: boolean } {
  const local = entryOf(mapping, 'local_action')
  const entry = entryOf(mapping, 'action') ?? local
  if (!entry) return { entries: [], local: false }
  const action = moduleOf(entry)
  if (!action) {
    const { place } = entry.value
    reader.problem(`${String(entry.key)} names a module, this is ${describe(entry.value)}`, place)
  }
  return { entries: action ? [action] : [], local: entry === local }
}

function moduleOf({ value: node }: YamlEntry): YamlEntry | undefined {
  if (node.kind === 'mapping') {
    const module = entryOf(node, 'module')?.value
    const name = module && toJson(toValue(module))
    if (!module || typeof name !== 'string') return undefined
    const entries = node.entries.filter(({ key }) => key !== 'module')
    return { key: name, keyPlace: module.place, value: { ...node, entries } }
  }
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value.trim() : ''
  const [, name, rest = ''] = /^(\S+)(?:\s+([^]*))?$/.exec(text) ?? []
  if (name === undefined) return undefined
  return {
    key: name,
    keyPlace: node.place,
    value: { kind: 'scalar', style: 'quoted', place: node.place, value: rest === '' ? null : rest },
  }
}
