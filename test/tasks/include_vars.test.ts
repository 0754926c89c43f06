import { describe, expect, it } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { head, ONE, said, told } from '../playbook/support.ts'

describe('include_vars', () => {
  const files = {
    'vars/one.yml': 'x: one\ny: "{{ x }} and {{ z }}"\n',
    'roles/r/vars/deb.yml': 'x: role\n',
    'roles/r/tasks/main.yml': '- include_vars: "{{ kind }}.yml"\n- debug: {msg: "{{ x }}"}\n',
    'many/b.yml': 'x: b\n',
    'many/a.yml': 'x: a\nw: a\n',
    'many/c.txt': 'x: c\n',
  }
  it('reads files whose texts are rendered at use, above the play and below what tasks set', async () => {
    const playbook = `${head}  vars: {x: play, z: before}
  tasks:
    - include_vars: one.yml
    - debug: {msg: "{{ y }}"}
    - set_fact: {x: fact}
    - include_vars: {file: one.yml}
    - debug: {msg: "{{ y }}"}
      vars: {z: task}
    - include_vars: {file: one.yml, name: under}
    - debug: {msg: "{{ under.x }}"}
    - include_vars: {dir: many, extensions: [yml], ignore_unknown_extensions: true}
    - debug: {msg: "{{ w }} {{ x }}"}
`
    expect(await said(playbook, files)).toEqual(['one and before', 'fact and task', 'one', 'a fact'])
  })

  it('looks in the vars of its role first', async () => {
    const playbook = `${head}  vars: {kind: deb, x: play}\n  roles: [r]\n`
    expect(await said(playbook, files)).toEqual(['role'])
  })

  it('refuses a folder with files that it does not know, and a file that is no mapping', async () => {
    const refused = async (task: string) =>
      told(
        (
          await runLocal(`${head}  tasks:\n    - include_vars: ${task}\n`, {
            inventory: ONE,
            files: { ...files, 'list.yml': '[x]\n' },
          })
        ).errors,
      )
    expect(await refused('{dir: many}')).toMatch(/many\/c\.txt ends in none of yaml, yml, json/)
    expect(await refused('list.yml')).toMatch(/list\.yml:1:1 .* mapping of names to values/)
    expect(await refused('nothing.yml')).toMatch(/no file nothing\.yml/)
  })
})
