import type { Group } from '../playbook/work.ts'
import { isDict, type Value } from '../value.ts'
import type { VariableStore } from '../variables/store.ts'
import { registered, type Verdict } from './verdict.ts'

/** Stores what a finished task gives: facts it has set, and its result under `register`. */
export function registerGroup(store: VariableStore, group: Group, verdicts: readonly Verdict[]): void {
  const host = group.works[0]?.host
  const position = group.step.position
  group.works.forEach((work, index) => {
    const facts = verdicts[index]?.result['ansible_facts']
    if (!isDict(facts)) return
    for (const [name, value] of facts) store.write(work.host, String(name), position, value)
  })
  const name = group.task?.register
  if (name === undefined || host === undefined) return
  const [first] = verdicts
  if (!group.looped && first) store.write(host, name, position, registered(first))
  else store.write(host, name, position, loopResult(group, verdicts))
}

function loopResult(group: Group, verdicts: readonly Verdict[]): Value {
  const loopVar = group.task?.loop?.control.loopVar ?? 'item'
  const results = verdicts.map((found, index) =>
    registered(found, [
      [loopVar, group.works[index]?.item?.value ?? null],
      ['ansible_loop_var', loopVar],
    ]),
  )
  const any = (key: string) => verdicts.some((found) => isTrue(registered(found), key))
  const out = new Map<string, Value>([
    ['results', results],
    ['changed', any('changed')],
    ['msg', 'All items completed'],
  ])
  if (any('failed')) out.set('failed', true)
  if (verdicts.length > 0 && verdicts.every((found) => found.status === 'skipped')) out.set('skipped', true)
  return out
}

function isTrue(result: Value, key: string): boolean {
  return isDict(result) && result.get(key) === true
}
