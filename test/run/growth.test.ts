import { describe, expect, it } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import { LOCAL_HOSTS, runLocal, storyOf, type LocalRun } from '../support/run-local.ts'

const said = (done: LocalRun, task: string) =>
  Object.fromEntries(
    done.outcomes
      .filter((one) => one.task === task)
      .map(({ host, result }) => [host, str(result['msg'] ?? null)]),
  )

/** Held against ansible-playbook 2.14. */
describe('group_by', () => {
  const PLAY = `- hosts: web
  gather_facts: false
  tasks:
    - group_by: {key: "is {{ 'first' if inventory_hostname == 'a' else 'other' }}", parents: [kinds]}
    - {name: names, debug: {msg: "{{ group_names | join(' ') }} / {{ groups.kinds | sort | join(' ') }}"}}
- hosts: is-first
  gather_facts: false
  tasks: [{name: first, debug: {msg: "{{ ansible_play_hosts | join }} {{ v }}"}}]
- hosts: is-other
  serial: 1
  tasks: [{name: other, debug: {msg: "{{ ansible_facts.system }}"}}]
`
  it.each([[false], [true]])('makes groups for later tasks and plays (check mode: %s)', async (check) => {
    const done = await runLocal(PLAY, {
      inventory: LOCAL_HOSTS,
      files: { 'group_vars/is-first.yml': 'v: of the group\n' },
      check,
    })
    expect(said(done, 'names')).toEqual({
      a: 'is-first kinds web / a b c',
      b: 'is-other kinds web / a b c',
      c: 'is-other kinds web / a b c',
    })
    expect(said(done, 'first')).toEqual({ a: 'a of the group' })
    expect(said(done, 'other')).toEqual({ b: 'Linux', c: 'Linux' })
    expect(done.events.filter(({ type }) => type === 'warning')).toEqual([])
    expect(done.summary?.exitCode).toBe(0)
  })
})

describe('add_host', () => {
  const first = (variables: string) => `- hosts: web
  gather_facts: false
  tasks:
    - {name: add, add_host: {name: "new{{ item }}", groups: fresh, ${variables}, x: "{{ item }}"}, loop: [1, 2]}
    - {name: seen, debug: {msg: "{{ groups.fresh | join(' ') }} {{ hostvars.new2.x + 1 }}"}}
    - {name: delegated, command: "true", delegate_to: new1, run_once: true}
`
  const second = `- hosts: fresh:c
  tasks:
    - {name: change, copy: {content: "{{ x | default('-') }}", dest: "{{ playbook_dir }}/{{ inventory_hostname }}"}, notify: told}
    - {name: facts, debug: {msg: "{{ ansible_facts.system }}"}}
  handlers:
    - {name: told, debug: {msg: x}}
`
  it('adds hosts once for all; the next play works on them, under the lock', async () => {
    const done = await runLocal(first('ansible_connection: local') + second, { inventory: LOCAL_HOSTS })
    expect(storyOf(done, 'a').slice(0, 2)).toEqual(['add (1) ok', 'add (2) ok'])
    expect(storyOf(done, 'b')).toEqual(['seen ok'])
    expect(said(done, 'seen')).toEqual({ a: 'new1 new2 3', b: 'new1 new2 3', c: 'new1 new2 3' })
    for (const host of ['new1', 'new2']) {
      expect(storyOf(done, host)).toEqual(['change changed', 'facts ok', 'told ok'])
    }
    expect(storyOf(done, 'c')).toEqual(['seen ok', 'change changed', 'facts ok', 'told ok'])
    expect(done.summary?.recap.map(({ host }) => host)).toEqual(['a', 'b', 'c', 'new1', 'new2'])
    const again = await runLocal(first('ansible_connection: local') + second, {
      inventory: LOCAL_HOSTS,
      folder: done.folder,
    })
    expect(again.outcomes.filter(({ status, task }) => status === 'changed' && task !== 'delegated')).toEqual(
      [],
    )
  })

  it('connects when the play begins, and loses who cannot be reached then', async () => {
    const done = await runLocal(
      first('ansible_host: 127.0.0.1, ansible_port: 1').replace(
        '    - {name: delegated, command: "true", delegate_to: new1, run_once: true}\n',
        '',
      ) + second,
      { inventory: LOCAL_HOSTS },
    )
    expect(storyOf(done, 'new1')).toEqual([])
    expect(storyOf(done, 'c')).toEqual(['seen ok', 'change changed', 'facts ok', 'told ok'])
    expect(done.summary?.recap.filter(({ unreachable }) => unreachable).map(({ host }) => host)).toEqual([
      'new1',
      'new2',
    ])
    expect(done.summary?.exitCode).toBe(4)
  })

  it('brings back a host that had come to the end of its plays', async () => {
    const done = await runLocal(
      `- hosts: web
  gather_facts: false
  tasks: [{name: once, command: "true"}]
- hosts: a
  gather_facts: false
  tasks:
    - {name: add, add_host: {name: b, groups: [fresh]}}
- hosts: fresh
  gather_facts: false
  tasks: [{name: back, command: "true"}]
`,
      { inventory: LOCAL_HOSTS },
    )
    expect(storyOf(done, 'b')).toEqual(['once changed', 'back changed'])
    expect(done.summary?.recap.find(({ host }) => host === 'b')).toMatchObject({ changed: 2 })
    expect(storyOf(done, 'c')).toEqual(['once changed'])
  })
})
