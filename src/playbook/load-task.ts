import { didYouMean } from '../suggest.ts'
import type { TaskModule } from '../task.ts'
import { moduleNames } from '../tasks/index.ts'
import { missingCollection, resolveModule } from './collections.ts'
import { toValue, type YamlEntry, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { inherited } from './inherited.ts'
import { writtenAction } from './written-action.ts'
import { HANDLER_KEYWORDS, LOOKUP_LOOPS, LOOP_KEYWORDS, TASK_KEYWORDS } from './keywords.ts'
import { loadArguments } from './load-arguments.ts'
import { isIncluding, readInclude, withoutApply } from './load-include.ts'
import { elsewhere, foreign } from './misplaced.ts'
import {
  isMeta,
  type Condition,
  type Located,
  type Loop,
  type Meta,
  type Origin,
  type Retry,
  type Task,
} from './model.ts'
import type { Within } from './loading.ts'
import { refuseOthers } from './other-keys.ts'
import type { Reader } from './reader.ts'

const META = ['flush_handlers', 'noop', 'end_host', 'end_play'] as const

/** Reads one task; undefined if it has mistakes that leave nothing to work with (the reader has them all). */
export function loadTask(
  reader: Reader,
  given: YamlMapping,
  { handler, origin, lent }: { handler: boolean; origin: Origin; lent: Within['lent'] },
): Task | undefined {
  const mapping = plainLoops(given)
  const table = handler ? HANDLER_KEYWORDS : TASK_KEYWORDS
  const isLoop = (key: string) => Object.hasOwn(LOOP_KEYWORDS, key)
  const written = writtenAction(reader, mapping)
  const actions = [
    ...written.entries,
    ...mapping.entries.filter(({ key }) => !Object.hasOwn(table, String(key)) && !isLoop(String(key))),
  ]
  const [action, second] = actions
  const keys = reader.keywords(mapping, table, handler ? 'handler' : 'task', (key) =>
    actions.some((a) => a.key === key),
  )
  if (!action) {
    return reader.problem('this task names no module', mapping.place, 'add one, such as template:')
  }
  const name = keys.get('name')
  if (handler && /(?:^|\.)(?:meta|include_role)$/.test(String(action.key)))
    reader.problem(`${String(action.key)} cannot be a handler`, action.keyPlace, 'write it among the tasks')
  const own = inherited(reader, keys)
  const collections = own.collections ?? lent.collections ?? []
  const module = findAction(reader, action, Object.keys(table), collections)
  const misplaced = second ? refuseOthers(reader, actions, module, { handler, table }) : []
  const shared = written.local ? { ...own, delegateTo: { value: 'localhost', place: action.keyPlace } } : own
  const args =
    module && !isMeta(module)
      ? loadArguments(reader, module, withoutApply(module, action), {
          more: keys.get('args'),
          misplaced,
          defaults: new Map([...(lent.moduleDefaults ?? []), ...(own.moduleDefaults ?? [])]),
        })
      : new Map<string, Located>()
  const task: Omit<Task, 'module'> = {
    ...shared,
    type: 'task',
    origin,
    name: name && reader.text(name, 'name'),
    place: name?.place ?? action.keyPlace,
    action: String(action.key),
    args,
    when: reader.conditions(keys.get('when'), 'when'),
    loop: readLoop(reader, mapping, keys),
    register: readRegister(reader, keys.get('register')),
    listen: reader.texts(keys.get('listen'), 'listen').map((text) => text.value),
    changedWhen: verdictOf(reader, keys, 'changed_when'),
    failedWhen: verdictOf(reader, keys, 'failed_when'),
    retry: readRetry(reader, keys),
    include: undefined,
  }
  const include = module && !isMeta(module) && isIncluding(module)
  if (include) return { ...task, module, include: readInclude(reader, mapping, shared) }
  if (module && isMeta(module)) checkMeta(reader, module, keys)
  return module && { ...task, module }
}

/** Loops by the full names of their lookups, as they are required to be written for some: with_community.general.flattened. */
function plainLoops(mapping: YamlMapping): YamlMapping {
  const entries = mapping.entries.map((entry) => ({
    ...entry,
    key: String(entry.key).replace(
      /^with_(?:ansible\.builtin|ansible\.legacy|community\.general)\./,
      'with_',
    ),
  }))
  return { ...mapping, entries }
}

/** What Ansible ignores with a warning at most, and people rely on. */
function checkMeta(reader: Reader, { meta }: Meta, keys: ReadonlyMap<string, YamlNode>): void {
  const ends = meta === 'end_host' || meta === 'end_play'
  for (const [key, { place }] of keys) {
    if (['loop', 'with_items', 'with_list', 'until', 'register', 'notify'].includes(key))
      reader.problem(`${key} does not work with meta`, place, 'remove it')
    if (key === 'when' && !ends)
      reader.problem(
        `meta: ${meta} runs whatever "when" says`,
        place,
        'remove "when"; Ansible ignores it, too',
      )
  }
}

function findAction(
  reader: Reader,
  action: YamlEntry,
  keywords: string[],
  collections: readonly string[],
): TaskModule | Meta | undefined {
  const name = String(action.key)
  if (name === 'meta' || /^ansible\.(?:builtin|legacy)\.meta$/.test(name)) {
    const word = reader.text(action.value, 'meta')
    const meta = META.find((known) => known === word)
    if (meta) return { meta }
    return reader.problem(
      `meta: ${String(word)} is not supported`,
      action.value.place,
      didYouMean(String(word), META),
    )
  }
  const module = resolveModule(name, collections)
  if (module) return module
  return reader.problem(
    `there is no module ${name}`,
    action.keyPlace,
    foreign(name) ??
      elsewhere(name, 'task') ??
      didYouMean(name, [...moduleNames(), ...keywords]) ??
      missingCollection(name, collections) ??
      '`hakube modules` lists the modules',
    'unknown-module',
  )
}

function readLoop(reader: Reader, mapping: YamlMapping, keys: Map<string, YamlNode>): Loop | undefined {
  for (const { key, keyPlace } of mapping.entries) {
    const instead = LOOP_KEYWORDS[String(key)]
    if (instead !== undefined) reader.problem(`${String(key)} is not supported`, keyPlace, instead)
  }
  const control = keys.get('loop_control')
  const given = ['loop', 'with_items', 'with_list', ...LOOKUP_LOOPS].filter((key) => keys.has(key))
  const [word, second] = given
  const node = word === undefined ? undefined : keys.get(word)
  if (!node) {
    if (control) reader.problem('loop_control stands without a loop', control.place)
    return undefined
  }
  if (second !== undefined)
    reader.problem(`a task has one loop: ${String(word)} and ${second} are two`, node.place)
  const settings = control && reader.mapping(control, 'loop_control')
  const known = {
    loop_var: 'yes',
    index_var: 'yes',
    label: 'yes',
    pause: 'yes',
    extended: 'yes',
    extended_allitems: 'yes',
  }
  const options = settings ? reader.keywords(settings, known, 'loop_control') : new Map<string, YamlNode>()
  const indexVar = reader.text(options.get('index_var'), 'index_var')
  const label = reader.located(options.get('label'))
  const pause = reader.located(options.get('pause'))
  const flag = (key: string) => reader.flag(options.get(key), key)
  const extended = flag('extended') === true ? { allItems: flag('extended_allitems') !== false } : undefined
  return {
    style: styleOf(word),
    items: { value: toValue(node), place: node.place },
    control: {
      loopVar: reader.text(options.get('loop_var'), 'loop_var') ?? 'item',
      ...(indexVar === undefined ? {} : { indexVar }),
      ...(label ? { label } : {}),
      ...(pause ? { pause } : {}),
      ...(extended ? { extended } : {}),
    },
  }
}

function styleOf(word: string | undefined): string {
  if (word === 'with_items') return 'flatten'
  return word !== undefined && LOOKUP_LOOPS.has(word) ? word.slice('with_'.length) : 'list'
}

function readRegister(reader: Reader, node: YamlNode | undefined): string | undefined {
  const name = reader.text(node, 'register')
  if (name === undefined || !node) return undefined
  if (/^[A-Za-z_]\w*$/.test(name)) return name
  return reader.problem(
    `${name} is no name for a variable`,
    node.place,
    'use letters, digits and underscores only',
  )
}

/** Conditions that decide in the module's place; an empty list is as good as none. */
function verdictOf(
  reader: Reader,
  keys: Map<string, YamlNode>,
  key: string,
): readonly Condition[] | undefined {
  const node = keys.get(key)
  if (!node || (node.kind === 'sequence' && node.items.length === 0)) return undefined
  return reader.conditions(node, key)
}

function readRetry(reader: Reader, keys: Map<string, YamlNode>): Retry | undefined {
  if (!keys.has('until') && !keys.has('retries')) return undefined
  return {
    until: reader.conditions(keys.get('until'), 'until'),
    retries: reader.located(keys.get('retries')),
    delay: reader.located(keys.get('delay')),
  }
}
