import { describe, expect, it } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { debug, head, ONE, said, TWO } from './support.ts'

interface Case {
  name: string
  playbook: string
  files?: Record<string, string>
  says: string[]
}

const change = (notify: string) => `- debug: {msg: x}\n  changed_when: true\n  notify: ${notify}\n`
const indented = (text: string) => text.replaceAll(/^/gm, '    ').replaceAll(/^ +$/gm, '')
const play = (tasks: string, handlers: string) =>
  `${head}  tasks:\n${indented(tasks)}  handlers:\n${indented(handlers)}`
const handler = (name: string, more = '') => `- name: ${name}\n  debug: {msg: ${name}}\n${more}`

const CASES: Case[] = [
  {
    name: 'in the order of the list, each once, whoever notifies it how often',
    playbook: play(change('[two, one]') + change('two'), handler('one') + handler('two') + handler('three')),
    says: ['x', 'x', 'one', 'two'],
  },
  {
    name: 'again after a flush',
    playbook: play(`${change('one')}- meta: flush_handlers\n${change('one')}`, handler('one')),
    says: ['x', 'one', 'x', 'one'],
  },
  {
    name: 'by blocks, for tasks that say nothing themselves',
    playbook: play(
      `- notify: one\n  block:\n    - debug: {msg: x}\n      changed_when: true\n    - debug: {msg: y}\n- block:\n    - debug: {msg: z}\n      changed_when: true\n      notify: three\n  notify: [two]\n`,
      handler('one') + handler('two') + handler('three'),
    ),
    says: ['x', 'y', 'z', 'one', 'three'],
  },
  {
    name: 'in blocks, with what these lend',
    playbook: play(
      change('topic') + change('two') + change('three'),
      `- name: block\n  when: yes_ | default(true)\n  vars: {m: lent}\n  block:\n    - name: one\n      debug: {msg: "one {{ m }}"}\n      listen: topic\n    - name: two\n      debug: {msg: "two {{ m }}"}\n- when: false\n  block:\n    - {name: three, debug: {msg: never}}\n`,
    ),
    says: ['x', 'x', 'x', 'one lent', 'two lent'],
  },
  {
    name: 'by templates, of items too, and lists that templates make',
    playbook: play(
      `- debug: {msg: "{{ item }}"}\n  changed_when: true\n  loop: [one, two]\n  notify: "{{ item }}"\n- debug: {msg: x}\n  changed_when: true\n  vars: {n: three}\n  notify: ["{{ n }}"]\n`,
      handler('one') + handler('two') + handler('three'),
    ),
    says: ['one', 'two', 'x', 'one', 'two', 'three'],
  },
  {
    name: 'by a template that makes a list',
    playbook: `${head}  vars: {names: [two, one]}\n  tasks:\n${indented(change('"{{ names }}"'))}  handlers:\n${indented(handler('one') + handler('two'))}`,
    says: ['x', 'one', 'two'],
  },
  {
    name: 'by what they listen to, lists too',
    playbook: play(
      change('topic') + change('other'),
      handler('one', '  listen: topic\n') +
        handler('two', '  listen: [a, other]\n') +
        handler('three', '  listen:\n    - topic\n    - other\n') +
        handler('topic'),
    ),
    says: ['x', 'x', 'one', 'two', 'three', 'topic'],
  },
  {
    name: 'by handlers, those before them at once, too',
    playbook: play(
      change('two'),
      handler('one') + handler('two', '  changed_when: true\n  notify: [one, three]\n') + handler('three'),
    ),
    says: ['x', 'two', 'three', 'one'],
  },
  {
    name: 'the first of a name in a list, and those without names by topics',
    playbook: play(
      change('[same, topic]'),
      `${handler('same')}- name: same\n  debug: {msg: second}\n- debug: {msg: nameless}\n  listen: topic\n`,
    ),
    says: ['x', 'same', 'nameless'],
  },
  {
    name: 'with names that are templates',
    playbook: `${head}  vars: {n: one}\n  tasks:\n${indented(change('one') + change('"named {{ n }}"'))}  handlers:\n${indented(`- name: "{{ n }}"\n  debug: {msg: a}\n- name: "named {{ n }}"\n  debug: {msg: b}\n`)}`,
    says: ['x', 'x', 'a', 'b'],
  },
  {
    name: 'not where their condition is false, and with loops, variables and facts of tasks',
    playbook: play(
      `- set_fact: {f: fact}\n${change('[one, two, three]')}`,
      `- name: one\n  debug: {msg: never}\n  when: f != "fact"\n- name: two\n  debug: {msg: "{{ item }} {{ f }}"}\n  loop: [1, 2]\n- name: three\n  debug: {msg: "{{ v }}"}\n  vars: {v: own}\n`,
    ),
    says: ['x', '1 fact', '2 fact', 'own'],
  },
  {
    name: 'whose tasks an include brings, with its name and by a topic',
    playbook: play(
      change('[included, topic]'),
      `- name: included\n  include_tasks: more.yml\n- include_tasks: "{{ which }}.yml"\n  listen: topic\n  vars: {which: other}\n`,
    ),
    files: { 'more.yml': debug('one') + debug('two'), 'other.yml': debug('{{ which }}') },
    says: ['x', 'one', 'two', 'other'],
  },
  {
    name: 'that an import brings',
    playbook: play(change('[one, topic]'), `- import_tasks: more.yml\n  vars: {v: lent}\n  when: true\n`),
    files: {
      'more.yml': `${handler('one')}- debug: {msg: "{{ v }}"}\n  listen: topic\n`,
    },
    says: ['x', 'one', 'lent'],
  },
  {
    name: 'of roles before those of the play, by their role’s name too',
    playbook: `${head}  roles: [r, s]\n  tasks:\n${indented(change('["r : go", own]'))}  handlers:\n${indented(handler('own'))}`,
    files: {
      'roles/r/tasks/main.yml': change('r-only'),
      'roles/r/handlers/main.yml':
        '- name: go\n  debug: {msg: r}\n- name: r-only\n  debug: {msg: "{{ d }}"}\n',
      'roles/r/defaults/main.yml': 'd: default of r\n',
      'roles/s/tasks/main.yml': change('go'),
      'roles/s/handlers/main.yml': '- name: go\n  debug: {msg: s}\n',
    },
    says: ['x', 'x', 'x', 'r', 'default of r', 's', 'own'],
  },
  {
    name: 'of a role that is included several times, once for each include',
    playbook: `${head}  tasks:\n    - include_role: {name: r}\n      vars: {v: "{{ item }}"}\n      loop: [1, 2]\n    - include_role: {name: r}\n      vars: {v: 3}\n`,
    files: {
      'roles/r/tasks/main.yml': change('go'),
      'roles/r/handlers/main.yml': '- name: go\n  debug: {msg: "go {{ v | default(0) }}"}\n',
    },
    says: ['x', 'x', 'x', 'go 2', 'go 3'],
  },
  {
    name: 'of a role that is included before and after a flush, with what each include lends',
    playbook: `${head}  tasks:
    - include_role: {name: r}
      vars: {v: 1}
    - meta: flush_handlers
    - include_role: {name: r}
      vars: {v: 2}
    - debug: {msg: x}
      changed_when: true
      notify: r
`,
    files: {
      'roles/r/tasks/main.yml': change('go'),
      'roles/r/handlers/main.yml':
        '- name: go\n  debug: {msg: "go {{ v }}"}\n- name: other\n  listen: r\n  debug: {msg: "other {{ v }}"}\n',
    },
    says: ['x', 'go 1', 'x', 'x', 'other 1', 'go 2', 'other 2'],
  },
  {
    name: 'between those that an include among them brings, and what they notify',
    playbook: play(
      change('[before, including, again, after]'),
      `${handler('before')}- name: including\n  include_tasks: "{{ item }}.yml"\n  loop: [one, two]\n- name: again\n  include_tasks: one.yml\n${handler('after')}${handler('late')}`,
    ),
    files: { 'one.yml': change('late').replace('msg: x', 'msg: one'), 'two.yml': debug('two {{ item }}') },
    says: ['x', 'before', 'one', 'two two', 'one', 'after', 'late'],
  },
]

describe('handlers run', () => {
  it.each(CASES)('$name', async ({ playbook, files = {}, says }) => {
    expect(await said(playbook, files)).toEqual(says)
  })
})

/** Ansible finds no handler then. */
it('handlers may listen to topics that are templates', async () => {
  const handlers = handler('one', '  listen: "{{ t }}"\n') + handler('two', '  listen: ["{{ t }}", other]\n')
  const playbook = `${head}  vars: {t: topic}\n  tasks:\n${indented(change('topic'))}  handlers:\n${indented(handlers)}`
  const { story } = await runLocal(playbook, { inventory: ONE })
  expect(story).toEqual(['a debug changed', 'a one ok', 'a two ok'])
})

describe('a handler that several includes bring, of which hosts take different ones', () => {
  const use = (w: string, when: string) =>
    `- block:\n    - include_role: {name: r}\n      when: ${when}\n  vars: {w: ${w}}\n`
  const tasks = use('all', 'true') + use('a', "inventory_hostname == 'a'") + change('go')
  const run = async (more = '') => {
    const files = {
      'roles/r/tasks/main.yml': debug('r'),
      'roles/r/handlers/main.yml': `- name: go\n  debug: {msg: "go {{ w }}"}\n${more}`,
    }
    const { outcomes } = await runLocal(`${head}  tasks:\n${indented(tasks)}`, { inventory: TWO, files })
    return outcomes.filter(({ task }) => task === 'go')
  }

  /** In Ansible what the last one says holds for all hosts, so that its condition may be false for one that was notified. */
  it('has what the last of those says that a host takes part in', async () => {
    const ran = await run()
    const told = ran.map(({ host, status, result }) => `${host} ${status} ${JSON.stringify(result['msg'])}`)
    expect(told.toSorted()).toEqual(['a ok "go a"', 'b ok "go all"'])
  })

  it('runs once for all of them with run_once', async () => {
    const ran = await run('  run_once: true\n')
    expect(ran.map(({ host }) => host)).toEqual(['a'])
  })
})
