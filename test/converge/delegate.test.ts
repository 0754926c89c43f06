import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOCAL_HOSTS, runLocal } from '../support/run-local.ts'

const play = (tasks: string, handlers = '') => `- hosts: web
  gather_facts: false
  tasks:
${tasks.trim().replace(/^/gm, '    ')}
${handlers}`

describe('delegate_to', () => {
  it('works on the controller for each host, with the variables of that host', async () => {
    const tasks = `
- name: note
  copy: {content: "{{ inventory_hostname }}", dest: "{{ playbook_dir }}/{{ inventory_hostname }}.txt"}
  delegate_to: localhost
  register: note
- name: seen
  debug: {msg: "{{ note.dest }}"}
`
    // Nothing but local connections: a host that hakube would really have to reach fails the test.
    const inventory = '[web]\na ansible_host=127.0.0.1 ansible_port=1\nb ansible_connection=local\n'
    const { story, outcomes, folder } = await runLocal(play(tasks), { inventory: LOCAL_HOSTS })
    expect(story.filter((line) => line.includes('note')).sort()).toEqual([
      'a note changed',
      'b note changed',
      'c note changed',
    ])
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('b')
    expect(outcomes.find(({ task }) => task === 'note')?.delegate).toBe('localhost')
    expect(outcomes.find(({ task, host }) => task === 'seen' && host === 'c')?.result['msg']).toBe(
      join(folder, 'c.txt'),
    )
    const again = await runLocal(play(tasks), { inventory: LOCAL_HOSTS, folder })
    expect(again.outcomes.filter(({ status }) => status !== 'ok')).toEqual([])
    const unreached = await runLocal(play(tasks), { inventory })
    expect(unreached.outcomes.map(({ host }) => host)).not.toContain('a')
  })

  it('is no delegation to name the host itself; the item of a loop may name it', async () => {
    const tasks = `
- name: each
  command: "true"
  delegate_to: "{{ item }}"
  loop: [a, b]
`
    const { outcomes } = await runLocal(play(tasks), { inventory: LOCAL_HOSTS })
    const shown = outcomes.map(({ host, delegate }) => `${host} on ${delegate ?? 'itself'}`)
    expect(shown.sort()).toEqual(['a on b', 'a on itself', 'b on a', 'b on itself', 'c on a', 'c on b'])
  })

  it('shows in check mode, to all who look at that host, what would be there', async () => {
    const tasks = `
- name: write
  copy: {content: x, dest: "{{ playbook_dir }}/x"}
  delegate_to: b
  when: inventory_hostname == "a"
- name: look
  copy: {content: x, dest: "{{ playbook_dir }}/x"}
  when: inventory_hostname == "b"
- name: look from there
  copy: {content: x, dest: "{{ playbook_dir }}/x"}
  delegate_to: b
  when: inventory_hostname == "c"
`
    const { story, folder } = await runLocal(play(tasks), { inventory: LOCAL_HOSTS, check: true })
    expect(story.filter((line) => !line.endsWith('skipped'))).toEqual([
      'a write would-change',
      'b look ok',
      'c look from there ok',
    ])
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })

  it('keeps the order of all hosts around it, and asks again what it may have changed', async () => {
    const tasks = `
- name: before
  copy: {content: old, dest: "{{ playbook_dir }}/x"}
  when: inventory_hostname == "b"
- name: elsewhere
  copy: {content: new, dest: "{{ playbook_dir }}/x"}
  delegate_to: b
  when: inventory_hostname == "a"
- name: after
  copy: {content: new, dest: "{{ playbook_dir }}/x"}
  when: inventory_hostname == "b"
`
    const { story } = await runLocal(play(tasks), { inventory: LOCAL_HOSTS })
    expect(story.filter((line) => !line.endsWith('skipped'))).toEqual([
      'b before changed',
      'a elsewhere changed',
      'b after ok',
    ])
  })

  it('holds for handlers and blocks', async () => {
    const tasks = `
- block:
    - {name: inner, command: "true", notify: tell}
  delegate_to: localhost
  when: inventory_hostname == "a"
`
    const handlers = `  handlers:
    - name: tell
      copy: {content: "{{ inventory_hostname }}", dest: "{{ playbook_dir }}/told"}
      delegate_to: b
`
    const { outcomes } = await runLocal(play(tasks, handlers), { inventory: LOCAL_HOSTS })
    const shown = outcomes
      .filter(({ status }) => status !== 'skipped')
      .map(({ host, task, delegate, status }) => [host, task, delegate, status])
    expect(shown).toEqual([
      ['a', 'inner', 'localhost', 'changed'],
      ['a', 'tell', 'b', 'changed'],
    ])
  })

  it.each([
    ['an empty name', '""', 'delegate_to must be the name of a host, not ""'],
    ['a list', '[a, b]', 'delegate_to must be the name of a host, not ["a","b"]'],
  ])('refuses %s', async (_, value, message) => {
    const tasks = `
- name: t
  command: "true"
  delegate_to: ${value}
`
    const { errors } = await runLocal(play(tasks), { inventory: LOCAL_HOSTS })
    expect(errors.map((error) => error.message)).toEqual([message])
  })

  it('loses the host whose delegate cannot be reached', async () => {
    const tasks = `
- {name: t, command: "true", delegate_to: 127.0.0.9}
`
    const inventory = `${LOCAL_HOSTS}[far]\n127.0.0.9 ansible_port=1 ansible_user=nobody\n`
    const { events, summary } = await runLocal(play(tasks), { inventory })
    const lost = events.filter((event) => event.type === 'host-unreachable')
    expect(lost.map(({ host }) => host).sort()).toEqual(['a', 'b', 'c'])
    expect(lost[0]?.error.message).toMatch(/^tasks are delegated to 127.0.0.9, which cannot be reached: /)
    expect(summary?.exitCode).toBe(4)
  })
})
