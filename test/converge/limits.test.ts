import { setTimeout as sleep } from 'node:timers/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import { toJson } from '../../src/value.ts'
import { LOCAL_HOSTS, runLocal, storyOf } from '../support/run-local.ts'

const ONE = '[web]\na ansible_connection=local\n'
const play = (tasks: string, keywords = '') =>
  `- hosts: web\n  gather_facts: false\n${keywords}  tasks:\n${tasks.trim().replaceAll(/^/gm, '    ')}\n`

describe('timeout', () => {
  it.each([
    ['a task', '  timeout: 1', ''],
    ['the play', '', '  timeout: 1\n'],
    ['async, which poll waits for', '  async: 1\n  poll: 1', ''],
  ])('of %s ends what runs and fails the task, without another try', async (_, keyword, ofPlay) => {
    const done = await runLocal(
      play(
        `
- name: hangs
  command: sh -c "sleep 2; touch {{ playbook_dir }}/came"
  register: out
  retries: 3
  delay: 0
  failed_when: false
  ignore_errors: true
${keyword}
- {name: seen, debug: {msg: "{{ [out.failed, out.changed, out.msg] }}"}}
- {name: next, command: "true"}
`,
        ofPlay,
      ),
      { inventory: ONE },
    )
    expect(done.errors.map((error) => error.message)).toEqual([])
    expect(storyOf(done, 'a')).toEqual(['hangs ignored', 'seen ok', 'next changed'])
    expect(toJson(done.outcomes[1]?.result['msg'] ?? null)).toEqual([
      true,
      false,
      expect.stringMatching(/^the command action .* 1 s \((timeout|async)\) and was ended$/),
    ])
    await sleep(1500)
    expect(existsSync(join(done.folder, 'came'))).toBe(false)
  })

  it('leaves alone what is done in time, and 0 is none', async () => {
    const tasks =
      '- {name: quick, command: "true", timeout: 5}\n- {name: none, command: sleep 0.2, timeout: 0}'
    expect((await runLocal(play(tasks), { inventory: ONE })).story).toEqual([
      'a quick changed',
      'a none changed',
    ])
  })

  it('refuses poll: 0 with what to write instead', async () => {
    const { errors } = await runLocal(play('- {command: "true", async: 60, poll: 0}'), { inventory: ONE })
    expect(errors).toMatchObject([{ place: { line: 4 }, hint: expect.stringContaining('systemd-run') }])
  })
})

describe('throttle', () => {
  it.each([
    ['throttle: 1', 1],
    ['throttle: "{{ 1 + 1 }}"', 2],
  ])('lets so many hosts into a task at a time: %s', async (keyword, most) => {
    const done = await runLocal(
      play(`- {name: t, command: "sh -c 'date +%s%N; sleep 0.3; date +%s%N'", register: out, ${keyword}}
- {debug: {msg: "{{ out.stdout_lines }}"}}`),
      { inventory: LOCAL_HOSTS },
    )
    const times = done.outcomes
      .filter(({ module }) => module === 'debug')
      .map(({ result }) => (Array.isArray(result['msg']) ? result['msg'].map((one) => BigInt(str(one))) : []))
      .map(([from, to]) => [from ?? 0n, to ?? 0n] as const)
    const atOnce = times.map(([from]) => times.filter(([start, end]) => start <= from && from < end).length)
    expect(Math.max(...atOnce)).toBe(most)
  })
})

describe('delegate_facts', () => {
  it('gives what is set to the host that the task is delegated to, as ansible-core does', async () => {
    const done = await runLocal(
      play(`- set_fact: {who: "set by {{ inventory_hostname }}"}
  delegate_to: "{{ {'a': 'b', 'b': 'c', 'c': 'a'}[inventory_hostname] }}"
  delegate_facts: true
- set_fact: {own: "set by {{ inventory_hostname }}"}
  delegate_to: "{{ {'a': 'b', 'b': 'c', 'c': 'a'}[inventory_hostname] }}"
- debug: {msg: "{{ who }}, {{ own }}, {{ hostvars.b.who }}"}`),
      { inventory: LOCAL_HOSTS },
    )
    const said = done.outcomes
      .filter(({ module }) => module === 'debug')
      .map(({ host, result }) => [host, result['msg']])
    expect(Object.fromEntries(said)).toEqual({
      a: 'set by c, set by a, set by a',
      b: 'set by a, set by b, set by a',
      c: 'set by b, set by c, set by a',
    })
  })
})
