import { expect, test } from 'vitest'
import type { TaskOutcome, TaskStatus } from '../../src/report/events.ts'
import { Groups, showHosts, type Group } from '../../src/report/groups.ts'

function did(host: string, task: string, status: TaskStatus = 'changed', reason = ''): TaskOutcome {
  const rest = { place: 'p:1:1', module: 'file', handler: false, diff: [], notes: [], result: {}, ms: 0 }
  return { host, task, status, reason, ...rest }
}

const show = (groups: readonly Group[]): string[] =>
  groups.map(({ outcome, hosts }) => `${outcome.task} ${outcome.status} ${hosts.join(',')}`)

test('outcomes of a task come out when all hosts have ended it, whatever the order', () => {
  const groups = new Groups(['a', 'b', 'c'])
  expect(show(groups.add(did('b', 'one')))).toEqual([])
  expect(show(groups.add(did('b', 'two')))).toEqual([])
  expect(show(groups.add(did('a', 'one', 'ok')))).toEqual([])
  expect(show(groups.add(did('c', 'one')))).toEqual(['one changed b,c', 'one ok a'])
  expect(show(groups.flush())).toEqual(['two changed b'])
  expect(show(groups.flush())).toEqual([])
})

test('different reasons are different outcomes', () => {
  const groups = new Groups(['a', 'b'])
  groups.add(did('a', 'one', 'changed', 'x'))
  expect(groups.add(did('b', 'one', 'changed', 'y'))).toHaveLength(2)
})

test('what debug shows differs from host to host', () => {
  const groups = new Groups(['a', 'b'])
  const shown = (host: string): TaskOutcome => ({
    ...did(host, 'show', 'ok', 'shown'),
    module: 'debug',
    result: { msg: `I am ${host}` },
  })
  groups.add(shown('a'))
  expect(show(groups.add(shown('b')))).toEqual(['show ok a', 'show ok b'])
})

test('nobody waits for a host that is lost, but for one that was rescued', () => {
  const groups = new Groups(['a', 'b'])
  groups.add(did('a', 'one'))
  expect(show(groups.drop('b'))).toEqual(['one changed a'])
  expect(show(groups.add(did('a', 'two')))).toEqual(['two changed a'])
  groups.add(did('b', 'rescue'))
  expect(show(groups.add(did('a', 'three')))).toEqual([])
  expect(show(groups.add(did('b', 'three')))).toEqual(['three changed a,b'])
})

test.each([
  [['a'], false, 'a'],
  [['a', 'b'], false, 'a, b'],
  [['a', 'b', 'c'], false, 'a and 2 more'],
  [['a', 'b', 'c'], true, 'a, b, c'],
])('%j (all: %s) is shown as %s', (hosts, all, text) => {
  expect(showHosts(hosts, all)).toBe(text)
})
