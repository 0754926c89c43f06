import type { Place } from '../errors.ts'
import { splitKeyValue } from '../playbook/key-value.ts'
import { HANDLER_KEYWORDS, PLAY_KEYWORDS, TASK_KEYWORDS, LOOP_KEYWORDS } from '../playbook/keywords.ts'
import { writtenAction } from '../playbook/written-action.ts'
import { Reader } from '../playbook/reader.ts'
import type { TaskModule } from '../task.ts'
import { findModule } from '../tasks/index.ts'
import { entryOf, type YamlEntry, type YamlMapping, type YamlNode } from '../yaml/load.ts'

/** A play, block or task as it is written: with its quotes and spellings, which the loaded model has no more. */
export interface Written {
  mapping: YamlMapping
  /** The blocks and the play around it, the innermost first. */
  around: readonly YamlMapping[]
}

export interface WrittenPlay extends Written {
  type: 'play'
}

export interface WrittenBlock extends Written {
  type: 'block'
}

export interface WrittenTask extends Written {
  type: 'task'
  handler: boolean
  /** The module as it is written, and the entry that names it. */
  action: YamlEntry
  name: string
  /** The module without `ansible.builtin.` and its like: also where hakube has none of this name. */
  short: string
  module: TaskModule | undefined
  /** Its parameters by the names that are written, those of `args` too. */
  args: ReadonlyMap<string, YamlNode>
  /** The text behind `command:` and its like without the parameters in it, or what stands behind any other module. */
  free: { text: string; place: Place } | undefined
  /** Parameters are written as name=value on one line. */
  pairs: boolean
}

export type WrittenEntry = WrittenPlay | WrittenBlock | WrittenTask

/** Every play, block and task of a file: a list of plays or of tasks. Nothing for other files. */
export function writtenEntries(root: YamlNode | undefined, file: string): WrittenEntry[] {
  if (root?.kind !== 'sequence') return []
  const handlers = /(?:^|\/)handlers\/[^/]+$/.test(file)
  return root.items.flatMap((item) => {
    if (item.kind !== 'mapping') return []
    return isPlay(item) ? playEntries(item) : taskEntries(item, [], handlers)
  })
}

/** Whether a mapping in a list is a play, and no task. */
export function isPlay(mapping: YamlMapping): boolean {
  return ['hosts', 'import_playbook', 'ansible.builtin.import_playbook'].some((key) => entryOf(mapping, key))
}

function playEntries(mapping: YamlMapping): WrittenEntry[] {
  const inner = (key: string) =>
    itemsOf(entryOf(mapping, key)?.value).flatMap((item) => taskEntries(item, [mapping], key === 'handlers'))
  return [
    { type: 'play', mapping, around: [] },
    ...['pre_tasks', 'tasks', 'post_tasks', 'handlers'].flatMap(inner),
  ]
}

function taskEntries(mapping: YamlMapping, around: readonly YamlMapping[], handler: boolean): WrittenEntry[] {
  if (!entryOf(mapping, 'block')) return taskEntry(mapping, around, handler)
  const inner = (key: string) =>
    itemsOf(entryOf(mapping, key)?.value).flatMap((item) => taskEntries(item, [mapping, ...around], handler))
  return [{ type: 'block', mapping, around }, ...['block', 'rescue', 'always'].flatMap(inner)]
}

function taskEntry(mapping: YamlMapping, around: readonly YamlMapping[], handler: boolean): WrittenEntry[] {
  const known = (key: string) =>
    [TASK_KEYWORDS, HANDLER_KEYWORDS, LOOP_KEYWORDS, PLAY_KEYWORDS].some((table) =>
      Object.hasOwn(table, key),
    ) || key.startsWith('with_')
  const action =
    writtenAction(new Reader(), mapping).entries[0] ?? mapping.entries.find(({ key }) => !known(String(key)))
  if (!action) return []
  const name = String(action.key)
  const module = findModule(name)
  const { args, free, pairs } = argumentsOf(action, module, entryOf(mapping, 'args')?.value)
  const short = name.replace(/^(?:ansible\.(?:builtin|legacy|posix)|community\.general)\./, '')
  return [{ type: 'task', mapping, around, handler, action, name, short, module, args, free, pairs }]
}

function itemsOf(node: YamlNode | undefined): YamlMapping[] {
  return node?.kind === 'sequence' ? node.items.filter((item) => item.kind === 'mapping') : []
}

/** Modules whose value is a text of its own. */
const FREE = /^(?:command|shell|raw|script|meta|include\w*|import\w*|win_\w+)$/

function argumentsOf(
  { key, value: node }: YamlEntry,
  module: TaskModule | undefined,
  more: YamlNode | undefined,
): Pick<WrittenTask, 'args' | 'free' | 'pairs'> {
  const args = new Map<string, YamlNode>()
  const add = (mapping: YamlNode | undefined) => {
    for (const entry of mapping?.kind === 'mapping' ? mapping.entries : [])
      if (!args.has(String(entry.key))) args.set(String(entry.key), entry.value)
  }
  let free: WrittenTask['free']
  let pairs = false
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const split = splitKeyValue(node.value)
    const isFree = module?.freeForm !== undefined || FREE.test(String(key).replace(/^.*\./, ''))
    for (const [name, value] of split.pairs)
      if (!isFree || (module && Object.hasOwn(module.params.shape, name)))
        args.set(name, { kind: 'scalar', value, style: 'quoted', place: node.place })
    pairs = !isFree && split.pairs.length > 0
    free = { text: isFree ? node.value : split.free, place: node.place }
  }
  add(node)
  add(more)
  for (const name of ['cmd', '_raw_params']) {
    const text = args.get(name)
    if (text?.kind === 'scalar' && typeof text.value === 'string' && !free)
      free = { text: text.value, place: text.place }
  }
  return { args, free, pairs }
}

/** The value of a keyword of an entry, or of the nearest block or play around it that has it. */
export function inForce({ mapping, around }: Written, key: string): YamlNode | undefined {
  for (const one of [mapping, ...around]) {
    const entry = entryOf(one, key)
    if (entry) return entry.value
  }
  return undefined
}

/** Every text in a node, with its place. */
export function textsIn(node: YamlNode | undefined): { text: string; place: Place; style: string }[] {
  if (!node) return []
  if (node.kind === 'mapping') return node.entries.flatMap(({ value }) => textsIn(value))
  if (node.kind === 'sequence') return node.items.flatMap(textsIn)
  return typeof node.value === 'string' ? [{ text: node.value, place: node.place, style: node.style }] : []
}
