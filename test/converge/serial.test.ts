import { describe, expect, it } from 'vitest'
import { LOCAL_HOSTS, runLocal } from '../support/run-local.ts'

const play = (head: string, tasks: string) => `- hosts: web
  gather_facts: false
${head.trim().replace(/^/gm, '  ')}
  tasks:
${tasks.trim().replace(/^/gm, '    ')}
`
const WRITE = `
- {name: one, copy: {content: x, dest: "{{ playbook_dir }}/{{ inventory_hostname }}"}, notify: tell}
- {name: two, copy: {content: y, dest: "{{ playbook_dir }}/{{ inventory_hostname }}2"}}
`
const HANDLERS = `  handlers:
    - {name: tell, copy: {content: z, dest: "{{ playbook_dir }}/{{ inventory_hostname }}3"}}
`

describe('serial', () => {
  it('takes the whole play through one host, handlers included, before the next one begins', async () => {
    const text = play('serial: 1\norder: reverse_inventory', WRITE) + HANDLERS
    const { story } = await runLocal(text, { inventory: LOCAL_HOSTS })
    expect(story).toEqual(
      ['c', 'b', 'a'].flatMap((host) => ['one', 'two', 'tell'].map((task) => `${host} ${task} changed`)),
    )
  })

  it('costs no further round trip where nothing is to be done', async () => {
    const text = play('serial: 1', WRITE) + HANDLERS
    const { folder } = await runLocal(text, { inventory: LOCAL_HOSTS })
    const again = await runLocal(text, { inventory: LOCAL_HOSTS, folder })
    expect(again.summary?.recap.map(({ changed, trips }) => [changed, trips])).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ])
  })

  it('ends the run after a batch of which nobody is left, and goes on after another one', async () => {
    const tasks = `
- {name: fails, fail: {msg: no}, when: inventory_hostname in bad}
- {name: passes, command: "true"}
`
    const behind = '- hosts: web\n  gather_facts: false\n  tasks:\n    - {name: behind, command: "true"}\n'
    const run = (serial: string, bad: string) =>
      runLocal(play(`serial: ${serial}\nvars: {bad: ${bad}}`, tasks) + behind, { inventory: LOCAL_HOSTS })
    const alone = await run('1', '[b]')
    expect(alone.story.filter((line) => !line.endsWith('skipped'))).toEqual([
      'a passes changed',
      'b fails failed',
    ])
    const together = await run('2', '[b]')
    expect(together.story.filter((line) => !line.endsWith('skipped')).sort()).toEqual([
      'a behind changed',
      'a passes changed',
      'b fails failed',
      'c behind changed',
      'c passes changed',
    ])
  })

  it('may be a variable; each batch knows itself and the play', async () => {
    const tasks = `
- name: names
  debug: {msg: "{{ ansible_play_batch | join(',') }} of {{ ansible_play_hosts | join(',') }}"}
`
    const text = play('serial: "{{ size }}"\nvars: {size: 2}', tasks)
    const { outcomes } = await runLocal(text, { inventory: LOCAL_HOSTS })
    const seen = new Map(outcomes.map(({ host, result }) => [host, result['msg']]))
    expect(Object.fromEntries(seen)).toEqual({ a: 'a,b of a,b,c', b: 'a,b of a,b,c', c: 'c of a,b,c' })
  })
})
