import { describe, expect, it } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import { runLocal, storyOf } from '../support/run-local.ts'

const play = (tasks: string, more = '') =>
  `- hosts: web\n  gather_facts: false\n${more}  tasks:\n${tasks.trimStart().replaceAll(/^/gm, '    ')}\n`

describe('run_once in an include that not all take part in', () => {
  it.each([
    ['add_host', 'add_host: {name: n1, groups: new}', 'n1', 'r.add_host.host_name'],
    ['group_by', 'group_by: {key: made}', 'True', 'r is defined'],
  ])('%s gives its result to the others, and nobody waits for ever', async (_, task, said, shown) => {
    const text = play(`
- include_tasks: i.yml
  when: inventory_hostname == 'b'
- name: show
  debug: {msg: "{{ ${shown} }}"}
`)
    const files = { 'i.yml': `- ${task}\n  run_once: true\n  register: r\n` }
    const done = await runLocal(text, { files })
    const shows = done.outcomes
      .filter((one) => one.task === 'show')
      .map(({ result }) => str(result['msg'] ?? null))
    expect(shows.map((one) => one.toLowerCase())).toEqual(Array(3).fill(said.toLowerCase()))
  })
})

describe('run_once', () => {
  it('runs on the first host, and its result and facts are there for all', async () => {
    const done = await runLocal(
      play(`
- name: token
  command: sh -c 'echo "{{ inventory_hostname }}"; date +%N'
  register: token
  run_once: true
- name: fact
  set_fact: {who: "{{ token.stdout_lines[0] }} for {{ inventory_hostname }}"}
  run_once: true
- name: show
  debug: {msg: "{{ token.stdout }} {{ who }}"}
- name: skipped for all
  command: "true"
  register: never
  when: inventory_hostname == 'b'
  run_once: true
- name: seen
  debug: {msg: "{{ never is skipped }}"}
`),
    )
    expect(storyOf(done, 'a').slice(0, 2)).toEqual(['token changed', 'fact ok'])
    expect(storyOf(done, 'b')).toEqual(['show ok', 'seen ok'])
    const shown = done.outcomes.filter(({ task }) => task === 'show').map(({ result }) => result['msg'])
    expect(new Set(shown).size).toBe(1)
    expect(shown).toHaveLength(3)
    expect(str(shown[0] ?? null)).toMatch(/^a\n\d+ a for a$/)
    expect(done.outcomes.filter(({ task }) => task === 'seen').map(({ result }) => result['msg'])).toEqual([
      true,
      true,
      true,
    ])
  })

  it('loops once, once for each batch', async () => {
    const done = await runLocal(
      play(
        `
- name: each
  command: echo {{ item }}
  loop: [1, 2]
  register: out
  run_once: true
- name: show
  debug: {msg: "{{ out.results | map(attribute='stdout') | join }}"}
`,
        '  serial: 2\n',
      ),
    )
    expect(done.story).toEqual([
      'a each (1) changed',
      'a each (2) changed',
      expect.stringMatching(/show ok/),
      expect.stringMatching(/show ok/),
      'c each (1) changed',
      'c each (2) changed',
      'c show ok',
    ])
  })

  it('fails for all where it fails, and is rescued for all', async () => {
    const failed = await runLocal(
      play('- name: bad\n  command: "false"\n  run_once: true\n- name: never\n  command: "true"\n'),
    )
    expect(failed.story).toEqual(['a bad failed'])
    expect(failed.summary?.exitCode).toBe(2)
    const rescued = await runLocal(
      play(`
- block:
    - name: bad
      command: "false"
      run_once: true
    - name: never
      command: "true"
  rescue:
    - name: rescued
      debug: {msg: x}
`),
    )
    expect(rescued.story.sort()).toEqual(['a bad failed', 'a rescued ok', 'b rescued ok', 'c rescued ok'])
    expect(rescued.summary?.exitCode).toBe(0)
    expect(rescued.summary?.recap.map((host) => host.failed)).toEqual([0, 0, 0])
  })

  it('passes to the next host where the first one has left the run', async () => {
    const done = await runLocal(
      play(`
- name: a goes
  fail: {msg: x}
  when: inventory_hostname == 'a' and first.rc == 0
  vars: {first: "{{ out }}"}
- name: once
  command: "echo {{ inventory_hostname }}"
  register: said
  run_once: true
- name: show
  debug: {msg: "{{ said.stdout }}"}
`).replace('    - name: a goes', '    - command: "true"\n      register: out\n    - name: a goes'),
    )
    expect(storyOf(done, 'a')).toEqual(['command changed', 'a goes failed'])
    expect(storyOf(done, 'b').slice(2)).toEqual(['once changed', 'show ok'])
    expect(storyOf(done, 'c').slice(2)).toEqual(['show ok'])
  })

  it('predicts on one host in check mode', async () => {
    const done = await runLocal(
      play('- name: f\n  copy: {content: x, dest: "{{ playbook_dir }}/f"}\n  run_once: true\n'),
      {
        check: true,
      },
    )
    expect(done.story).toEqual(['a f would-change'])
  })

  it('includes for the first host only; what the include itself gives is there for all', async () => {
    const done = await runLocal(
      play(`
- include_tasks: more.yml
  run_once: true
  register: included
- name: seen
  debug: {msg: "{{ included is defined }} {{ who | default('nobody') }}"}
`),
      { files: { 'more.yml': '- {name: inside, set_fact: {who: "{{ inventory_hostname }}"}}\n' } },
    )
    expect(done.story.filter((line) => line.includes('inside'))).toEqual(['a inside ok'])
    expect(
      done.outcomes
        .filter(({ task }) => task === 'seen')
        .map(({ host, result }) => `${host} ${str(result['msg'] ?? null)}`)
        .sort(),
    ).toEqual(['a True a', 'b True nobody', 'c True nobody'])
  })

  const HANDLERS = `  handlers:
    - {name: first, command: "sleep 0.2", when: "inventory_hostname == 'c'"}
    - name: once
      command: echo {{ inventory_hostname }}
      run_once: true
      register: once
    - {name: seen, listen: once, debug: {msg: "{{ once.stdout }}"}}
`
  it('runs a handler on the first host that was notified, and the others take over its result', async () => {
    const done = await runLocal(
      play('- {name: t, command: "true", notify: [first, once], when: "inventory_hostname != \'a\'"}') +
        HANDLERS,
    )
    expect(done.story.filter((line) => line.includes('once'))).toEqual(['b once changed'])
    expect(
      done.outcomes
        .filter(({ task }) => task === 'seen')
        .map(({ host, result }) => `${host} ${str(result['msg'] ?? null)}`)
        .sort(),
    ).toEqual(['b b', 'c b'])
  })

  it('passes a handler to the next host where the first one is lost, and fails for all where it fails', async () => {
    const lost = await runLocal(
      play('- {name: t, command: "true", notify: [goes, once]}') +
        HANDLERS.replace(
          '{name: first, command: "sleep 0.2", when: "inventory_hostname == \'c\'"}',
          '{name: goes, fail: {msg: x}, when: "inventory_hostname == \'a\'"}',
        ),
    )
    expect(lost.story.filter((line) => line.includes('once'))).toEqual(['b once changed'])
    const failed = await runLocal(
      play(
        '- {name: t, command: "true", notify: once}\n- meta: flush_handlers\n- {name: behind, debug: {msg: x}}',
      ) + HANDLERS.replace('echo {{ inventory_hostname }}', '"false"'),
    )
    expect(failed.story.slice(3)).toEqual(['a once failed'])
    expect(failed.summary?.exitCode).toBe(2)
  })

  it('runs a handler again at the next flush', async () => {
    const done = await runLocal(
      play(
        '- {name: t, command: "true", notify: once}\n- meta: flush_handlers\n- {name: u, command: "true", notify: once}',
      ) + HANDLERS,
    )
    expect(done.story.filter((line) => line.includes('once'))).toEqual(['a once changed', 'a once changed'])
  })
})

/** The host that was to run it goes past it: the others must not wait for it at the play behind, as it does for them. */
describe('run_once, when the first host goes elsewhere', () => {
  const second = '- hosts: web\n  gather_facts: false\n  tasks:\n    - {name: second, debug: }\n'
  it.each([
    {
      way: 'leaves the play',
      tasks: `
- meta: end_host
  when: inventory_hostname == 'a'
- name: once
  command: "true"
  run_once: true
`,
      expected: ['b once changed', 'a second ok', 'b second ok', 'c second ok'],
    },
    {
      way: 'goes on in a rescue part',
      tasks: `
- block:
    - name: breaks
      command: "false"
      when: inventory_hostname == 'a'
    - name: once
      command: "true"
      run_once: true
  rescue:
    - {name: rescued, debug: }
`,
      expected: [
        'a breaks failed',
        'a rescued ok',
        'b once changed',
        'a second ok',
        'b second ok',
        'c second ok',
      ],
    },
    {
      way: 'is never there: only others are rescued',
      tasks: `
- block:
    - name: breaks
      command: "false"
      when: inventory_hostname == 'c'
  rescue:
    - name: once
      command: "true"
      run_once: true
`,
      expected: ['c breaks failed', 'c once changed', 'a second ok', 'b second ok', 'c second ok'],
    },
    {
      way: 'is notified, and leaves the play before the flush',
      tasks: `
- name: notifies
  command: "true"
  notify: once
- meta: end_host
  when: inventory_hostname == 'a'
- name: behind
  command: "true"
`,
      handlers: '  handlers:\n    - {name: once, command: "true", run_once: true}\n',
      expected: [
        ...['a', 'b', 'c'].map((host) => `${host} notifies changed`),
        ...['b', 'c'].map((host) => `${host} behind changed`),
        'b once changed',
        ...['a', 'b', 'c'].map((host) => `${host} second ok`),
      ],
    },
  ])('$way', { timeout: 10_000 }, async ({ tasks, handlers = '', expected }) => {
    const done = await runLocal(play(tasks, handlers) + second)
    expect(done.story.filter((line) => !/skipped$|meta/.test(line)).toSorted()).toEqual(expected.toSorted())
  })
})
