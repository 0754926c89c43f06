import { describe, expect, it } from 'vitest'
import { LOCAL_HOSTS, runLocal, storyOf } from '../support/run-local.ts'

const play = (keywords: string) => `- hosts: web
  gather_facts: false
  ${keywords}
  tasks:
    - {name: slow, command: sleep 0.6, when: "inventory_hostname == 'a'"}
    - {name: next, command: "true"}
`
const behind = '- hosts: web\n  gather_facts: false\n  tasks: [{name: behind, command: "true"}]\n'

describe('strategy', () => {
  it('linear: hosts stay together around a command', async () => {
    const { story } = await runLocal(play('strategy: linear'), { inventory: LOCAL_HOSTS })
    expect(story.indexOf('a slow changed')).toBeLessThan(story.indexOf('b next changed'))
  })

  it.each([
    ['strategy: free', {}],
    ['strategy: ansible.builtin.host_pinned', {}],
    ['order: inventory', { conduct: { strategy: 'free', forceHandlers: false } as const }],
  ])('free: nobody waits for others within the play (%s)', async (keywords, more) => {
    const { story } = await runLocal(play(keywords) + behind, { inventory: LOCAL_HOSTS, ...more })
    expect(story.indexOf('a slow changed')).toBeGreaterThan(story.indexOf('b next changed'))
    // The next play begins for all together.
    expect(story.indexOf('b behind changed')).toBeGreaterThan(story.indexOf('a next changed'))
  })

  it('free: run_once has no effect, and it says so', async () => {
    const done = await runLocal(
      '- hosts: web\n  gather_facts: false\n  strategy: free\n  tasks: [{name: t, command: "true", run_once: true}]\n',
      { inventory: LOCAL_HOSTS },
    )
    expect([...done.story].sort()).toEqual(['a t changed', 'b t changed', 'c t changed'])
    expect(done.events.find((event) => event.type === 'warning')).toMatchObject({
      text: 'run_once has no effect with strategy: free, so "t" runs on all hosts',
    })
  })

  it('free: what one host reads of another is waited for all the same', async () => {
    const done = await runLocal(
      `- hosts: web
  gather_facts: false
  strategy: free
  tasks:
    - {name: slow, command: "sh -c 'sleep 0.3; echo {{ inventory_hostname }}'", register: out}
    - {name: read, debug: {msg: "{{ hostvars.a.out.stdout }}"}}
`,
      { inventory: LOCAL_HOSTS },
    )
    expect(done.outcomes.filter(({ task }) => task === 'read').map(({ result }) => result['msg'])).toEqual([
      'a',
      'a',
      'a',
    ])
    expect(storyOf(done, 'a')).toEqual(['slow changed', 'read ok'])
  })

  it.each([
    ['debug', 'the strategy debug is not supported', /no debugger/],
    ['fre', 'the strategy fre is not supported', /free/],
  ])('refuses %s', async (word, message, hint) => {
    const { errors } = await runLocal(play(`strategy: ${word}`), { inventory: LOCAL_HOSTS })
    expect(errors).toMatchObject([{ message, hint: expect.stringMatching(hint), place: { line: 3 } }])
  })
})
