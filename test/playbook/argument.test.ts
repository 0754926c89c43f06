import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runLocal } from '../support/run-local.ts'

test('modules get values with the types that Python knows', async () => {
  const done = await runLocal(`
- hosts: a
  gather_facts: false
  vars:
    version: 1.0
    big: 12345678901234567890
    ports: {1: a, 22: b}
  tasks:
    - set_fact: {version_: "{{ version }}", big_: "{{ big }}", ports_: "{{ ports }}", mixed: [1.0, 2, yes, null]}
    - debug: {msg: "{{ [version_ | string, big_ | string, ports_[22], mixed | string, 2.0] }}"}
    - add_host: {name: z, v: 2.0}
    - debug: {msg: "{{ hostvars.z.v | string }}"}
    - command: {argv: [echo, "{{ version }}", 2.0, "{{ big }}", "{{ true }}"]}
      register: said
    - copy: {content: "{{ item.of }}", dest: "{{ playbook_dir }}/{{ item.to }}"}
      loop:
        - {to: float, of: 1.0}
        - {to: bool, of: true}
        - {to: nothing, of: null}
        - {to: dict, of: {10: x, 9: [1.0, no, null, "é"]}}
    - lineinfile: {path: "{{ playbook_dir }}/line", line: "{{ version }}", create: yes}
`)
  // As ansible-core 2.14 has it.
  expect(done.outcomes[1]?.result['msg']).toMatchObject([
    '1.0',
    '12345678901234567890',
    'b',
    '[1.0, 2, True, None]',
    { value: 2 },
  ])
  expect(done.outcomes[3]?.result['msg']).toBe('2.0')
  expect(done.outcomes[4]?.result['stdout']).toBe('1.0 2.0 12345678901234567890 True')
  const written = await Promise.all(
    ['float', 'bool', 'nothing', 'dict', 'line'].map((name) => readFile(join(done.folder, name), 'utf8')),
  )
  expect(written).toEqual(['1.0', 'True', '', '{"10": "x", "9": [1.0, false, null, "\\u00e9"]}', '1.0\n'])
})
