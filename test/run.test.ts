import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runLocal, storyOf } from './support/run-local.ts'

const ONE = '[web]\na ansible_connection=local\n'

/** A play over these tasks, without facts: most cases need none. */
const play = (tasks: string, more = '') => `- hosts: web
  gather_facts: false
${more}  tasks:
${tasks
  .trim()
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
`
const WRITE = `
- name: write
  copy: {content: "one\\n", dest: "{{ playbook_dir }}/{{ inventory_hostname }}.txt"}
`

describe('a run', () => {
  it('changes what differs, and nothing the second time, with one round trip a host', async () => {
    const first = await runLocal(play(WRITE))
    expect(first.story.sort()).toEqual(['a write changed', 'b write changed', 'c write changed'])
    expect(readFileSync(join(first.folder, 'b.txt'), 'utf8')).toBe('one\n')
    const second = await runLocal(play(WRITE), { folder: first.folder })
    expect(second.story.sort()).toEqual(['a write ok', 'b write ok', 'c write ok'])
    expect(second.summary?.recap.map((host) => host.trips)).toEqual([1, 1, 1])
  })

  it('asks for everything of a converged host in one round trip beside the one for its facts', async () => {
    const tasks = `${WRITE}
- name: result
  stat: {path: "{{ playbook_dir }}/a.txt"}
  register: found
- name: use it
  copy: {content: "{{ found.stat.exists }}", dest: "{{ playbook_dir }}/{{ inventory_hostname }}.flag"}
- name: third
  file: {path: "{{ playbook_dir }}/{{ inventory_hostname }}.dir", state: directory}
`
    const text = play(tasks).replace('gather_facts: false', 'gather_facts: true')
    const first = await runLocal(text, { inventory: ONE })
    expect(first.summary?.exitCode).toBe(0)
    const second = await runLocal(text, { inventory: ONE, folder: first.folder })
    expect(storyOf(second, 'a')).toEqual(['write ok', 'result ok', 'use it ok', 'third ok'])
    // Facts, then all that is known, then what depends on the registered result.
    expect(second.summary?.recap[0]?.trips).toBe(3)
  })

  it('predicts in check mode what the real run changes, and writes nothing', async () => {
    const tasks = `
- name: folder
  file: {path: "{{ playbook_dir }}/new", state: directory, mode: "0750"}
- name: file in it
  copy: {content: "x", dest: "{{ playbook_dir }}/new/file"}
- name: same again
  copy: {content: "x", dest: "{{ playbook_dir }}/new/file"}
- name: look
  stat: {path: "{{ playbook_dir }}/new/file"}
  register: found
- name: only if it is there
  copy: {content: "y", dest: "{{ playbook_dir }}/new/second"}
  when: found.stat.exists
`
    const check = await runLocal(play(tasks), { inventory: ONE, check: true })
    expect(check.summary?.exitCode).toBe(3)
    expect(existsSync(join(check.folder, 'new'))).toBe(false)
    const real = await runLocal(play(tasks), { inventory: ONE, folder: check.folder })
    expect(check.story.map((line) => line.replace('would-change', 'changed'))).toEqual(real.story)
    expect(storyOf(real, 'a')).toEqual([
      'folder changed',
      'file in it changed',
      'same again ok',
      'look ok',
      'only if it is there changed',
    ])
  })

  it('skips a message that is shown with -v only', async () => {
    const tasks = `
- {name: quiet, debug: {msg: a, verbosity: 1}, register: out}
- {name: then, debug: {msg: b}, when: out is skipped and out.skipped_reason is defined}
- {name: loop, debug: {msg: "{{ item }}", verbosity: 1}, loop: [1, 2]}
`
    const { story } = await runLocal(play(tasks), { inventory: ONE })
    expect(story).toEqual(['a quiet skipped', 'a then ok', 'a loop (1) skipped', 'a loop (2) skipped'])
  })

  it('never says ok about what it cannot know in check mode', async () => {
    const tasks = `
- name: ask
  command: date
  register: out
- name: depends
  debug: {msg: "{{ out.stdout }}"}
- name: known anyway
  debug: {msg: "{{ out is changed }}"}
- name: on condition
  copy: {content: x, dest: "{{ playbook_dir }}/x"}
  when: out.rc == 0
`
    const { story } = await runLocal(play(tasks), { inventory: ONE, check: true })
    expect(story).toEqual([
      'a ask would-run',
      'a depends unknown',
      'a known anyway ok',
      'a on condition unknown',
    ])
  })

  it('takes nothing for certain in check mode that an unknown task may change', async () => {
    const text = `- hosts: web
  gather_facts: false
  tasks:
    - {name: write, copy: {content: x, dest: "{{ playbook_dir }}/x"}}
    - {name: ask, command: date, register: out, changed_when: false}
    - {name: maybe, copy: {content: y, dest: "{{ playbook_dir }}/x"}, when: out.rc == 0, notify: [doubtful, sure]}
    - {name: same path, copy: {content: x, dest: "{{ playbook_dir }}/x"}}
    - {name: other path, copy: {content: x, dest: "{{ playbook_dir }}/z"}, notify: sure}
  handlers:
    - {name: doubtful, copy: {content: x, dest: "{{ playbook_dir }}/h"}}
    - {name: sure, copy: {content: x, dest: "{{ playbook_dir }}/i"}}
    - {name: never, command: "true"}
  post_tasks:
    - {name: handler's path, copy: {content: x, dest: "{{ playbook_dir }}/h"}}
`
    const { story, outcomes } = await runLocal(text, { inventory: ONE, check: true })
    expect(story).toEqual([
      'a write would-change',
      'a ask ok',
      'a maybe unknown',
      'a same path unknown',
      'a other path would-change',
      'a doubtful unknown',
      'a sure would-change',
      "a handler's path unknown",
    ])
    const reason = (task: string) => outcomes.find((outcome) => outcome.task === task)?.reason
    expect(reason('same path')).toBe('what "maybe" does is unknown')
    expect(reason('doubtful')).toBe('it runs only if "maybe" changes something, which is unknown')
  })

  it('runs each notified handler once, in the order of the handlers, at the end of the tasks', async () => {
    const text = `- hosts: web
  gather_facts: false
  tasks:
    - {name: one, command: "true", notify: [second, topic]}
    - {name: two, command: "true", notify: second}
    - {name: three, command: "true", changed_when: false, notify: never}
  handlers:
    - {name: first, command: "true", listen: topic}
    - {name: second, command: "true"}
    - {name: never, command: "true"}
  post_tasks:
    - {name: after, command: "true"}
`
    const { story } = await runLocal(text, { inventory: ONE })
    expect(story).toEqual([
      'a one changed',
      'a two changed',
      'a three ok',
      'a first changed',
      'a second changed',
      'a after changed',
    ])
  })

  it('flushes handlers where meta asks for it, and those that handlers notify too', async () => {
    const text = `- hosts: web
  gather_facts: false
  tasks:
    - {name: one, command: "true", notify: h1}
    - meta: flush_handlers
    - {name: two, command: "true"}
  handlers:
    - {name: h2, command: "true"}
    - {name: h1, command: "true", notify: h2}
`
    const { story } = await runLocal(text, { inventory: ONE })
    expect(story).toEqual(['a one changed', 'a h1 changed', 'a two changed', 'a h2 changed'])
  })

  it('goes into rescue and always, and on after the block', async () => {
    const tasks = `
- block:
    - {name: try, command: "false"}
    - {name: not reached, command: "true"}
  rescue:
    - {name: rescue, debug: {msg: "{{ ansible_failed_result.rc }}"}}
  always:
    - {name: always, debug: {msg: x}}
- {name: then, debug: {msg: x}}
`
    const done = await runLocal(play(tasks), { inventory: ONE })
    expect(done.story).toEqual(['a try failed', 'a rescue ok', 'a always ok', 'a then ok'])
    expect(done.outcomes[1]?.result['msg']).toBe(1)
    expect(done.summary?.exitCode).toBe(0)
  })

  it('runs always after a failure without rescue, and fails then', async () => {
    const tasks = `
- block:
    - {name: try, command: "false"}
  always:
    - {name: always, debug: {msg: x}}
- {name: then, debug: {msg: x}}
`
    const done = await runLocal(play(tasks), { inventory: ONE })
    expect(done.story).toEqual(['a try failed', 'a always ok'])
    expect(done.summary?.exitCode).toBe(2)
  })

  it('skips rescue where nothing failed', async () => {
    const tasks = `
- block:
    - {name: try, command: "true"}
  rescue:
    - {name: rescue, debug: {msg: x}}
  always:
    - {name: always, debug: {msg: x}}
`
    expect((await runLocal(play(tasks), { inventory: ONE })).story).toEqual(['a try changed', 'a always ok'])
  })

  it('lets the other hosts go on when one fails', async () => {
    const tasks = `
- {name: one, command: "test {{ inventory_hostname }} != b"}
- {name: two, command: "true"}
`
    const done = await runLocal(play(tasks))
    expect(storyOf(done, 'b')).toEqual(['one failed'])
    expect(storyOf(done, 'c')).toEqual(['one changed', 'two changed'])
    expect(done.summary?.exitCode).toBe(2)
  })

  it('stops all hosts with any_errors_fatal', async () => {
    const tasks = `
- {name: one, command: "test {{ inventory_hostname }} != b"}
- {name: two, command: "true"}
`
    const done = await runLocal(play(tasks, '  any_errors_fatal: true\n'))
    expect(done.story.filter((line) => line.includes('two'))).toEqual([])
  })

  it('keeps the linear order of all hosts around commands', async () => {
    const log = (n: number) => `
- {name: "log${n}", shell: "sleep 0.0{{ 3 - groups.web.index(inventory_hostname) }}; echo ${n} >> {{ playbook_dir }}/log"}`
    const done = await runLocal(play(log(1) + log(2) + log(3)))
    expect(readFileSync(join(done.folder, 'log'), 'utf8').replaceAll('\n', '')).toBe('111222333')
  })

  it('reads what another host has set, wherever rendering has got to', async () => {
    const tasks = `
- {name: ask, command: "echo from-{{ inventory_hostname }}", register: out}
- {name: keep, set_fact: {mine: "{{ out.stdout }}"}}
- {name: read, debug: {msg: "{{ hostvars.c.mine }} {{ hostvars['b'].out.stdout }}"}}
`
    const done = await runLocal(play(tasks))
    const messages = done.outcomes.filter((one) => one.task === 'read').map((one) => one.result['msg'])
    expect(messages).toEqual(Array(3).fill('from-c from-b'))
  })

  it('sees a variable as it was at the position of the task, handlers included', async () => {
    const text = `- hosts: web
  gather_facts: false
  tasks:
    - {set_fact: {x: early}}
    - {name: one, command: "true", notify: show}
    - meta: flush_handlers
    - {set_fact: {x: late}}
    - {name: last, debug: {msg: "{{ x }}"}}
  handlers:
    - {name: show, debug: {msg: "{{ x }}"}}
`
    const done = await runLocal(text, { inventory: ONE })
    const shown = done.outcomes.filter((one) => one.module === 'debug').map((one) => one.result['msg'])
    expect(shown).toEqual(['early', 'late'])
  })

  it('loops, with the items in the results', async () => {
    const tasks = `
- name: each
  command: "echo {{ item.name }}"
  loop: [{name: x}, {name: y}]
  when: item.name != 'x'
  loop_control: {label: "{{ item.name }}", index_var: i}
  register: out
- name: flat
  debug: {msg: "{{ item }}"}
  with_items: [[1, 2], 3]
- name: results
  debug: {msg: "{{ out.results | map(attribute='item') | map(attribute='name') | join(',') }} {{ out.results[1].stdout }}"}
`
    const done = await runLocal(play(tasks), { inventory: ONE })
    expect(done.story).toEqual([
      'a each (x) skipped',
      'a each (y) changed',
      'a flat (1) ok',
      'a flat (2) ok',
      'a flat (3) ok',
      'a results ok',
    ])
    expect(done.outcomes.at(-1)?.result['msg']).toBe('x,y y')
  })

  it('lets failed_when, changed_when and ignore_errors decide', async () => {
    const tasks = `
- {name: fine, command: "false", register: r, failed_when: r.rc > 1}
- {name: bad, command: "echo ERROR", register: r, failed_when: "'ERROR' in r.stdout", ignore_errors: true}
- {name: same, command: "true", changed_when: false}
- {name: state, debug: {msg: "{{ r is failed }}"}}
`
    const done = await runLocal(play(tasks), { inventory: ONE })
    expect(done.story).toEqual(['a fine changed', 'a bad ignored', 'a same ok', 'a state ok'])
    expect(done.outcomes.at(-1)?.result['msg']).toBe(true)
    expect(done.summary?.exitCode).toBe(0)
  })

  it('retries until a condition holds', async () => {
    const tasks = `
- name: count
  shell: "echo x >> {{ playbook_dir }}/n; wc -l < {{ playbook_dir }}/n"
  register: out
  until: out.stdout | int >= 3
  retries: 5
  delay: 0
`
    const done = await runLocal(play(tasks), { inventory: ONE })
    expect(done.story).toEqual(['a count changed'])
    expect(readFileSync(join(done.folder, 'n'), 'utf8')).toBe('x\nx\nx\n')
  })

  it('hands the environment to what a task runs', async () => {
    const tasks = `
- {name: env, command: printenv GREETING, environment: {GREETING: "it's {{ inventory_hostname }}"}, register: out}
- {name: show, debug: {msg: "{{ out.stdout }}"}}
`
    const done = await runLocal(play(tasks), { inventory: ONE })
    expect(done.outcomes.at(-1)?.result['msg']).toBe("it's a")
  })

  it('selects by tags, and begins at a task', async () => {
    const tasks = `
- {name: one, debug: {msg: x}, tags: [x]}
- {name: two, debug: {msg: x}, tags: [y, z]}
- {name: ever, debug: {msg: x}, tags: always}
- {name: seldom, debug: {msg: x}, tags: never}
`
    const tagged = (only: string[], skip: string[]) =>
      runLocal(play(tasks), { inventory: ONE, tags: { only, skip } })
    expect((await tagged(['x'], [])).story).toEqual(['a one ok', 'a ever ok'])
    expect((await tagged([], ['z'])).story).toEqual(['a one ok', 'a ever ok'])
    expect((await tagged(['never'], [])).story).toEqual(['a ever ok', 'a seldom ok'])
    expect((await runLocal(play(tasks), { inventory: ONE, startAtTask: 'two' })).story).toEqual([
      'a two ok',
      'a ever ok',
    ])
  })
})

describe('a refused run', () => {
  it('renders everything before the first change, on every host', async () => {
    const tasks = `${WRITE}
- {name: typo, copy: {content: "{{ no_such }}", dest: "{{ playbook_dir }}/x"}}
- {name: typo2, debug: {msg: "{{ nor_this }}"}}
`
    const done = await runLocal(play(tasks))
    expect(done.summary).toBeUndefined()
    expect(done.errors.map((error) => [error.code, error.place?.line, error.exitCode])).toContainEqual([
      'undefined-variable',
      7,
      1,
    ])
    expect(existsSync(join(done.folder, 'a.txt'))).toBe(false)
  })

  it('exits 2 for a mistake that shows only after a change', async () => {
    const tasks = `
- {name: ask, command: echo x, register: out}
- {name: typo, debug: {msg: "{{ out.nothing }}"}}
`
    const done = await runLocal(play(tasks), { inventory: ONE })
    expect(done.summary?.exitCode).toBe(2)
    expect(done.story[0]).toBe('a ask changed')
  })

  it('goes on without an unreachable host', async () => {
    const inventory = `${ONE}far ansible_host=127.0.0.1 ansible_port=1\n`
    const done = await runLocal(play(WRITE), { inventory })
    expect(done.story).toEqual(['a write changed'])
    expect(done.summary?.exitCode).toBe(4)
    expect(done.summary?.recap.find((host) => host.host === 'far')?.unreachable).toBe(true)
  })

  it('refuses an empty selection', async () => {
    const done = await runLocal(play(WRITE).replace('hosts: web', 'hosts: wbe'))
    expect(done.errors[0]?.code).toBe('no-hosts')
  })

  it('asks about a group of the inventory that is nearly what a play wants', async () => {
    const inventory = '[contol_plane]\na ansible_connection=local\n'
    const text = play(WRITE).replace('hosts: web', 'hosts: masters:control_plane')
    expect((await runLocal(text, { inventory })).errors[0]?.hint).toBe(
      'the inventory has a group contol_plane: is it meant to be control_plane?',
    )
  })

  it('shows where a mistyped variable of the endpoint is written, and what was meant', async () => {
    const inventory = '[control_plane]\na ansible_connection=local\n\n[all:vars]\nha_vpi=10.0.0.100\n'
    const text = '- hosts: control_plane\n  tasks:\n    - {name: derive, ha_topology: {}}\n'
    const { errors } = await runLocal(text, { inventory })
    const [error] = errors
    expect(error?.message).toBe('there is no variable ha_vpi')
    expect(error?.hint).toBe('did you mean ha_vip?')
    expect(error?.place).toMatchObject({ file: expect.stringMatching(/hosts\.ini$/), line: 5 })
  })

  it('says that a task did not converge', async () => {
    const first = await runLocal(play(WRITE), { inventory: ONE })
    const target = join(first.folder, 'a.txt')
    writeFileSync(target, 'old\n')
    // Something undoes the change as soon as it is made.
    const bin = join(first.folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'mv'), `#!/bin/sh\n/bin/mv "$@" && echo else >'${target}'\n`, { mode: 0o755 })
    const path = process.env['PATH']
    process.env['PATH'] = `${bin}:${path}`
    try {
      const done = await runLocal(play(WRITE), { inventory: ONE, folder: first.folder })
      expect(done.story).toEqual(['a write failed'])
      expect(done.outcomes[0]?.reason).toMatch(/did not converge/)
      expect(done.summary?.exitCode).toBe(2)
    } finally {
      process.env['PATH'] = path
    }
  })
})
