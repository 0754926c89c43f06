import { describe, expect, it } from 'vitest'
import { runLocal, storyOf } from '../support/run-local.ts'

/** Nothing listens on port 1: whoever is not reached locally is not reached. */
const inventory = '[web]\nx ansible_host=127.0.0.1 ansible_port=1\n[sure]\ny ansible_connection=local\n'

describe('connection', () => {
  it('may be said by a play, for localhost as for others', async () => {
    const done = await runLocal(
      `- hosts: localhost
  connection: local
  tasks: [{name: t, command: "true"}]
- hosts: x
  connection: "{{ 'lo' ~ 'cal' }}"
  tasks: [{name: u, command: "echo {{ inventory_hostname }}", register: out}, {debug: {msg: "{{ out.stdout }}"}}]
`,
      { inventory },
    )
    expect(done.story).toEqual(['localhost t changed', 'x u changed', 'x debug ok'])
    expect(done.outcomes.at(-1)?.result['msg']).toBe('x')
  })

  it('may be said by a block, a task, or by vars of a task, which beat the keyword', async () => {
    const done = await runLocal(
      `- hosts: x
  gather_facts: false
  ignore_unreachable: true
  tasks:
    - block:
        - {name: block, command: "true"}
        - {name: task, command: "true", connection: ssh}
      connection: local
    - {name: vars, command: "true", connection: ssh, vars: {ansible_connection: local}}
- hosts: y
  gather_facts: false
  tasks:
    - {name: inventory, command: "true", connection: ssh, port: 1}
`,
      { inventory },
    )
    expect(storyOf(done, 'x')).toEqual(['block changed', 'task ignored', 'vars changed'])
    // What the inventory says of y beats the keyword.
    expect(storyOf(done, 'y')).toEqual(['inventory changed'])
  })

  it('lays what a local task would do over the controller in check mode', async () => {
    const done = await runLocal(
      `- hosts: [y]
  gather_facts: false
  tasks:
    - {name: write, copy: {content: x, dest: "{{ playbook_dir }}/f"}, delegate_to: localhost}
    - {name: again, copy: {content: x, dest: "{{ playbook_dir }}/f"}, connection: local, port: 7}
`,
      { inventory, check: true },
    )
    expect(done.story).toEqual(['y write would-change', 'y again ok'])
  })

  it.each([
    ['winrm', /write ssh, or local/],
    ['locla', /local/],
  ])('refuses %s, with its place', async (word, hint) => {
    const { errors } = await runLocal(
      `- hosts: x\n  tasks:\n    - command: ls\n      connection: ${word}\n`,
      {
        inventory,
      },
    )
    expect(errors).toMatchObject([
      {
        message: `connection: ${word} is not supported`,
        hint: expect.stringMatching(hint),
        place: { line: 4, column: 19 },
      },
    ])
  })
})
