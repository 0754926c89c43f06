import { describe, expect, it } from 'vitest'
import { runLocal, storyOf } from '../support/run-local.ts'

/** Where one failure ends the run for all hosts amid a block. ansible-core 2.14 does the same, and then forgets the failure. */
const play = (keywords: string, tasks: string) =>
  `- hosts: web\n  gather_facts: false\n  ${keywords}\n  tasks:\n${tasks}`
const bad = '{name: bad, command: "false", when: "inventory_hostname == \'a\'"}'

const BLOCKS = `
    - name: outer
      block:
        - block:
            - {name: drain, command: "true"}
            - ${bad}
            - {name: work, command: "true"}
          always:
            - {name: restore, command: "true"}
            - {name: restored, debug: {msg: x}}
        - {name: between, command: "true"}
      always:
        - {name: say, debug: {msg: x}}
    - {name: behind, debug: {msg: x}}
`

describe.each([
  ['any_errors_fatal', 'any_errors_fatal: true'],
  ['max_fail_percentage', 'max_fail_percentage: 20'],
])('always parts of hosts that have not failed, with %s', (_, keywords) => {
  it('run where the run ends amid their blocks', async () => {
    const done = await runLocal(play(keywords, BLOCKS))
    expect(storyOf(done, 'a')).toEqual([
      'drain changed',
      'bad failed',
      'restore changed',
      'restored ok',
      'say ok',
    ])
    const others = ['drain changed', 'bad skipped', 'restore changed', 'restored ok', 'say ok']
    for (const host of ['b', 'c'])
      expect(storyOf(done, host).filter((line) => line !== 'work changed')).toEqual(others)
    const failed = done.summary?.recap.map((recap) => [recap.host, recap.failed])
    expect(failed).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 0],
    ])
    expect(done.summary?.exitCode).toBe(2)
  })

  it('are ended, and no rescue begins', async () => {
    const tasks = `
    - block:
        - block:
            - {name: drain, command: "true"}
          always:
            - ${bad}
            - {name: restore, command: "true"}
            - {name: restored, debug: {msg: x}}
        - {name: between, command: "true"}
      when: inventory_hostname != 'none'
    - {name: behind, command: "true"}
`
    const done = await runLocal(play(keywords, tasks))
    expect(storyOf(done, 'a')).toEqual(['drain changed', 'bad failed'])
    expect(storyOf(done, 'b')).toEqual(['drain changed', 'bad skipped', 'restore changed', 'restored ok'])
  })

  it('do not run of blocks that have not begun', async () => {
    const tasks = `
    - ${bad}
    - block:
        - {name: drain, command: "true"}
      always:
        - {name: restore, command: "true"}
`
    const done = await runLocal(play(keywords, tasks))
    expect(storyOf(done, 'a')).toEqual(['bad failed'])
    expect(storyOf(done, 'b')).toEqual(['bad skipped'])
  })
})

it('a failure in such a part is one of its host, and handlers that are forced run behind it', async () => {
  const tasks = `
    - {name: change, command: "true", notify: told}
    - block:
        - {name: drain, command: "true"}
        - ${bad}
        - {name: work, command: "true"}
      always:
        - {name: restore, command: "false", when: "inventory_hostname == 'b'"}
        - {name: restored, debug: {msg: x}}
  handlers:
    - {name: told, debug: {msg: x}}
`
  const done = await runLocal(play('any_errors_fatal: true\n  force_handlers: true', tasks))
  const of = (host: string) => storyOf(done, host).filter((line) => line !== 'work changed')
  expect(of('a')).toEqual([
    'change changed',
    'drain changed',
    'bad failed',
    'restore skipped',
    'restored ok',
    'told ok',
  ])
  expect(of('b')).toEqual(['change changed', 'drain changed', 'bad skipped', 'restore failed', 'told ok'])
  expect(of('c')).toEqual([
    'change changed',
    'drain changed',
    'bad skipped',
    'restore skipped',
    'restored ok',
    'told ok',
  ])
})
