import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runLocal, storyOf, type LocalSettings } from '../support/run-local.ts'

const ONE = '[web]\na ansible_connection=local\n'

/** A play over these tasks, without facts. */
const play = (tasks: string, more = '') => `- hosts: web
  gather_facts: false
${more}  tasks:
${tasks
  .trim()
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
`

interface Case {
  name: string
  text: string
  story: string[]
  exit: number
  more?: LocalSettings
}

async function check({ text, story, exit, more }: Case): Promise<void> {
  const done = await runLocal(text, { inventory: ONE, ...more })
  // A debug shows what it saw.
  const lines = done.outcomes.map(({ task, item, module, status, result }) =>
    [task, item, status, module === 'debug' && status === 'ok' ? `"${shown(result['msg'])}"` : undefined]
      .filter((part) => part !== undefined)
      .join(' '),
  )
  expect(lines.concat(done.errors.map((error) => `refused: ${error.message}`))).toEqual(story)
  expect(done.summary?.exitCode).toBe(exit)
}

const shown = (value: unknown) => (Array.isArray(value) ? value.join(',') : String(value))

const LOOPS: Case[] = [
  {
    name: 'set_fact collects over a loop',
    text: play(`
- {name: set, set_fact: {all: "{{ all | default([]) + [item] }}"}, loop: [1, 2, 3]}
- {name: see, debug: {msg: "{{ all }}"}}`),
    story: ['set 1 ok', 'set 2 ok', 'set 3 ok', 'see ok "1,2,3"'],
    exit: 0,
  },
  {
    name: 'an item reads what the item before it gave',
    text: play(`
- {name: try, command: "test {{ item }} = 2", loop: [1, 2, 3], register: r, when: r is undefined or r is failed, ignore_errors: true}
- {name: see, debug: {msg: "{{ r.results | map(attribute='failed') | list }} {{ r.results[1].item }}"}}`),
    story: ['try 1 ignored', 'try 2 changed', 'try 3 skipped', 'see ok "[True, False, False] 2"'],
    exit: 0,
  },
  {
    name: 'a loop over nothing is skipped, and registered',
    text: play(`
- {name: none, command: "echo {{ item }}", loop: [], register: r}
- {name: see, debug: {msg: "{{ r.results | length }} {{ r is skipped }}"}}`),
    story: ['none skipped', 'see ok "0 True"'],
    exit: 0,
  },
  {
    name: 'a label that cannot be rendered hurts nobody',
    text: play(`
- {name: each, debug: {msg: x}, loop: [{a: 1}, {b: 2}], loop_control: {label: "{{ item.a }}"}, when: item.a is defined}`),
    story: ['each 1 ok "x"', 'each {"b":2} skipped'],
    exit: 0,
  },
  {
    name: 'a rescue makes all failed items good',
    text: play(`
- block:
    - {name: each, command: "false", loop: [1, 2]}
  rescue:
    - {name: rescued, debug: {msg: "{{ ansible_failed_task.name }}"}}`),
    story: ['each 1 failed', 'each 2 failed', 'rescued ok "each"'],
    exit: 0,
  },
]

const RESULTS: Case[] = [
  {
    name: 'changed_when and failed_when decide what register says, too',
    text: play(`
- {name: same, command: "true", changed_when: false, register: r}
- {name: see, debug: {msg: "{{ r.changed }} {{ r is changed }}"}}
- {name: fine, command: "false", failed_when: false, register: s}
- {name: see, debug: {msg: "{{ s.failed }} {{ s is failed }} {{ s.rc }}"}}`),
    story: ['same ok', 'see ok "False False"', 'fine changed', 'see ok "False False 1"'],
    exit: 0,
  },
  {
    name: 'what a skipped task says about itself is not looked at',
    text: play(`
- {name: one, command: "true", become: true, become_user: "{{ nobody_said }}", when: nobody_said is defined}
- {name: two, command: "true", environment: "{{ nobody_said }}", when: nobody_said is defined}`),
    story: ['one skipped', 'two skipped'],
    exit: 0,
  },
  {
    name: 'values of the environment are printed as Python does',
    text: play(`
- {name: env, command: "printenv A", environment: {A: true}, register: out}
- {name: see, debug: {msg: "A is {{ out.stdout }}"}}`),
    story: ['env changed', 'see ok "A is True"'],
    exit: 0,
  },
  {
    name: 'a task with check_mode: true leaves nothing pending',
    text: play(`
- {name: would, copy: {content: x, dest: "{{ playbook_dir }}/x"}, check_mode: true, register: r}
- {name: see, debug: {msg: "{{ r is changed }} {{ r is not skipped }}"}}`),
    story: ['would would-change', 'see ok "True True"'],
    exit: 0,
  },
]

const HANDLERS: Case[] = [
  {
    name: 'a handler reads what the one before it gives',
    text: `${play('- {name: one, command: "true", notify: [h1, h2]}')}  handlers:
    - {name: h1, command: echo hi, register: out}
    - {name: h2, debug: {msg: "{{ out.stdout }}"}}
`,
    story: ['one changed', 'h1 changed', 'h2 ok "hi"'],
    exit: 0,
  },
  {
    name: 'a handler that is notified twice before it runs runs once',
    text: `${play('- {name: one, command: "true", notify: [h1, h2]}')}  handlers:
    - {name: h1, command: "true", notify: h2}
    - {name: h2, command: "true"}
`,
    story: ['one changed', 'h1 changed', 'h2 changed'],
    exit: 0,
  },
  {
    name: 'a handler that fails is rescued before the next one runs',
    text: `${play(`
- block:
    - {name: one, command: "true", notify: [h1, h2]}
    - meta: flush_handlers
  rescue:
    - {name: rescued, debug: {msg: x}}`)}  handlers:
    - {name: h1, command: "false"}
    - {name: h2, debug: {msg: x}}
`,
    story: ['one changed', 'h1 failed', 'rescued ok "x"', 'h2 ok "x"'],
    exit: 0,
  },
  {
    name: 'names in notify and of handlers may be templates',
    text: `${play(
      `
- {name: one, command: "true", notify: "restart {{ item }}", loop: [x, y]}`,
      '  vars: {svc: y}\n',
    )}  handlers:
    - {name: restart x, debug: {msg: x}}
    - {name: "restart {{ svc }}", debug: {msg: "{{ svc }}"}}
`,
    story: ['one x changed', 'one y changed', 'restart x ok "x"', 'restart y ok "y"'],
    exit: 0,
  },
]

const BLOCKS: Case[] = [
  {
    name: 'what was rendered behind a failure has never been',
    text: play(`
- block:
    - {name: bad, command: "false"}
    - {name: set, set_fact: {x: never}}
    - {name: run, command: "true", register: r}
  rescue:
    - {name: see, debug: {msg: "{{ x | default('unset') }} {{ r is defined }}"}}`),
    story: ['bad failed', 'see ok "unset False"'],
    exit: 0,
  },
  {
    name: 'an always part runs after a mistake that shows late',
    text: play(`
- block:
    - {name: one, command: "true", register: out}
    - {name: typo, debug: {msg: "{{ out.nothing }}"}}
  always:
    - {name: always, debug: {msg: x}}
- {name: then, debug: {msg: x}}`),
    story: ['one changed', 'typo failed', 'always ok "x"'],
    exit: 2,
  },
  {
    name: 'a mistake in until can be rescued',
    text: play(`
- block:
    - {name: one, command: "true", register: r, until: r.nothing == 1, retries: 1, delay: 0}
  rescue:
    - {name: rescued, debug: {msg: x}}`),
    story: ['one failed', 'rescued ok "x"'],
    exit: 0,
  },
  {
    name: 'a rescue inside of always does not forget the failure before it',
    text: play(`
- block:
    - {name: bad, command: "false"}
  always:
    - block:
        - {name: inner, command: "false"}
      rescue:
        - {name: rescued, debug: {msg: x}}
    - {name: rest, debug: {msg: x}}
- {name: then, debug: {msg: x}}`),
    story: ['bad failed', 'inner failed', 'rescued ok "x"', 'rest ok "x"'],
    exit: 2,
  },
  {
    name: 'an outer rescue makes good what failed in block and always',
    text: play(`
- block:
    - block:
        - {name: one, command: "false"}
      always:
        - {name: two, command: "false"}
  rescue:
    - {name: rescued, debug: {msg: x}}
- {name: then, debug: {msg: x}}`),
    story: ['one failed', 'two failed', 'rescued ok "x"', 'then ok "x"'],
    exit: 0,
  },
  {
    name: 'a failed assert speaks, not the mistake that it guards',
    text: play(`
- {name: sure, assert: {that: [my_vip is defined], fail_msg: set my_vip}}
- {name: use, debug: {msg: "{{ my_vip }}"}}`),
    story: ['sure failed'],
    exit: 2,
  },
  {
    name: 'a rescued failure is none for any_errors_fatal',
    text: play(
      `
- block:
    - {name: bad, command: "false"}
  rescue:
    - {name: rescued, debug: {msg: x}}
- {name: then, debug: {msg: x}}`,
      '  any_errors_fatal: true\n',
    ),
    story: ['bad failed', 'rescued ok "x"', 'then ok "x"'],
    exit: 0,
  },
]

const META: Case[] = [
  {
    name: 'end_host obeys its conditions',
    text: play(`
- {name: end, meta: end_host, when: false}
- {name: then, debug: {msg: x}}`),
    story: ['end skipped', 'then ok "x"'],
    exit: 0,
  },
  {
    name: 'end_host ends the play, not the run',
    text:
      play(`
- {name: end, meta: end_host}
- {name: not reached, debug: {msg: "{{ not_defined_either }}"}}`) +
      play('- {name: next play, debug: {msg: x}}'),
    story: ['end ok', 'next play ok "x"'],
    exit: 0,
  },
  {
    name: 'nobody knows whether a play ends on what only the real run knows',
    text: play(`
- {name: ask, command: "true", register: out}
- {name: end, meta: end_host, when: out.stdout == ''}
- {name: then, debug: {msg: x}}`),
    story: ['ask would-run', 'end unknown', 'then ok "x"'],
    exit: 3,
    more: { check: true },
  },
]

const UNKNOWN: Case[] = [
  {
    name: 'loops, settings and facts that only the real run knows',
    text: play(`
- {name: ask, command: "echo 1", register: out}
- {name: loop, debug: {msg: "{{ item }}"}, loop: "{{ out.stdout_lines }}", register: looped}
- {name: become, command: "true", become: "{{ out.stdout == '1' }}"}
- {name: set, set_fact: {x: "{{ out.stdout }}"}}
- {name: see, debug: {msg: "{{ x }}"}}
- {name: results, debug: {msg: "{{ looped.results | length }}"}}
- {name: end, debug: {msg: x}}`),
    story: [
      'ask would-run',
      'loop unknown',
      'become unknown',
      'set unknown',
      'see unknown',
      'results unknown',
      'end ok "x"',
    ],
    exit: 3,
    more: { check: true },
  },
  {
    name: 'a fact that is perhaps set anew is not the old one',
    text: play(`
- {name: ask, command: "echo 1", register: out}
- {name: old, set_fact: {x: old}}
- {name: new, set_fact: {x: new}, when: out.stdout == '1'}
- {name: see, debug: {msg: "{{ x }}"}}`),
    story: ['ask would-run', 'old ok', 'new unknown', 'see unknown'],
    exit: 3,
    more: { check: true },
  },
  {
    name: 'items about which nothing is known, one by one',
    text: play(`
- {name: ask, command: "echo 1", register: out}
- {name: each, command: "echo {{ item }}", loop: [1, 2], when: out.stdout == '1', register: two}
- {name: see, debug: {msg: "{{ item.rc }}"}, loop: "{{ two.results }}", loop_control: {label: "{{ item.item }}"}}`),
    story: ['ask would-run', 'each 1 unknown', 'each 2 unknown', 'see 1 unknown', 'see 2 unknown'],
    exit: 3,
    more: { check: true },
  },
  {
    name: 'a condition that is false anyway decides',
    text: play(`
- {name: ask, command: "echo 1", register: out}
- {name: never, debug: {msg: x}, when: [out.stdout == '1', 1 == 2]}`),
    story: ['ask would-run', 'never skipped'],
    exit: 3,
    more: { check: true },
  },
]

describe('loops', () => {
  it.each(LOOPS)('$name', check)
})
describe('results', () => {
  it.each(RESULTS)('$name', check)
})
describe('handlers', () => {
  it.each(HANDLERS)('$name', check)
})
describe('blocks', () => {
  it.each(BLOCKS)('$name', check)
})
describe('meta', () => {
  it.each(META)('$name', check)
})
describe('check mode', () => {
  it.each(UNKNOWN)('$name', check)
})

const SLOW = (host: string) => `[web:vars]
delay=0
[web]
a ansible_connection=local ${host === 'a' ? 'delay=0.5' : ''}
b ansible_connection=local
c ansible_connection=local ${host === 'c' ? 'delay=0.5' : ''}
`

describe('several hosts', () => {
  it('waits for what a slow host gives, without keeping it from its work', async () => {
    const tasks = `
- {name: slow, copy: {content: x, dest: "{{ playbook_dir }}/{{ inventory_hostname }}", validate: "sh -c 'sleep {{ delay }}' %s"}, register: r}
- {name: see, debug: {msg: "{{ hostvars.c.r.changed }}"}}`
    const done = await runLocal(play(tasks), { inventory: SLOW('c') })
    const seen = done.outcomes.filter((one) => one.task === 'see').map((one) => one.result['msg'])
    expect(seen).toEqual([true, true, true])
  })

  it('judges a task by what a slow host gave before it', async () => {
    const tasks = `
- {name: slow, copy: {content: x, dest: "{{ playbook_dir }}/{{ inventory_hostname }}", validate: "sh -c 'sleep {{ delay }}' %s"}, register: r}
- {name: judged, copy: {content: y, dest: "{{ playbook_dir }}/{{ inventory_hostname }}2"}, failed_when: not fine}`
    const vars = '  vars: {fine: "{{ hostvars.c.r.changed }}"}\n'
    const done = await runLocal(play(tasks, vars), { inventory: SLOW('c') })
    expect(storyOf(done, 'a')).toEqual(['slow changed', 'judged changed'])
  })

  it('lets nobody go on where a failure would end the run for all', async () => {
    const tasks = `
- {name: one, copy: {content: x, dest: "{{ playbook_dir }}/{{ inventory_hostname }}", validate: "sh -c 'sleep {{ delay }}; test {{ delay }} = 0' %s"}}
- {name: two, debug: {msg: x}}`
    const fatal = '  any_errors_fatal: "{{ \'web\' in group_names }}"\n'
    const done = await runLocal(play(tasks, fatal), { inventory: SLOW('a') })
    expect(done.story.toSorted()).toEqual(['a one failed', 'b one changed', 'c one changed'])
    expect(done.events).toContainEqual({
      type: 'warning',
      text: 'a failed in a play with any_errors_fatal: the run ends here',
    })
    expect(done.summary?.exitCode).toBe(2)
  })

  it('lets nobody go on behind one task of which a failure would end the run for all', async () => {
    const tasks = `
- {name: one, copy: {content: x, dest: "{{ playbook_dir }}/{{ inventory_hostname }}", validate: "sh -c 'sleep {{ delay }}; test {{ delay }} = 0' %s"}, any_errors_fatal: true}
- {name: two, copy: {content: y, dest: "{{ playbook_dir }}/{{ inventory_hostname }}2"}}`
    const done = await runLocal(play(tasks), { inventory: SLOW('a') })
    expect(done.story.toSorted()).toEqual(['a one failed', 'b one changed', 'c one changed'])
    const rescued = `
- block:
${tasks.replaceAll('\n', '\n    ')}
  rescue:
    - {name: three, debug: {msg: x}}
- {name: four, debug: {msg: x}}`
    const fine = await runLocal(play(rescued), { inventory: SLOW('a') })
    expect(storyOf(fine, 'a')).toEqual(['one failed', 'three ok', 'four ok'])
    expect(storyOf(fine, 'b')).toEqual(['one changed', 'two changed', 'four ok'])
  })

  it('asks again after a command of another host', async () => {
    const tasks = `
- {name: own, copy: {content: x, dest: "{{ playbook_dir }}/{{ inventory_hostname }}"}}
- {name: shared, command: "touch {{ playbook_dir }}/shared", when: inventory_hostname == 'a'}
- {name: look, stat: {path: "{{ playbook_dir }}/shared"}, register: s}
- {name: see, debug: {msg: "{{ s.stat.exists }}"}}`
    const done = await runLocal(play(tasks))
    const seen = done.outcomes.filter((one) => one.task === 'see').map((one) => one.result['msg'])
    expect(seen).toEqual([true, true, true])
  })

  it('ends the run where a play has lost all of its hosts', async () => {
    const text =
      play('- {name: prepare, fail: {msg: no}}').replace('web', 'prep') +
      play('- {name: go, debug: {msg: x}}')
    const inventory = `${ONE}[prep]\np ansible_connection=local\n`
    const done = await runLocal(text, { inventory })
    expect(done.story).toEqual(['p prepare failed'])
    const far = `${ONE}[prep]\np ansible_host=127.0.0.1 ansible_port=1\n`
    expect((await runLocal(text, { inventory: far })).story).toEqual([])
  })

  it('ends a play for all where its first host says so', async () => {
    const tasks = `
- {name: end, meta: end_play, when: inventory_hostname == chosen}
- {name: then, debug: {msg: x}}`
    const first = await runLocal(play(tasks, '  vars: {chosen: a}\n'))
    expect(first.story.filter((line) => line.includes('then'))).toEqual([])
    const second = await runLocal(play(tasks, '  vars: {chosen: b}\n'))
    expect(storyOf(second, 'b')).toEqual(['end ok', 'then ok'])
  })

  it('leaves unreachable hosts out of ansible_play_hosts', async () => {
    const inventory = `${ONE}far ansible_host=127.0.0.1 ansible_port=1\n`
    const tasks =
      '- {name: see, debug: {msg: "{{ ansible_play_hosts | join }} {{ ansible_play_hosts_all | join }}"}}'
    const done = await runLocal(play(tasks), { inventory })
    expect(done.outcomes[0]?.result['msg']).toBe('a afar')
  })

  it('reads facts of hosts outside of the run, under both of their names', async () => {
    const inventory = `${ONE}[other]\nx ansible_connection=local\n`
    const tasks = `
- {name: see, debug: {msg: "{{ hostvars.x.ansible_facts.hostname == hostvars.x.ansible_hostname }}"}}`
    const done = await runLocal(play(tasks), { inventory })
    expect(done.outcomes[0]?.result['msg']).toBe(true)
  })

  it('connects to nobody only to learn that an address is not given', async () => {
    const inventory = `${ONE}[other]\nx ansible_connection=local\n`
    const tasks = `- {name: see, debug: {msg: "{{ hostvars.x.ansible_host | default('none') }}"}}`
    const done = await runLocal(play(tasks), { inventory })
    expect(done.outcomes[0]?.result['msg']).toBe('none')
    expect(done.events.filter((event) => event.type === 'host-connected').length).toBe(1)
  })
})

describe('what must not get out', () => {
  it('shows no difference where a task says so', async () => {
    const tasks = '- {name: secret, copy: {content: s3cret, dest: "{{ playbook_dir }}/x"}, diff: false}'
    const done = await runLocal(play(tasks), { inventory: ONE, check: true, diff: true })
    expect(done.outcomes[0]?.diff).toEqual([])
  })

  it('takes no lock in check mode, even where a task runs', async () => {
    const tasks = `- {name: look, command: "true", check_mode: false}`
    const done = await runLocal(play(tasks), { inventory: ONE, check: true })
    expect(done.story).toEqual(['a look changed'])
    expect(existsSync(join(done.folder, 'x'))).toBe(false)
  })
})

it('goes on behind a task of which nobody knows which facts it gives', async () => {
  const tasks = `
- {name: look, getent: {database: no-such-database, key: x}, ignore_errors: true}
- {name: last, debug: {msg: x}}`
  expect((await runLocal(play(tasks), { inventory: ONE })).story).toEqual([
    expect.stringContaining('a look ignored'),
    'a last ok',
  ])
})

describe('a task that runs in check mode', () => {
  const tasks = `
- {name: tool, copy: {content: "#!/bin/sh\\necho 2.4", dest: "{{ playbook_dir }}/tool", mode: "0755"}}
- {name: version, command: "{{ playbook_dir }}/tool", check_mode: false, changed_when: false, register: found}
- {name: config, debug: {msg: "{{ found.stdout }}"}}`

  it('is not known where it fails for want of what was predicted', async () => {
    const checked = await runLocal(play(tasks), { inventory: ONE, check: true })
    expect(checked.story).toEqual(['a tool would-change', 'a version unknown', 'a config unknown'])
    expect(checked.outcomes[1]?.reason).toMatch(/^it fails while the changes above are not made: .*tool/)
    const applied = await runLocal(play(tasks), { inventory: ONE })
    expect(applied.story).toEqual(['a tool changed', 'a version ok', 'a config ok'])
  })

  it('fails where nothing was predicted', async () => {
    const alone = `- {name: version, command: /none, check_mode: false}`
    expect((await runLocal(play(alone), { inventory: ONE, check: true })).story).toEqual(['a version failed'])
  })
})

describe('what is asked for', () => {
  it('begins at a task by a pattern, and refuses a name that no task has', async () => {
    const tasks = `
- {name: first one, debug: {msg: x}}
- {name: second one, debug: {msg: x}}`
    const at = (startAtTask: string) => runLocal(play(tasks), { inventory: ONE, startAtTask })
    expect((await at('sec*')).story).toEqual(['a second one ok'])
    expect((await at('secnd one')).errors[0]).toMatchObject({
      code: 'unknown-task',
      hint: expect.stringContaining('second one'),
    })
  })

  // ansible-core 2.14 says so, too, and does nothing.
  it('finds no task to begin at in a play without hosts', async () => {
    const tasks = (name: string) => `  gather_facts: false\n  tasks: [{name: ${name}, debug: {msg: x}}]\n`
    const two = `- hosts: all:!all\n${tasks('one')}- hosts: all\n${tasks('two')}`
    const at = (startAtTask: string) => runLocal(two, { inventory: ONE, startAtTask })
    expect((await at('one')).errors[0]).toMatchObject({ code: 'unknown-task' })
    expect((await at('two')).story).toEqual(['a two ok'])
  })

  it('refuses a meta that would not do what it says', async () => {
    const tasks = '- {meta: noop, when: false}'
    expect((await runLocal(play(tasks), { inventory: ONE })).errors[0]?.message).toMatch(
      /whatever "when" says/,
    )
  })
})
