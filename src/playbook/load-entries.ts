import { dirname } from 'node:path'
import { entryOf, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { NOTHING, inherit, inherited } from './inherited.ts'
import { BLOCK_KEYWORDS } from './keywords.ts'
import { importOf, loadImport } from './load-import.ts'
import { loadTask, type Surroundings } from './load-task.ts'
import { lending, type Within } from './loading.ts'
import { further } from './role-handlers.ts'
import type { Block, Entry, Inherited, Task } from './model.ts'

/** A list of tasks and blocks, with what they import in its place. */
export function loadEntries(within: Within, node: YamlNode | undefined, what: string): Entry[] {
  const { reader } = within.loading
  return reader.items(node, what).flatMap((item) => {
    const mapping = reader.mapping(item, 'a task')
    if (!mapping) return []
    if (entryOf(mapping, 'block')) return [loadBlock(within, mapping)]
    const imported = importOf(mapping, within)
    const entry = imported
      ? loadImport(within, mapping, imported)
      : loadTask(reader, mapping, { ...aboutTask(within), handler: false })
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
    if (entryOf(mapping, 'block'))
      return handlersIn(within, mapping).map((task) => ({ ...task, handlerList }))
    const imported = importOf(mapping, within)
    if (imported) {
      const block = loadImport(within, mapping, imported, true)
      return block ? flat([block], NOTHING).map((task) => ({ ...task, handlerList })) : []
    }
    const task = loadTask(reader, mapping, { ...aboutTask(within), handler: true })
    return task ? [{ ...task, handlerList }] : []
  })
}

/** Each task of a block is a handler of its own, as in Ansible; the block's own name cannot be notified. */
function handlersIn(within: Within, mapping: YamlMapping): Task[] {
  const { reader } = within.loading
  for (const part of ['rescue', 'always']) {
    const entry = entryOf(mapping, part)
    if (entry)
      reader.problem(
        `${part} does not work in a block of handlers`,
        entry.keyPlace,
        'each task in the block is a handler of its own; let one handler include_tasks a file with the block',
      )
  }
  const nested = entryOf(mapping, 'block')?.value
  for (const item of nested?.kind === 'sequence' ? nested.items : [])
    if (item.kind === 'mapping' && entryOf(item, 'block'))
      reader.problem(
        'a block within a block cannot be a handler',
        item.place,
        'give each handler in it the same listen',
      )
  const block = loadBlock(within, mapping, (inner, node, part) => loadHandlers(inner, node, part))
  return flat([block], NOTHING)
}

/** Handlers are no line of steps: what blocks lend them, each has for itself. */
function flat(entries: readonly Entry[], outer: Inherited): Task[] {
  return entries.flatMap((entry): Task[] => {
    const lent = inherit(outer, entry)
    if (entry.type === 'task') return [{ ...entry, ...lent }]
    return flat(entry.block, lent).map((task) => ({ ...task, when: [...entry.when, ...task.when] }))
  })
}

function loadBlock(
  within: Within,
  mapping: YamlMapping,
  load = (inner: Within, node: YamlNode | undefined, part: string): Entry[] => loadEntries(inner, node, part),
): Block {
  const { reader } = within.loading
  const keys = reader.keywords(mapping, BLOCK_KEYWORDS, 'block')
  const when = reader.conditions(keys.get('when'), 'when')
  const shared = inherited(reader, keys)
  const moved = shared.delegateTo !== undefined || shared.connection !== undefined
  const inner = {
    ...lending(within, shared),
    around: further(within.around, shared, when),
    ...(moved && { here: true }),
  }
  return {
    ...shared,
    type: 'block',
    name: reader.text(keys.get('name'), 'name'),
    place: mapping.place,
    when,
    block: load(inner, keys.get('block'), 'block'),
    rescue: load(inner, keys.get('rescue'), 'rescue'),
    always: load(inner, keys.get('always'), 'always'),
  }
}

/** What a task has of the place where it stands. */
function aboutTask({ dir, role, lent, here = false }: Within): Surroundings {
  return { origin: { dir, role }, lent, here }
}

/** The same place, inside of a file of tasks. */
export function inFile(within: Within, file: string): Within {
  return { ...within, dir: dirname(file), chain: [...within.chain, file] }
}
