import { describe, expect, it } from 'vitest'
import { debug, head, said } from '../playbook/support.ts'

describe('include_role', () => {
  const role = {
    'roles/r/tasks/main.yml': `${debug('main {{ d }} {{ x | default(0) }}')}- command: "true"\n  notify: told\n`,
    'roles/r/tasks/other.yml': debug('other {{ v }}'),
    'roles/r/defaults/main.yml': 'd: default\n',
    'roles/r/vars/extra.yml': 'v: extra\n',
    'roles/r/handlers/main.yml': '- name: told\n  debug: {msg: "handler {{ d }}"}\n',
  }
  it('runs a role as often as it is included, with its handlers, and keeps its variables to itself', async () => {
    const playbook = `${head}  tasks:
    - include_role: {name: r}
      vars: {x: "{{ item }}"}
      loop: [1, 2]
    - include_role:
        name: "{{ 'r' }}"
        tasks_from: other
        vars_from: extra.yml
    - debug: {msg: "{{ d | default('none') }}"}
    - command: "true"
      notify: "r : told"
`
    expect(await said(playbook, role)).toEqual([
      'main default 1',
      'main default 2',
      'other extra',
      'none',
      // Those of the first include, which its tasks have notified, and those of the last one.
      'handler default',
      'handler default',
    ])
  })

  it('shows its variables to the play where it is public', async () => {
    const playbook = `${head}  tasks:
    - include_role: {name: r, public: true}
    - debug: {msg: "{{ d }}"}
`
    expect(await said(playbook, role)).toEqual(['main default 0', 'default', 'handler default'])
  })
})
