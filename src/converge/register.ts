import type { Task } from '../playbook/model.ts'
import { factsGivenBy, factsSetBy } from '../playbook/names-set.ts'
import type { Group, Work } from '../playbook/work.ts'
import { gathersFacts, takeFacts } from './gathered.ts'
import { staysText, str } from '../jinja/index.ts'
import { isDict, type Value } from '../value.ts'
import { KeptText, UnknownValue, type VariableStore } from '../variables/store.ts'
import { hasChanged, hasFailed, OPEN, openDict, registered, type Verdict, whyOpen } from './verdict.ts'

/** Stores what a finished work gives: facts it has set, and its result under `register`. */
export function registerWork(store: VariableStore, task: Task, work: Work, found: Verdict): void {
  const { position } = work.scope
  store.withdraw(work.host, position)
  const { delegate, delegateFacts } = work.settings
  const host = delegateFacts && delegate !== undefined ? delegate : work.host
  // As in Ansible, a task that has failed sets nothing, ignored or not.
  const facts = hasFailed(found) ? undefined : found.result['ansible_facts']
  if (isDict(facts) && 'name' in task.module && task.module.name === 'include_vars') {
    // Texts of a file of variables may be templates; what a host or a task has said never is one.
    const [file] = listOf(found.result['ansible_included_var_files'])
    for (const [name, value] of facts)
      store.include(host, String(name), position, {
        value,
        place: { file: str(file ?? 'include_vars') },
      })
  } else if (isDict(facts) && gathersFacts(task)) {
    takeFacts(store, host, facts)
  } else if (isDict(facts)) {
    const gathers = factsGivenBy(task)?.length !== 0
    for (const [name, value] of gathers ? facts : []) store.giveFact(host, String(name), position, value)
    // What set_fact makes a fact (cacheable) is a variable all the same.
    if (gathers && factsSetBy(task).length === 0) return keep(store, task, work, found)
    for (const [name, value] of facts)
      store.write(host, String(name), position, asMade(value, String(name), task, work))
  } else if (found.status === 'unknown') {
    // Whether and what it sets is unknown, so what was there before does not count any more.
    for (const name of factsSetBy(task)) {
      store.write(host, name, position, new UnknownValue(found.reason))
    }
    for (const name of factsGivenBy(task) ?? [])
      store.giveFact(host, name, position, new UnknownValue(found.reason))
  }
  keep(store, task, work, found)
}

/** The value of a set_fact, which stays a text where a filter such as to_json has made it one. */
function asMade(value: Value, name: string, task: Task, { scope }: Work): Value | KeptText {
  const written = typeof value === 'string' ? task.args.get(name) : undefined
  if (typeof value !== 'string' || !written) return value
  const { place, value: source } = written
  return staysText(source, [], value, { place, scope, environment: scope.environment })
    ? new KeptText(value)
    : value
}

/** The result under the task's register, if it has one. As in Ansible, an item that is skipped leaves the one before. */
function keep(store: VariableStore, { register }: Task, work: Work, found: Verdict): void {
  if (work.item !== undefined && found.status === 'skipped') return
  if (register !== undefined) store.write(work.host, register, work.scope.position, registered(found))
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : []
}

/**
 * Stores the results of all items of a loop under `register`, for the steps behind it. As in Ansible, a loop of which an item
 * has failed, ignored or not, sets nothing else.
 */
export function registerLoop(store: VariableStore, group: Group, verdicts: readonly Verdict[]): void {
  if (group.looped && verdicts.some(hasFailed)) {
    for (const { host, scope, settings } of group.works) {
      store.retract(host, scope.position)
      if (settings.delegateFacts && settings.delegate !== undefined)
        store.retract(settings.delegate, scope.position)
    }
  }
  const name = group.task?.register
  const last = group.works.at(-1)
  if (name === undefined || !last || !group.looped) return
  store.write(last.host, name, last.scope.position, loopResult(group, verdicts))
}

/** What `register` gets of a loop. */
export function loopResult(group: Group, verdicts: readonly Verdict[]): Value {
  const [first] = verdicts
  if (first && group.works[0]?.item === undefined) return withoutItems(first)
  const results = verdicts.map((found, index) =>
    registered(found, [...(group.works[index]?.scope.loop ?? [])]),
  )
  const failed = verdicts.some(hasFailed)
  const skipped = verdicts.every((found) => found.status === 'skipped')
  const done = skipped ? 'All items skipped' : 'All items completed'
  const out = new Map<string, Value>([
    ['results', results],
    ['msg', failed ? 'One or more items failed' : done],
  ])
  const unknown = verdicts.find((found) => found.status === 'unknown')
  const changed = verdicts.some(hasChanged)
  const perhaps = !changed && verdicts.some(({ maybe }) => maybe === true)
  if (changed || !(unknown || perhaps)) out.set('changed', changed)
  const mayFail = verdicts.some((found) => found.mayFail === true)
  if (failed) out.set('failed', true)
  else if (!unknown && !mayFail) out.set('failed', false)
  if (skipped || !unknown) out.set('skipped', skipped)
  if (unknown) return openDict(out, whyOpen(unknown.reason))
  return perhaps || (mayFail && !failed) ? openDict(out, OPEN) : out
}

/** A loop over nothing, or one whose items could not be told. */
function withoutItems(found: Verdict): Value {
  if (found.status !== 'skipped') return registered(found)
  return new Map<string, Value>([
    ['changed', false],
    ['failed', false],
    ['skipped', true],
    ['skipped_reason', 'No items in the list'],
    ['results', []],
  ])
}
