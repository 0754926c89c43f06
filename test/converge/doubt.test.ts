import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mayNotify, notifies } from '../../src/converge/notified.ts'
import { registered, type Verdict, verdict } from '../../src/converge/verdict.ts'
import { NotYet } from '../../src/variables/not-yet.ts'
import { ONE } from '../playbook/support.ts'
import { runLocal, storyOf } from '../support/run-local.ts'

const play = (tasks: string) =>
  `- hosts: web\n  gather_facts: false\n  tasks:\n${tasks.trim().replaceAll(/^/gm, '    ')}\n`
const FILE = '{{ playbook_dir }}/made'

describe('check mode, behind a task that may do anything', () => {
  it.each([
    { name: 'a command', first: `command: touch ${FILE}`, expected: 'unknown' },
    {
      name: 'a shell, itself unknown',
      first: `shell: touch ${FILE}\n  register: out\n  changed_when: "'x' not in out.stdout"`,
      expected: 'unknown',
    },
    { name: 'a wait', first: `wait_for: {path: "${FILE}", timeout: 1}`, expected: 'unknown' },
    {
      name: 'a command that changes nothing',
      first: 'command: ls\n  changed_when: false',
      expected: 'failed',
    },
    {
      name: 'a command that does not run',
      first: `command: touch ${FILE}\n  when: false`,
      expected: 'failed',
    },
    {
      name: 'a command that creates would not run',
      first: 'command: "true"\n  args: {creates: /etc/passwd}',
      expected: 'failed',
    },
    {
      name: 'a change whose effects are known',
      first: `copy: {content: x, dest: "${FILE}2"}`,
      expected: 'failed',
    },
  ])('$name: what is missing is $expected', async ({ first, expected }) => {
    const playbook = play(`- name: first\n  ${first}\n- {name: mode, file: {path: "${FILE}", mode: "0600"}}`)
    const done = await runLocal(playbook, { inventory: ONE, check: true })
    expect(storyOf(done, 'a').at(-1)).toBe(`mode ${expected}`)
    const { reason } = done.outcomes.at(-1) ?? {}
    if (expected === 'unknown') expect(reason).toMatch(/^unless "first" sees to it: .*made does not exist$/)
    expect(existsSync(join(done.folder, 'made'))).toBe(false)
  })

  it.each([
    { name: 'an include', task: 'include_tasks: more.yml', expected: 'unknown' },
    { name: 'a command', task: `command: "touch ${FILE}"`, expected: 'unknown' },
    { name: 'a command that changes nothing', task: 'command: ls, changed_when: false', expected: 'failed' },
    {
      name: 'a module that says what it changes',
      task: `copy: {content: x, dest: "${FILE}2"}`,
      expected: 'failed',
    },
  ])('$name of which nobody knows whether it runs: $expected', async ({ task, expected }) => {
    const files = { 'more.yml': `- command: touch ${FILE}\n` }
    const playbook = play(`- {command: ls, changed_when: false, register: out}
- {name: first, ${task}, when: out.rc == 0}
- {name: mode, file: {path: "${FILE}", mode: "0600"}}`)
    const done = await runLocal(playbook, { inventory: ONE, check: true, files })
    expect(storyOf(done, 'a').slice(-2)).toEqual(['first unknown', `mode ${expected}`])
  })

  it('what hangs on such a failure does not fail itself', async () => {
    const tasks = `- {name: first, command: "true"}
- {name: mode, file: {path: "${FILE}", mode: "0600"}, register: done, ignore_errors: true}
- {name: then, debug: {msg: x}, when: done is failed}`
    const done = await runLocal(play(tasks), { inventory: ONE, check: true })
    expect(done.outcomes.map(({ status }) => status)).toEqual(['would-run', 'unknown', 'unknown'])
    expect(done.outcomes.at(-1)?.reason).toMatch(
      /^it hangs on a task that fails, unless "first" sees to it: /,
    )
  })

  it.each([
    { name: 'a command', task: 'command: "false"', expected: 'unknown' },
    {
      name: 'a command that changes nothing',
      task: 'command: "false"\n  changed_when: false',
      expected: 'unknown',
    },
    { name: 'a wait', task: 'wait_for: {port: 6499, timeout: 1}', expected: 'unknown' },
    { name: 'a request', task: 'uri: {url: "http://127.0.0.1:6499/"}', expected: 'unknown' },
    { name: 'a loop', task: 'command: "{{ item }}"\n  loop: ["true", "false"]', expected: 'unknown' },
    {
      name: 'a command that is never taken for failed',
      task: 'command: "false"\n  failed_when: false',
      expected: 'skipped',
    },
    {
      name: 'a change that is known',
      task: `copy: {content: x, dest: "${FILE}"}`,
      expected: 'skipped',
    },
  ])('whether $name fails that is ignored: $expected', async ({ task, expected }) => {
    const playbook = play(`- name: first
  ${task}
  register: done
  ignore_errors: true
- {name: then, debug: {msg: x}, when: done is failed}`)
    const done = await runLocal(playbook, { inventory: ONE, check: true })
    expect(storyOf(done, 'a').at(-1)).toBe(`then ${expected}`)
    const real = await runLocal(playbook, { inventory: ONE })
    expect(storyOf(real, 'a').at(-1)).toBe(expected === 'unknown' ? 'then ok' : 'then skipped')
  })

  it.each([
    { name: 'an always part', around: (then: string) => `  always:\n    - ${then}` },
    {
      name: 'what stands behind a rescue part',
      around: (then: string) => `  rescue: [{debug: {msg: x}}]\n- ${then}`,
    },
  ])('whether a command has failed is open to $name', async ({ around }) => {
    const first = '- block:\n    - {name: first, command: "false", register: done}'
    const playbook = play(`${first}\n${around('{name: then, debug: {msg: x}, when: done is failed}')}`)
    const done = await runLocal(playbook, { inventory: ONE, check: true })
    expect(storyOf(done, 'a').at(-1)).toBe('then unknown')
    const real = await runLocal(playbook, { inventory: ONE })
    expect(storyOf(real, 'a').at(-1)).toBe('then ok')
  })

  it('does not know whether a task changes anything that only the real run can tell', () => {
    const maybe = verdict('would-run', 'pull', { predicted: true, maybe: true, result: { changed: true } })
    const sure = verdict('would-run', 'run', { predicted: true, result: { changed: true } })
    const said = (found: Verdict, key: string) => {
      const dict = registered(found)
      return dict instanceof Map ? dict.get(key) : undefined
    }
    expect(() => said(maybe, 'changed')).toThrow(NotYet)
    expect(said(maybe, 'failed')).toBe(false)
    expect(said(sure, 'changed')).toBe(true)
    expect([notifies(maybe), mayNotify(maybe)]).toEqual([false, true])
    expect([notifies(sure), mayNotify(sure)]).toEqual([true, false])
  })

  it('leaves open what stat would say of a path that is not there yet', async () => {
    const tasks = `- {name: first, command: "true"}
- {name: look, stat: {path: "${FILE}"}, register: found}
- {name: exists, debug: {msg: "{{ found.stat.exists }}"}}
- {name: mode, debug: {msg: "{{ found.stat.mode }}"}}`
    const done = await runLocal(play(tasks), { inventory: ONE, check: true })
    expect(done.outcomes.slice(2).map(({ task, status, reason }) => [task, status, reason])).toEqual([
      ['exists', 'ok', expect.anything()],
      ['mode', 'unknown', 'only the real run knows what "first" leaves'],
    ])
    const alone = await runLocal(play(tasks.replace('command: "true"', 'debug: {}')), {
      inventory: ONE,
      check: true,
    })
    expect(storyOf(alone, 'a').at(-1)).toBe('mode failed')
  })

  it('comes true in the real run', async () => {
    const done = await runLocal(play(`- command: touch ${FILE}\n- file: {path: "${FILE}", mode: "0600"}`), {
      inventory: ONE,
    })
    expect(done.story.map((line) => line.split(' ').at(-1))).toEqual(['changed', 'changed'])
  })

  it('a mistake of the playbook stays one, and so does what another host lacks', async () => {
    const playbook = play(`- command: touch ${FILE}
  when: inventory_hostname == 'a'
- {name: mode, file: {path: "${FILE}", mode: "0600"}}
- {name: wrong, assert: {that: false}}`)
    const inventory = `${ONE}b ansible_connection=local\n`
    const done = await runLocal(playbook, { inventory, check: true })
    expect(storyOf(done, 'a').slice(1)).toEqual(['mode unknown', 'wrong failed'])
    expect(storyOf(done, 'b').at(-1)).toBe('mode failed')
  })
})
