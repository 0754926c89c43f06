import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import set_fact from '../../src/tasks/set_fact.ts'
import { toJson } from '../../src/value.ts'
import { runLocal } from '../support/run-local.ts'
import { planLocal } from './local.ts'

test.each([
  [
    { a: 'x', b: 1 },
    { a: 'x', b: 1 },
  ],
  [
    { a: 'yes', b: 'False', c: 'on', d: 'YES' },
    { a: true, b: false, c: 'on', d: true },
  ],
  [{ a: { b: ['yes'] }, cacheable: 'yes' }, { a: { b: ['yes'] } }],
  [
    { __proto: null, constructor: 1 },
    { __proto: null, constructor: 1 },
  ],
])('%j', async (args, facts) => {
  const plan = await planLocal(set_fact, args)
  expect(plan).toMatchObject({ status: 'ok', reason: `set ${Object.keys(facts).join(', ')}` })
  const result = plan.status === 'ok' ? plan.result?.['ansible_facts'] : undefined
  expect(toJson(result ?? null)).toEqual(facts)
})

test.each([
  [{ 'a-b': 1 }, /"a-b" cannot be the name of a variable/],
  [{ '1a': 1 }, /"1a" cannot be/],
  [{}, /set_fact sets no variable/],
  [{ cacheable: true }, /set_fact sets no variable/],
])('%j is refused', async (args, message) => {
  await expect(planLocal(set_fact, args)).rejects.toThrow(message)
})

test('a text that to_json made stays one where it is handed on; what has come from a host does not', async () => {
  const done = await runLocal(`
- hosts: a
  gather_facts: false
  vars:
    nice: "{{ {'a': 1} | to_nice_json }}"
    off: "{% if 1 == 2 %}True{% else %}False{% endif %}"
  tasks:
    - set_fact: {made: "{{ {'a': 1} | to_json }}", again: "{{ nice }}"}
    - shell: echo '{"a":1}'
      register: said
    - debug: {msg: "{{ [made is string, again is string, once is string, twice is string] }}"}
      vars: {once: "{{ made }}", twice: "{{ said.stdout }}"}
    - copy: {content: "{{ nice }}", dest: "{{ playbook_dir }}/nice"}
    - debug: {msg: never}
      when: off
`)
  expect(done.outcomes[2]?.result['msg']).toEqual([true, true, true, false])
  expect(await readFile(join(done.folder, 'nice'), 'utf8')).toBe('{\n    "a": 1\n}')
  expect(done.story.at(-1)).toBe('a debug skipped')
})

test('names may be templates, and who reads them waits for the task', async () => {
  const done = await runLocal(`
- hosts: a:b
  gather_facts: false
  vars: {what: port}
  tasks:
    - shell: echo {{ inventory_hostname }}
      register: said
    - set_fact: {"{{ what }}_{{ said.stdout }}": "{{ 6443 }}", "{{ what }}": 1}
    - set_fact: {"{{ item }}_once": "{{ item }}"}
      loop: [x, y]
      run_once: true
    - debug: {msg: "{{ [port, vars['port_' ~ inventory_hostname], hostvars.b.port_b, x_once, y_once] }}"}
    - set_fact: {"{{ what }}-a": 1}
      ignore_errors: yes
`)
  const shown = done.outcomes.filter(({ task }) => task === 'debug').map(({ result }) => result['msg'])
  expect(shown).toEqual([
    [1, 6443, 6443, 'x', 'y'],
    [1, 6443, 6443, 'x', 'y'],
  ])
  expect(done.outcomes.at(-1)?.reason).toMatch(/^"port-a" cannot be the name of a variable/)
})
