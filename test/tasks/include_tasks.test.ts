import { describe, expect, it } from 'vitest'
import { LOCAL_HOSTS, runLocal } from '../support/run-local.ts'
import { debug, head, said, told } from '../playbook/support.ts'

describe('include_tasks', () => {
  it('runs a file whose name comes from a variable, where its condition holds', async () => {
    const files = {
      'one.yml': debug('one {{ x }}'),
      'two.yml': `${debug('two')}- include_tasks: "{{ next }}.yml"\n  vars: {x: inner}\n`,
    }
    const playbook = `${head}  vars: {next: one, x: play}
  tasks:
    - include_tasks: two.yml
    - include_tasks: nothing.yml
      when: x == 'other'
    - ansible.builtin.include_tasks:
        file: "{{ next }}.yml"
    - debug: {msg: after}
`
    expect(await said(playbook, files)).toEqual(['two', 'one inner', 'one play', 'after'])
  })

  it('loops, and hands its loop variables and its vars to the tasks of the file', async () => {
    const files = {
      'each.yml': `${debug('{{ item }} of {{ who }}')}- debug: {msg: "{{ item }}{{ thing }}"}\n  loop: [x, y]\n  loop_control: {loop_var: thing}\n`,
      'named.yml': debug('{{ name }} {{ at }}'),
    }
    const playbook = `${head}  tasks:
    - include_tasks: each.yml
      loop: [a, b]
      vars: {who: "all of {{ item }}"}
    - include_tasks: named.yml
      loop: [c]
      loop_control: {loop_var: name, index_var: at}
`
    expect(await said(playbook, files)).toEqual([
      'a of all of a',
      'ax',
      'ay',
      'b of all of b',
      'bx',
      'by',
      'c 0',
    ])
  })

  it('sets variables for what comes after it, and its vars stand above what tasks set', async () => {
    const files = { 'set.yml': '- set_fact: {x: set}\n- debug: {msg: "{{ x }} {{ y }}"}\n' }
    const playbook = `${head}  tasks:
    - set_fact: {y: fact}
    - include_tasks: set.yml
      vars: {y: include}
    - debug: {msg: "{{ x }} {{ y }}"}
`
    expect(await said(playbook, files)).toEqual(['set include', 'set fact'])
  })

  it('does not lend its own keywords, but what apply says, and what blocks say', async () => {
    const files = { 'in.yml': `${debug('plain')}- debug: {msg: tagged}\n  tags: [inner]\n` }
    const playbook = (apply: string) => `${head}  tasks:
    - include_tasks: {file: in.yml${apply}}
      tags: [outer]
    - block:
        - include_tasks: in.yml
      tags: [block]
`
    const only = (...tags: string[]) => ({ tags: { only: tags, skip: [] } })
    expect(await said(playbook(''), files, only('outer'))).toEqual([])
    expect(await said(playbook(''), files, only('outer', 'inner'))).toEqual(['tagged'])
    expect(await said(playbook(', apply: {tags: outer}'), files, only('outer'))).toEqual(['plain', 'tagged'])
    expect(await said(playbook(''), files, only('block'))).toEqual(['plain', 'tagged'])
    expect(await said(playbook(', apply: {when: false}'), files)).toEqual(['plain', 'tagged'])
    const args = (more: string) =>
      `${head}  tasks:\n    - include_tasks: in.yml\n      tags: [outer]\n      ${more}\n`
    expect(await said(args('args: {apply: {tags: outer}}'), files, only('outer'))).toEqual([
      'plain',
      'tagged',
    ])
    expect(await said(args('vars: {apply: {tags: outer}}'), files, only('outer'))).toEqual([])
  })

  it('is rescued with the tasks that it brings', async () => {
    const files = { 'fails.yml': `${debug('before')}- fail: {msg: nope}\n${debug('never')}` }
    const playbook = `${head}  tasks:
    - block:
        - include_tasks: fails.yml
        - debug: {msg: never}
      rescue:
        - debug: {msg: "rescued {{ ansible_failed_result.msg }}"}
    - block:
        - include_tasks: "{{ 'not' }}-there.yml"
      rescue:
        - debug: {msg: rescued}
`
    expect(await said(playbook, files)).toEqual(['before', 'rescued nope', 'rescued'])
  })

  it('brings each host what its own name says, and hosts of one file go through it together', async () => {
    const done = await runLocal(
      `- hosts: web
  gather_facts: false
  tasks:
    - include_tasks: "{{ kind }}.yml"
    - name: after
      debug: {msg: "{{ hostvars.a.seen }}{{ hostvars.c.seen }}"}
`,
      {
        inventory: `${LOCAL_HOSTS}[all:vars]\nkind=odd\n[even]\nb kind=even\n`,
        files: {
          'odd.yml':
            '- name: odd\n  command: echo {{ inventory_hostname }}\n  register: out\n- set_fact: {seen: "{{ out.stdout }}"}\n',
          'even.yml': '- name: even\n  debug: {msg: x}\n',
        },
      },
    )
    expect(told(done.errors)).toBe('')
    expect(
      done.outcomes
        .filter(({ task }) => task === 'odd')
        .map(({ host }) => host)
        .sort(),
    ).toEqual(['a', 'c'])
    expect(done.outcomes.filter(({ task }) => task === 'even').map(({ host }) => host)).toEqual(['b'])
    const after = done.outcomes.filter(({ task }) => task === 'after')
    expect(after.map(({ result }) => result['msg'])).toEqual(['ac', 'ac', 'ac'])
  })

  it('is waited for by hosts that read what it may set, while nobody knows yet what it brings', async () => {
    const done = await runLocal(
      `- hosts: web
  gather_facts: false
  tasks:
    - command: echo odd
      register: kind
    - include_tasks: "{{ kind.stdout }}.yml"
      when: inventory_hostname == 'a'
    - name: after
      debug: {msg: "{{ hostvars.a.seen }}"}
`,
      { files: { 'odd.yml': '- set_fact: {seen: it}\n' } },
    )
    expect(told(done.errors)).toBe('')
    const after = done.outcomes.filter(({ task }) => task === 'after')
    expect(after.map(({ result }) => result['msg'])).toEqual(['it', 'it', 'it'])
  })

  it('goes deep, and says so where it would never end', async () => {
    const files = {
      'deep.yml': `- include_tasks: deep.yml\n  vars: {n: "{{ n | int + 1 }}"}\n  when: n | int < 3\n${debug('level')}`,
    }
    const done = await runLocal(`${head}  tasks:\n    - include_tasks: self.yml\n`, {
      inventory: '[web]\na ansible_connection=local\n',
      files: { ...files, 'self.yml': '- include_tasks: self.yml\n' },
    })
    expect(told(done.errors) || done.story.join('\n')).toMatch(/nested too deeply|failed/)
  })
})

describe('mistakes in includes are told before any host is touched:', () => {
  const cases: { name: string; playbook: string; files?: Record<string, string>; says: RegExp }[] = [
    {
      name: 'a file that is not there',
      playbook: `${head}  tasks:\n    - include_tasks: nothing.yml\n`,
      says: /site\.yml:4:7[^]*no file nothing\.yml/,
    },
    {
      name: 'a typing mistake in a file whose name is a template',
      playbook: `${head}  vars: {x: in}\n  tasks:\n    - include_tasks: "{{ x }}.yml"\n`,
      files: { 'in.yml': '- debug: {mgs: x}\n' },
      says: /in\.yml:1:16[^]*no parameter mgs/,
    },
    {
      name: 'become on an include',
      playbook: `${head}  tasks:\n    - include_tasks: in.yml\n      become: true\n`,
      says: /site\.yml:5:7[^]*apply: \{become/,
    },
    {
      name: 'a role that is not there',
      playbook: `${head}  tasks:\n    - include_role: {name: nobody}\n`,
      says: /no role nobody/,
    },
  ]
  it.each(cases)('$name', async ({ playbook, files = {}, says }) => {
    const done = await runLocal(playbook, { inventory: '[web]\na ansible_connection=local\n', files })
    expect(told(done.errors)).toMatch(says)
  })
})
