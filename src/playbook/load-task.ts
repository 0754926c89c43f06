import type { Place } from '../errors.ts'
import { insteadOf } from './known-modules.ts'
import { missingModule, moduleOfOtherSystem } from './missing-modules.ts'
import { didYouMean } from '../suggest.ts'
import type { TaskModule } from '../task.ts'
import { moduleNames } from '../tasks/index.ts'
import { missingCollection, resolveModule } from './collections.ts'
import { toValue, type YamlEntry, type YamlMapping, type YamlNode } from '../yaml/load.ts'
import { inherited } from './inherited.ts'
import { writtenAction } from './written-action.ts'
import { HANDLER_KEYWORDS, LOOKUP_LOOPS, LOOP_KEYWORDS, hintOf, TASK_KEYWORDS } from './keywords.ts'
import { loadArguments } from './load-arguments.ts'
import { readLoop } from './load-loop.ts'
import { isIncluding, readInclude, withoutApply } from './load-include.ts'
import { elsewhere } from './misplaced.ts'
import {
  isMeta,
  METAS,
  type Condition,
  type Located,
  type Meta,
  type Origin,
  type Retry,
  type Task,
} from './model.ts'
import type { Within } from './loading.ts'
import { refuseOthers } from './other-keys.ts'
import type { Reader } from './reader.ts'

/** What the place where a task stands gives it. */
export interface Surroundings {
  origin: Origin
  lent: Within['lent']
  /** It runs on the controller, as far as that is written. */
  here: boolean
}

/** Reads one task; undefined if it has mistakes that leave nothing to work with (the reader has them all). */
export function loadTask(
  reader: Reader,
  given: YamlMapping,
  { handler, origin, lent, here: around }: Surroundings & { handler: boolean },
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
  const keys = reader.keywords(
    mapping,
    table,
    handler ? 'handler' : 'task',
    (key) => isLoop(key) || actions.some((a) => a.key === key),
  )
  if (!action) {
    return reader.problem('this task names no module', mapping.place, 'add one, such as template:')
  }
  const name = keys.get('name')
  if (handler && /(?:^|\.)include_role$/.test(String(action.key)))
    reader.problem(`${String(action.key)} cannot be a handler`, action.keyPlace, 'write it among the tasks')
  const own = inherited(reader, keys)
  const collections = own.collections ?? lent.collections ?? []
  const module = findAction(reader, action, Object.keys(table), collections)
  const misplaced = second ? refuseOthers(reader, actions, module, { handler, table }) : []
  const here = { value: 'localhost', place: action.keyPlace }
  const bypass = module && !isMeta(module) ? module.bypass : undefined
  const shared = {
    ...own,
    ...((written.local || bypass === 'controller') && { delegateTo: here }),
    ...(bypass && { runOnce: { value: true, place: action.keyPlace } }),
  }
  const args =
    module && !isMeta(module)
      ? loadArguments(
          reader,
          module,
          { ...action, value: withoutApply(module, action.value) },
          {
            more: withoutApply(module, keys.get('args')),
            misplaced,
            here: around || shared.delegateTo !== undefined || own.connection !== undefined,
            defaults: new Map([...(lent.moduleDefaults ?? []), ...(own.moduleDefaults ?? [])]),
          },
        )
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
    asyncLimit: readAsync(reader, keys),
    include: undefined,
  }
  const include = module && !isMeta(module) && isIncluding(module)
  if (include) {
    const parameters = [action.value, keys.get('args')]
    return { ...task, module, include: readInclude(reader, mapping, { parameters, shared }) }
  }
  if (module && isMeta(module)) checkMeta(reader, module, keys, { handler, at: action.keyPlace })
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

/** Metas of Ansible that there are not, by what to do instead. */
const REFUSED_METAS: Readonly<Record<string, string>> = {
  clear_host_errors: 'a host that has failed stays out of the run: rescue or ignore the failure instead',
  refresh_inventory: 'the inventory is read once: begin another run where it has changed',
}

/** As a handler flush_handlers has nothing to do: they are being flushed. Real roles have it. */
const AS_HANDLER: readonly Meta['meta'][] = ['flush_handlers', 'noop', 'reset_connection']

/** A meta has no result, and no items. */
const NOT_ON_META: ReadonlySet<string> = new Set([
  'loop',
  'with_items',
  'with_list',
  ...LOOKUP_LOOPS,
  'until',
  'retries',
  'delay',
  'async',
  'poll',
  'register',
  'notify',
])

/** Without a result they decide nothing, and nothing hangs on it: Ansible takes them. */
const IDLE_ON_META: ReadonlySet<string> = new Set(['changed_when', 'failed_when'])

/** What Ansible ignores with a warning at most, and people rely on. */
function checkMeta(
  reader: Reader,
  { meta }: Meta,
  keys: ReadonlyMap<string, YamlNode>,
  { handler, at }: { handler: boolean; at: Place },
): void {
  if (handler && !AS_HANDLER.includes(meta))
    reader.problem(`meta: ${meta} cannot be a handler`, at, 'write it among the tasks')
  const ignores = ['noop', 'reset_connection'].includes(meta)
  for (const [key, { place }] of keys) {
    if (NOT_ON_META.has(key)) reader.problem(`${key} does not work with meta`, place, 'remove it')
    if (IDLE_ON_META.has(key))
      reader.warnings.push({
        code: 'no-effect',
        message: `${key} has no effect on a meta, in Ansible neither`,
        place,
        hint: 'write when: for what decides whether it runs',
      })
    if (key === 'when' && ignores)
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
    const meta = METAS.find((known) => known === word)
    if (meta) return { meta }
    return reader.problem(
      `meta: ${String(word)} is not supported`,
      action.value.place,
      hintOf(REFUSED_METAS, String(word)) ?? didYouMean(String(word), METAS),
    )
  }
  const module =
    resolveModule(name, collections) ?? moduleOfOtherSystem(name) ?? missingModule(name, reader.without)
  if (module) return module
  const instead = insteadOf(name)
  if (instead !== undefined)
    return reader.problem(
      `hakube does not have Ansible's module ${name}`,
      action.keyPlace,
      instead,
      'unknown-module',
      'docs/support.md',
    )
  return reader.problem(
    `there is no module ${name}`,
    action.keyPlace,
    elsewhere(name, 'task') ??
      didYouMean(name, [...moduleNames(), ...keywords]) ??
      missingCollection(name, collections) ??
      '`hakube modules` lists the modules',
    'unknown-module',
    'docs/support.md',
  )
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

/** What runs on behind the task is not supported: only its time limit is. */
function readAsync(reader: Reader, keys: ReadonlyMap<string, YamlNode>): Located | undefined {
  const [limit, poll] = [keys.get('async'), keys.get('poll')]
  const interval = poll && toValue(poll)
  if (limit && poll && (interval === 0 || interval === '0'))
    reader.problem(
      'poll: 0 is not supported: no task runs on behind the others',
      poll.place,
      'write poll: 5 to wait for it at most as long as async says, or start it by systemd-run --no-block',
    )
  return reader.located(limit)
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
