import { describe, expect, it } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { head, ONE, said, told } from './support.ts'

describe('collections', () => {
  it('are where short names are looked for: of the play, a block, a task, and of a role its own', async () => {
    const files = {
      'roles/r/meta/main.yml': 'collections: [ansible.posix]\n',
      'roles/r/tasks/main.yml': '- debug: {msg: role}\n- ansible.legacy.debug: {msg: legacy}\n',
    }
    const playbook = `${head}  collections: [ansible.posix, community.general]
  roles: [r]
  tasks:
    - ansible.builtin.debug: {msg: "{{ 'a,b' | ansible.builtin.split(',') | length }}"}
      collections: [ansible.builtin]
      when: false
    - collections: [ansible.builtin]
      block:
        - debug: {msg: "{{ lookup('ansible.builtin.env', 'NOBODY') | ansible.builtin.b64encode | ansible.builtin.ternary('some', 'none') }}"}
          when: "'1.2' is ansible.builtin.version('1.0', '>')"
    - debug: {msg: "{{ item }}"}
      with_ansible.builtin.items: [[1], 2]
    - ansible.builtin.import_tasks: more.yml
    - ansible.legacy.include_tasks: more.yml
    - ansible.builtin.meta: flush_handlers
`
    expect(await said(playbook, { ...files, 'more.yml': '- debug: {msg: more}\n' })).toEqual([
      'role',
      'legacy',
      'none',
      '1',
      '2',
      'more',
      'more',
    ])
  })

  it('have modules that left Ansible’s core, which are still found by their old full names', async () => {
    const playbook = `${head}  tasks:
    - ansible.builtin.ini_file: {path: "{{ playbook_dir }}/a.ini", section: a, option: b, value: c, mode: "0644"}
    - ansible.legacy.ini_file: {path: "{{ playbook_dir }}/a.ini", section: a, option: b, value: c}
      register: again
    - debug: {msg: "{{ again is changed }}"}
`
    expect(await said(playbook, {})).toEqual(['False'])
  })

  const refused: { name: string; play?: string; task: string; says: RegExp }[] = [
    {
      name: 'no name of one',
      play: '  collections: [general]\n',
      task: 'debug:',
      says: /3:17 general is no name/,
    },
    {
      name: 'a module of an unknown one, by its short name',
      play: '  collections: [my.things]\n',
      task: 'frobnicate:',
      says: /no module frobnicate hakube has no module of my\.things/,
    },
    {
      name: 'a module of hakube’s own, by a name of Ansible’s core',
      task: 'ansible.builtin.ha_topology:',
      says: /no module ansible\.builtin\.ha_topology/,
    },
    {
      name: 'a module of an unknown one, by its full name',
      task: 'my.things.frobnicate:',
      says: /no module my\.things\.frobnicate hakube has no module of my\.things/,
    },
  ]
  it.each(refused)('are refused for $name', async ({ play = '', task, says }) => {
    const done = await runLocal(`${head}${play}  tasks:\n    - ${task}\n`, { inventory: ONE })
    expect(told(done.errors)).toMatch(says)
  })

  it('that are unknown are no mistake where no task needs them', async () => {
    const done = await runLocal(`${head}  collections: [my.things]\n  tasks:\n    - debug:\n`, {
      inventory: ONE,
    })
    expect(told(done.errors)).toBe('')
  })
})
