import { homedir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { toJson } from '../../src/value.ts'
import { runLocal, type LocalSettings } from '../support/run-local.ts'

const ONE = '[web]\na ansible_connection=local\n'
const run = async (tasks: string, more: LocalSettings = {}) => {
  const play = `- hosts: web\n  gather_facts: false\n  tasks:\n${tasks.trim().replaceAll(/^/gm, '    ')}\n`
  const done = await runLocal(play, { inventory: ONE, ...more })
  const heard = done.outcomes.filter(({ module }) => module === 'debug').map(({ result }) => result['msg'])
  return { ...done, heard: heard.map((value) => toJson(value ?? null)), trips: done.summary?.recap[0]?.trips }
}

describe('~ in paths', () => {
  it('costs no round trip where the home is where homes are', async () => {
    const done = await run(`
- {stat: {path: '~'}, register: one}
- {stat: {path: ~root}, register: two}
- {stat: {path: ~/no/such/thing}, register: three}
- debug: {msg: "{{ [one.stat.path, two.stat.path, three.stat.exists] }}"}
`)
    expect(done.heard).toEqual([[homedir(), '/root', false]])
    expect(done.trips).toBe(1)
  })

  it('is asked anew in one message where it is elsewhere, for all tasks behind it', async () => {
    const done = await run(`
- {stat: {path: ~daemon}, register: one}
- {stat: {path: ~daemon/no/such/thing}, register: two}
- {stat: {path: ~bin}, register: three}
- debug: {msg: "{{ [one.stat.path, one.stat.isdir, two.stat.exists, three.stat.path] }}"}
- {stat: {path: ~daemon}, register: four}
- debug: {msg: "{{ four.stat.path }}"}
`)
    expect(done.heard).toEqual([['/usr/sbin', true, false, '/bin'], '/usr/sbin'])
    // The tasks behind `debug` are rendered with what the host has told by then.
    expect(done.trips).toBe(3)
  })

  it('and the path are one thing, in check mode, too', async () => {
    const done = await run(
      `
- {copy: {content: x, dest: ~/new}, environment: {HOME: '{{ playbook_dir }}'}}
- {stat: {path: '{{ playbook_dir }}/new'}, register: seen}
- debug: {msg: '{{ seen.stat.exists }}'}
- file: {path: '{{ playbook_dir }}/new', state: absent}
- {stat: {path: $HOME/new}, register: gone, environment: {HOME: '{{ playbook_dir }}'}}
- debug: {msg: '{{ gone.stat.exists }}'}
`,
      { check: true },
    )
    expect(done.errors.map((error) => error.message)).toEqual([])
    expect(done.heard).toEqual([true, false])
  })

  it('of nobody fails the task, which may be ignored', async () => {
    const done = await run(`
- {name: whose, file: {path: ~no-such-user/x, state: directory}, ignore_errors: true}
- {name: next, stat: {path: /}}
`)
    expect(done.story).toEqual(['a whose ignored', 'a next ok'])
    expect(done.outcomes[0]?.reason).toContain('there is no user no-such-user')
  })

  it('leaves a variable that nobody sets to the user, before any change', async () => {
    const done = await run(`
- command: touch {{ playbook_dir }}/came
- file: {path: $XDG_DATA_HOME/x, state: directory}
`)
    expect(done.errors).toMatchObject([
      { place: { line: 5 }, hint: expect.stringContaining('ansible_env.XDG_DATA_HOME') },
    ])
  })
})
