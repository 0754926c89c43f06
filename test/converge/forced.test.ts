import { describe, expect, it } from 'vitest'
import { LOCAL_HOSTS, runLocal, storyOf } from '../support/run-local.ts'

/** What ansible-playbook 2.14 does with the same playbooks, but where a test says otherwise. */
const PLAY = `- hosts: web
  gather_facts: false
  KEYWORDS
  pre_tasks:
    - {name: pre, command: "true", notify: h1}
  tasks:
    - {name: one, command: "true", notify: h2}
    - {name: bad, fail: {msg: no}, when: "inventory_hostname == 'a'"}
    - {name: behind, debug: {msg: x}}
  post_tasks:
    - {name: post, debug: {msg: x}}
  handlers:
    - {name: h1, debug: {msg: x}}
    - {name: h2, debug: {msg: x}}
`
const run = (keywords: string, more = {}) =>
  runLocal(PLAY.replace('KEYWORDS', keywords), { inventory: LOCAL_HOSTS, ...more })

describe('force_handlers', () => {
  it.each([
    ['in the play', 'force_handlers: true', {}],
    [
      'on the command line',
      'become: false',
      { conduct: { strategy: 'linear', forceHandlers: true } as const },
    ],
  ])('runs what was notified on a host that fails: %s', async (_, keywords, more) => {
    const done = await run(keywords, more)
    expect(storyOf(done, 'a')).toEqual(['pre changed', 'h1 ok', 'one changed', 'bad failed', 'h2 ok'])
    expect(storyOf(done, 'b')).toEqual([
      'pre changed',
      'h1 ok',
      'one changed',
      'bad skipped',
      'behind ok',
      'h2 ok',
      'post ok',
    ])
    expect(done.summary?.exitCode).toBe(2)
  })

  it('is what the play says, whatever the command line says; without it handlers are lost', async () => {
    const done = await run('force_handlers: "{{ 1 == 2 }}"', {
      conduct: { strategy: 'linear', forceHandlers: true },
    })
    expect(storyOf(done, 'a')).toEqual(['pre changed', 'h1 ok', 'one changed', 'bad failed'])
  })

  it('runs them on all hosts where one failure ends the run for all (as ansible-core does from 2.16 on)', async () => {
    const done = await run('force_handlers: true\n  any_errors_fatal: true')
    expect(storyOf(done, 'a').at(-1)).toBe('h2 ok')
    expect(storyOf(done, 'b')).toEqual(['pre changed', 'h1 ok', 'one changed', 'bad skipped', 'h2 ok'])
  })
})

describe('max_fail_percentage', () => {
  const serial = (most: string) => `- hosts: web
  gather_facts: false
  serial: 2
  max_fail_percentage: ${most}
  tasks:
    - {name: bad, fail: {msg: no}, when: "inventory_hostname in ['a', 'c']"}
    - {name: behind, debug: {msg: x}}
`
  const inventory = `${LOCAL_HOSTS}d ansible_connection=local\n`

  it('counts for each batch, and is exceeded by more only', async () => {
    const done = await runLocal(serial('50'), { inventory })
    expect(done.story.filter((line) => !line.endsWith('skipped'))).toEqual([
      'a bad failed',
      'b behind ok',
      'c bad failed',
      'd behind ok',
    ])
  })

  it('ends the run for all hosts and batches', async () => {
    const done = await runLocal(`${serial('"{{ 100 / 3 }}"')}- hosts: web\n  gather_facts: false\n`, {
      inventory,
    })
    expect(done.story).toEqual(expect.arrayContaining(['a bad failed', 'b bad skipped']))
    expect(done.story).toHaveLength(2)
    expect(done.summary?.exitCode).toBe(2)
    expect(done.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []))).toEqual([
      expect.stringMatching(/^1 of 2 hosts failed, and max_fail_percentage is 33\.3/),
    ])
  })

  it('waits for the always part of the host that fails; nobody goes on meanwhile', async () => {
    const done = await runLocal(
      `- hosts: web
  gather_facts: false
  max_fail_percentage: 10
  tasks:
    - block:
        - {name: bad, fail: {msg: no}, when: "inventory_hostname == 'a'"}
        - {name: behind, debug: {msg: x}}
      always:
        - {name: always, command: sleep 0.3}
`,
      { inventory: LOCAL_HOSTS },
    )
    expect(done.story.filter((line) => line.includes('behind'))).toEqual([])
    expect(storyOf(done, 'a')).toEqual(['bad failed', 'always changed'])
  })

  it('refuses what is no number before anything is touched', async () => {
    const done = await runLocal(serial('a third'), { inventory })
    expect(done.story).toEqual(['refused: max_fail_percentage: a third is no number'])
  })
})
