import { describe, expect, it } from 'vitest'
import { runLocal, storyOf } from '../support/run-local.ts'

/** Includes among handlers, together with what else there is about handlers. */
const run = (text: string) =>
  runLocal(text, {
    files: {
      'more.yml': '- {name: m1, command: "true"}\n- {name: m2, debug: {msg: "{{ v | default(0) }}"}}\n',
    },
  })

describe('a handler that includes tasks', () => {
  it('does not let one behind it with run_once run twice, nor wait for ever', async () => {
    const done = await run(`- hosts: web
  gather_facts: false
  tasks:
    - {name: one, command: "true", notify: [inc, once, last], when: "inventory_hostname == 'a'"}
    - {name: two, command: "true", notify: [once, last], when: "inventory_hostname == 'b'"}
  handlers:
    - {name: inc, include_tasks: more.yml}
    - {name: once, command: "true", run_once: true}
    - {name: last, debug: {msg: x}}
`)
    expect(storyOf(done, 'a')).toEqual([
      'one changed',
      'two skipped',
      'inc ok',
      'm1 changed',
      'm2 ok',
      'once changed',
      'last ok',
    ])
    expect(storyOf(done, 'b')).toEqual(['one skipped', 'two changed', 'last ok'])
  })

  it('runs whole where it is forced after the failure of another host', async () => {
    const done = await run(`- hosts: web
  gather_facts: false
  force_handlers: true
  any_errors_fatal: true
  tasks:
    - {name: one, command: "true", notify: [inc, last]}
    - {name: bad, fail: {msg: no}, when: "inventory_hostname == 'a'"}
    - {name: behind, debug: {msg: x}}
  handlers:
    - {name: inc, include_tasks: more.yml}
    - {name: last, debug: {msg: x}}
  post_tasks:
    - {name: post, debug: {msg: x}}
`)
    const handlers = ['inc ok', 'm1 changed', 'm2 ok', 'last ok']
    expect(storyOf(done, 'a')).toEqual(['one changed', 'bad failed', ...handlers])
    expect(storyOf(done, 'b')).toEqual(['one changed', 'bad skipped', ...handlers])
  })

  it('lends its variables', async () => {
    const done = await run(`- hosts: a
  gather_facts: false
  tasks:
    - {name: one, command: "true", notify: inc}
  handlers:
    - {name: inc, include_tasks: more.yml, vars: {v: 7}}
`)
    expect(done.outcomes.find(({ task }) => task === 'm2')?.result['msg']).toBe(7)
  })
})
