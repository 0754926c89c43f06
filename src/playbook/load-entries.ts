import { dirname } from 'node:path'
import { entryOf, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { inherit, inherited } from './inherited.ts'
import { BLOCK_KEYWORDS } from './keywords.ts'
import { importOf, loadImport } from './load-import.ts'
import { loadTask } from './load-task.ts'
import { lending, type Within } from './loading.ts'
import type { Block, Entry, Inherited, Task } from './model.ts'

/** A list of tasks and blocks, with what they import in its place. */
export function loadEntries(within: Within, node: YamlNode | undefined, what: string): Entry[] {
  const { reader } = within.loading
  return reader.items(node, what).flatMap((item) => {
    const mapping = reader.mapping(item, 'a task')
    if (!mapping) return []
    if (entryOf(mapping, 'block')) return [loadBlock(within, mapping)]
    const imported = importOf(mapping)
    const entry = imported
      ? loadImport(within, mapping, imported)
      : loadTask(reader, mapping, { handler: false, origin: originOf(within), lent: within.lent })
    return entry ? [entry] : []
  })
}

/** A list of handlers; files of them may be imported. */
export function loadHandlers(within: Within, node: YamlNode | undefined, what: string): Task[] {
  const { reader } = within.loading
  const handlerList = {}
  return reader.items(node, what).flatMap((item): Task[] => {
    const mapping = reader.mapping(item, 'a handler')
    if (!mapping) return []
    if (entryOf(mapping, 'block')) {
      reader.problem('a block cannot be a handler', mapping.place, 'give each handler in it the same listen')
      return []
    }
    const imported = importOf(mapping)
    if (imported) {
      const block = loadImport(within, mapping, imported, true)
      return block ? flat([block], NOTHING).map((task) => ({ ...task, handlerList })) : []
    }
    const task = loadTask(reader, mapping, { handler: true, origin: originOf(within), lent: within.lent })
    return task ? [{ ...task, handlerList }] : []
  })
}

const NOTHING: Inherited = { vars: new Map(), environment: [], tags: [] }

/** Handlers are no line of steps: what blocks lend them, each has for itself. */
function flat(entries: readonly Entry[], outer: Inherited): Task[] {
  return entries.flatMap((entry): Task[] => {
    const lent = inherit(outer, entry)
    if (entry.type === 'task') return [{ ...entry, ...lent }]
    return flat(entry.block, lent).map((task) => ({ ...task, when: [...entry.when, ...task.when] }))
  })
}

function loadBlock(within: Within, mapping: YamlMapping): Block {
  const { reader } = within.loading
  const keys = reader.keywords(mapping, BLOCK_KEYWORDS, 'block')
  const when = reader.conditions(keys.get('when'), 'when')
  const shared = inherited(reader, keys)
  const conditions = [...within.when, ...when.map(({ value }) => value)]
  const inner = { ...lending(within, shared), when: conditions }
  return {
    ...shared,
    type: 'block',
    name: reader.text(keys.get('name'), 'name'),
    place: mapping.place,
    when,
    block: loadEntries(inner, keys.get('block'), 'block'),
    rescue: loadEntries(inner, keys.get('rescue'), 'rescue'),
    always: loadEntries(inner, keys.get('always'), 'always'),
  }
}

function originOf({ dir, role }: Within): { dir: string; role: Within['role'] } {
  return { dir, role }
}

/** The same place, inside of a file of tasks. */
export function inFile(within: Within, file: string): Within {
  return { ...within, dir: dirname(file), chain: [...within.chain, file] }
}
