import { describe, expect, it } from 'vitest'
import { LOCAL_HOSTS, runLocal, storyOf } from '../support/run-local.ts'

const play = (tasks: string, keywords = '', handlers = '') =>
  `- hosts: web\n  gather_facts: ${keywords.includes('facts') ? 'true' : 'false'}\n${keywords.replace('facts', '')}  tasks:\n${tasks
    .trim()
    .replaceAll(/^/gm, '    ')}\n${handlers}`
const behind = '- hosts: web\n  gather_facts: false\n  tasks: [{name: behind, debug: {msg: x}}]\n'
const run = (text: string) => runLocal(text, { inventory: LOCAL_HOSTS })

/** Held against ansible-playbook 2.14. */
describe('meta', () => {
  it('end_batch ends the batch for all when it holds on its first host, and the next batch goes on', async () => {
    const done = await run(
      play(
        `
- {name: one, command: "true", notify: h}
- meta: end_batch
  when: inventory_hostname == 'a'
- {name: two, debug: {msg: x}}
`,
        '  serial: 2\n',
        '  handlers: [{name: h, debug: {msg: x}}]\n',
      ) + behind,
    )
    expect(storyOf(done, 'b')).toEqual(['one changed', 'meta skipped', 'behind ok'])
    expect(storyOf(done, 'c')).toEqual(['one changed', 'meta skipped', 'two ok', 'h ok', 'behind ok'])
  })

  it('end_play in an include asks the first host that comes there, also where it does not hold', async () => {
    const text = play(`
- include_tasks: i.yml
  when: inventory_hostname != 'a'
- {name: after, debug: {msg: x}}
`)
    const files = { 'i.yml': `- meta: end_play\n  when: inventory_hostname == 'c'\n` }
    const done = await runLocal(text, { inventory: LOCAL_HOSTS, files })
    for (const host of ['a', 'b', 'c']) expect(storyOf(done, host).at(-1)).toBe('after ok')
  })

  it('end_play ends all batches, and the next play goes on', async () => {
    const done = await run(
      play(
        '- {name: one, debug: {msg: x}}\n- meta: end_play\n- {name: two, debug: {msg: x}}',
        '  serial: 1\n',
      ) + behind,
    )
    expect(done.story.filter((line) => !line.includes('meta') && !line.includes('behind'))).toEqual([
      'a one ok',
    ])
    expect(done.story.filter((line) => line.includes('behind'))).toHaveLength(3)
  })

  it('clear_facts forgets the facts of all hosts of the play', async () => {
    const done = await run(
      play(
        `
- {name: before, debug: {msg: "{{ ansible_hostname is defined }}"}}
- meta: clear_facts
  when: inventory_hostname == 'a'
- {name: after, debug: {msg: "{{ ansible_hostname is defined }} {{ ansible_facts.hostname is defined }}"}}
`,
        'facts',
      ),
    )
    const said = (task: string) =>
      done.outcomes.filter((one) => one.task === task).map(({ result }) => result['msg'])
    expect(said('before')).toEqual([true, true, true])
    expect(said('after')).toEqual(['False False', 'False False', 'False False'])
  })

  it('flush_handlers takes when, each host for itself', async () => {
    const done = await run(
      play(
        `
- {name: one, command: "true", notify: h}
- meta: flush_handlers
  when: inventory_hostname == 'b'
- {name: two, debug: {msg: x}}
`,
        '',
        '  handlers: [{name: h, debug: {msg: x}}]\n',
      ),
    )
    expect(storyOf(done, 'a')).toEqual(['one changed', 'meta skipped', 'two ok', 'h ok'])
    expect(storyOf(done, 'b')).toEqual(['one changed', 'meta ok', 'h ok', 'two ok'])
  })

  it('flush_handlers as a handler, which real roles have, has nothing to do', async () => {
    const done = await run(
      play(
        '- {name: one, command: "true", notify: [flush, h]}',
        '',
        '  handlers:\n    - {name: flush, meta: flush_handlers}\n    - {name: h, debug: {msg: x}}\n',
      ),
    )
    expect(storyOf(done, 'a')).toEqual(['one changed', 'h ok'])
    expect(done.summary?.exitCode).toBe(0)
  })

  it('reset_connection connects anew: the login shell of the next task is another one', async () => {
    // The child of this process that the task runs under.
    const look = `shell: p=$$; while [ $p != ${process.pid} ]; do q=$p; p=$(ps -o ppid= -p $p | tr -d " "); done; echo $q`
    const done = await run(
      play(`
- name: one
  ${look}
  register: one
- name: same
  ${look}
  register: same
- meta: reset_connection
- name: two
  ${look}
  register: two
- {name: compare, debug: {msg: "{{ [one.stdout == same.stdout, one.stdout == two.stdout] }}"}}
`),
    )
    const compared = done.outcomes.filter(({ task }) => task === 'compare').map(({ result }) => result['msg'])
    expect(compared).toEqual([
      [true, false],
      [true, false],
      [true, false],
    ])
  })

  it.each([
    ['- meta: clear_host_errors', 'meta: clear_host_errors is not supported', /rescue/],
    ['- meta: refresh_inventory', 'meta: refresh_inventory is not supported', /another run/],
    ['- meta: reset_conection', 'meta: reset_conection is not supported', /reset_connection/],
    ['- {meta: reset_connection, when: true}', 'meta: reset_connection runs whatever "when" says', /remove/],
  ])('refuses %s', async (task, message, hint) => {
    const { errors } = await run(play(task))
    expect(errors).toMatchObject([{ message, hint: expect.stringMatching(hint), place: { line: 4 } }])
  })

  it('refuses other metas as handlers', async () => {
    const { errors } = await run(play('- command: ls', '', '  handlers: [{name: h, meta: end_host}]\n'))
    expect(errors).toMatchObject([{ message: 'meta: end_host cannot be a handler' }])
  })
})
