import { describe, expect, it, test } from 'vitest'
import setup from '../../src/tasks/setup.ts'
import { isDict, toJson } from '../../src/value.ts'
import { LOCAL_HOSTS, runLocal } from '../support/run-local.ts'
import { runTask, shells } from './harness.ts'

async function factsOf(args: Record<string, unknown>): Promise<string[]> {
  const [shell] = shells
  if (!shell) throw new Error('no shell')
  const facts = (await runTask(setup, args, shell)).result['ansible_facts']
  return isDict(facts) ? [...facts.keys()].map(String) : []
}

/** As the same module of ansible-core 2.14 does. */
test.each([
  ['ansible_host*', ['ansible_hostname']],
  ['hostname', ['ansible_hostname']],
  [
    ['os_*', 'ansible_machine'],
    ['ansible_machine', 'ansible_os_family'],
  ],
  ['nothing', []],
])('filter %j takes %j', async (filter, expected) => {
  expect((await factsOf({ filter })).sort()).toEqual(expected)
})

test('without a filter all facts are taken', async () => {
  expect((await factsOf({})).length).toBeGreaterThan(60)
})

test.each([
  [{ gather_subset: 'facter' }, /facter/],
  [{ gather_subset: ['!all', 'netwrok'] }, /netwrok/],
])('refuses %j', async (args, message) => {
  await expect(factsOf(args)).rejects.toThrow(message)
})

const play = (tasks: string) =>
  `- hosts: web\n  gather_facts: false\n  tasks:\n${tasks.trim().replaceAll(/^/gm, '    ')}\n`

describe('in a play', () => {
  it('adds to the facts of its host, for the tasks behind it only', async () => {
    const done = await runLocal(
      play(`
- {name: before, debug: {msg: "{{ ansible_hostname is defined }}"}}
- setup: filter=hostname
  when: inventory_hostname != 'c'
- {name: between, debug: {msg: "{{ ansible_hostname is defined }} {{ ansible_facts | length }}"}}
- setup: filter=os_family
- {name: after, debug: {msg: "{{ ansible_hostname is defined }} {{ ansible_facts | length }}"}}
`),
      { inventory: LOCAL_HOSTS },
    )
    const said = (task: string, host: string) =>
      done.outcomes.find((one) => one.task === task && one.host === host)?.result['msg']
    expect(['before', 'between', 'after'].map((task) => said(task, 'a'))).toEqual([false, 'True 1', 'True 2'])
    expect(['before', 'between', 'after'].map((task) => said(task, 'c'))).toEqual([
      false,
      'False 0',
      'False 1',
    ])
  })

  it('gathers those of the host that it is delegated to, with delegate_facts', async () => {
    const done = await runLocal(
      play(`
- setup: filter=hostname
  delegate_to: b
  delegate_facts: true
  when: inventory_hostname == 'a'
- {name: after, debug: {msg: "{{ ansible_facts | length }}"}}
`),
      { inventory: LOCAL_HOSTS },
    )
    const after = done.outcomes
      .filter(({ task }) => task === 'after')
      .map(({ host, result }) => [host, toJson(result['msg'] ?? null)])
    expect(Object.fromEntries(after)).toEqual({ a: 0, b: 1, c: 0 })
  })
})
