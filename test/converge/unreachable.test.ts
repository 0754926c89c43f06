import { describe, expect, it } from 'vitest'
import { toJson } from '../../src/value.ts'
import { runLocal, storyOf } from '../support/run-local.ts'

/** Nothing listens on port 1. */
const ONE_DOWN = '[web]\nx ansible_host=127.0.0.1 ansible_port=1\ny ansible_connection=local\n'

describe('ignore_unreachable', () => {
  it('goes on with a host that cannot be reached, until a task does not ignore it', async () => {
    const done = await runLocal(
      `- hosts: web
  gather_facts: false
  ignore_unreachable: true
  tasks:
    - {name: one, command: echo hi, register: out}
    - {name: seen, debug: {msg: "{{ [out is failed, out is unreachable, out is succeeded, out.changed] }}"}}
    - {name: raw, debug: {msg: "{{ out | dict2items | map(attribute='key') | sort }}"}}
    - {name: stops, command: "true", ignore_unreachable: false}
    - {name: behind, debug: {msg: x}}
`,
      { inventory: ONE_DOWN },
    )
    expect(storyOf(done, 'x')).toEqual(['one ignored', 'seen ok', 'raw ok'])
    expect(storyOf(done, 'y')).toEqual(['one changed', 'seen ok', 'raw ok', 'stops changed', 'behind ok'])
    const said = done.outcomes
      .filter(({ host }) => host === 'x')
      .map(({ result }) => toJson(result['msg'] ?? null))
    expect(said.slice(1)).toEqual([
      [false, true, true, false],
      ['changed', 'msg', 'unreachable'],
    ])
    const recap = done.summary?.recap.find(({ host }) => host === 'x')
    expect(recap).toMatchObject({ unreachable: true, failed: 0, ignored: 1 })
    expect(done.summary?.exitCode).toBe(4)
  })

  it('may be said by a task, where no facts are asked for before', async () => {
    const tasks = `
  tasks:
    - {name: one, command: "true", ignore_unreachable: true}
    - {name: behind, debug: {msg: x}}
`
    const done = await runLocal(`- hosts: web\n  gather_facts: false${tasks}`, { inventory: ONE_DOWN })
    expect(storyOf(done, 'x')).toEqual(['one ignored', 'behind ok'])
    expect(done.summary?.exitCode).toBe(0)
    const facts = await runLocal(`- hosts: web${tasks}`, { inventory: ONE_DOWN })
    expect(storyOf(facts, 'x')).toEqual([])
  })

  it('holds no longer in a later play that wants facts and does not ignore it', async () => {
    const after = (keywords: string) =>
      runLocal(
        `- {hosts: web, gather_facts: false, ignore_unreachable: true, tasks: [{name: one, debug: {msg: x}}]}
- {hosts: web, ${keywords}, tasks: [{name: two, debug: {msg: x}}]}
`,
        { inventory: ONE_DOWN },
      )
    const lost = await after('gather_facts: true')
    expect(storyOf(lost, 'x')).toEqual(['one ok'])
    expect(storyOf(lost, 'y')).toEqual(['one ok', 'two ok'])
    expect(lost.events).toContainEqual(expect.objectContaining({ type: 'host-unreachable', host: 'x' }))
    expect(lost.summary?.exitCode).toBe(4)
    for (const keywords of ['gather_facts: true, ignore_unreachable: true', 'gather_facts: false']) {
      const done = await after(keywords)
      expect(storyOf(done, 'x')).toEqual(['one ok', 'two ok'])
      expect(done.summary?.exitCode).toBe(0)
    }
  })

  it('holds for the host that a task is delegated to, for each item', async () => {
    const done = await runLocal(
      `- hosts: y
  gather_facts: false
  tasks:
    - name: each
      command: echo {{ item }}
      delegate_to: "{{ item }}"
      loop: [x, localhost]
      ignore_unreachable: true
      register: out
    - name: seen
      debug: {msg: "{{ [out.failed, out.changed, out.results | map(attribute='unreachable', default=false)] }}"}
`,
      { inventory: ONE_DOWN },
    )
    expect(storyOf(done, 'y')).toEqual(['each (x) ignored', 'each (localhost) changed', 'seen ok'])
    expect(toJson(done.outcomes.at(-1)?.result['msg'] ?? null)).toEqual([false, true, [true, false]])
  })
})
