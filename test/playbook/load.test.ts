import { describe, expect, it } from 'vitest'
import { HakubeErrors, isKnown, type HakubeError } from '../../src/errors.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import type { Task } from '../../src/playbook/model.ts'

function problems(text: string): readonly HakubeError[] {
  try {
    loadPlaybook(text, 'site.yml')
    return []
  } catch (error) {
    if (!isKnown(error)) throw error
    return error instanceof HakubeErrors ? error.errors : [error]
  }
}

const task = (text: string) => `- hosts: all\n  tasks:\n    - ${text}\n`

/** What is wrong, where, and what the message must help with. */
const REFUSED: { name: string; text: string; at: string; says: RegExp }[] = [
  {
    name: 'an unknown module',
    text: task('tempalte: {src: a, dest: b}'),
    at: '3:7',
    says: /no module tempalte.*did you mean "template"/s,
  },
  {
    name: 'a module of Ansible that hakube has not',
    text: task('pip: {name: kubernetes}'),
    at: '3:7',
    says: /does not have Ansible's module pip.*write package:.*or a command task/s,
  },
  {
    name: 'one of a collection, by its full name',
    text: task('community.general.snap: {name: helm}'),
    at: '3:7',
    says: /does not have Ansible's module community\.general\.snap.*package of the distribution/s,
  },
  {
    name: 'one that is not in the list',
    text: task('community.rabbitmq.rabbitmq_feature_flag: {name: x}'),
    at: '3:7',
    says: /does not have Ansible's module .*command task/s,
  },
  {
    name: 'a misspelling of a module of the core',
    text: task('ansible.builtin.sevrice: {name: x}'),
    at: '3:7',
    says: /no module ansible\.builtin\.sevrice.*did you mean "ansible.builtin.service"/s,
  },
  {
    name: 'an unknown parameter',
    text: task('copy: {content: x, dset: /a}'),
    at: '3:32',
    says: /dset.*did you mean "dest"/s,
  },
  { name: 'a missing parameter', text: task('copy: {content: x}'), at: '3:7', says: /copy needs dest/ },
  { name: 'a wrong value', text: task('file: {path: /a, state: folder}'), at: '3:31', says: /state/ },
  {
    name: 'an unknown keyword of a task',
    text: task('command: ls\n      whne: x'),
    at: '4:7',
    says: /did you mean "when"/,
  },
  {
    name: 'an unknown keyword of a play',
    text: '- hosts: all\n  taks: []\n',
    at: '2:3',
    says: /taks.*did you mean "tasks"/s,
  },
  ...[
    'remote_user: bob',
    'module_defaults: {debug: {msg: x}}',
    'timeout: 5',
    'throttle: 1',
    'delegate_facts: yes',
  ].map((keyword) => ({
    name: `what an include would not lend to its tasks, ${keyword}`,
    text: task(`include_tasks: "{{ x }}.yml"\n      ${keyword}`),
    at: '4:7',
    says: /does not work with an include.*write apply:/s,
  })),
  ...['constructor', 'toString', '__proto__'].map((word) => ({
    name: `a word that every object of JavaScript has, ${word}`,
    text: task(`service: {name: a, state: ${word}}`),
    at: '3:33',
    says: /state/,
  })),
  {
    name: 'a parameter that every object of JavaScript has',
    text: task('copy: {constructor: x, dest: /a}'),
    at: '3:27',
    says: /copy has no parameter constructor/,
  },
  {
    name: 'a keyword that every object of JavaScript has',
    text: '- hosts: all\n  constructor: x\n',
    at: '2:3',
    says: /constructor is no keyword of a play/,
  },
  {
    name: 'a slip of the fingers in module_defaults',
    text: '- hosts: all\n  module_defaults: {servcie: {state: started}}\n',
    at: '2:21',
    says: /no module servcie.*did you mean "service"/s,
  },
  {
    name: 'a meta in handlers, however it is written',
    text: '- hosts: all\n  handlers:\n    - {name: a, ansible.legacy.meta: end_play}\n    - {name: b, action: meta end_play}\n',
    at: '3:17',
    says: /meta: end_play cannot be a handler/,
  },
  ...['with_dict: {a: 1}', 'register: x', 'retries: 2'].map((keyword) => ({
    name: `what a meta would ignore, ${keyword}`,
    text: task(`meta: noop\n      ${keyword}`),
    at: `4:${keyword.indexOf(':') + 9}`,
    says: /does not work with meta/,
  })),
  {
    name: 'a module of another field',
    text: task('amazon.aws.ec2_vpc_net: {name: x}'),
    at: '3:7',
    says: /hosts, not on clouds/,
  },
  {
    name: 'a keyword that is not supported',
    text: task('command: ls\n      debugger: always'),
    at: '4:7',
    says: /debugger is not supported/,
  },
  {
    name: 'two modules',
    text: task('command: ls\n      copy: {content: x, dest: /a}'),
    at: '4:7',
    says: /one module/,
  },
  { name: 'no module', text: task('name: nothing'), at: '3:7', says: /names no module/ },
  { name: 'a play without hosts', text: '- tasks: []\n', at: '1:3', says: /no hosts/ },
  {
    name: 'tasks that are no list',
    text: '- hosts: all\n  tasks: {a: 1}\n',
    at: '2:10',
    says: /must be a list/,
  },
  { name: 'a playbook that is no list', text: 'hosts: all\n', at: '1:1', says: /list of plays/ },
  { name: 'a broken template', text: task('copy: {content: "{{ a | }}", dest: /a}'), at: '3:', says: /./ },
  { name: 'a broken condition', text: task('command: ls\n      when: a ==='), at: '4:', says: /./ },
  { name: 'an unknown filter', text: task('debug: {msg: "{{ a | uper }}"}'), at: '3:', says: /uper.*upper/s },
  {
    name: 'a name that is no variable',
    text: task('command: ls\n      register: a-b'),
    at: '4:17',
    says: /a-b/,
  },
  {
    name: 'a handler that does not exist',
    text: task('command: ls\n      notify: reload'),
    at: '4:15',
    says: /no handler.*reload/s,
  },
  { name: 'meta that is not supported', text: task('meta: refresh'), at: '3:13', says: /refresh/ },
]

describe('a playbook is refused for', () => {
  it.each(REFUSED)('$name', ({ text, at, says }) => {
    const [first] = problems(text)
    expect(`${first?.message} ${first?.hint}`).toMatch(says)
    expect(`${first?.place?.line}:${first?.place?.column}`).toMatch(new RegExp(`^${at}`))
  })

  it('everything at once, in the order of the text', () => {
    const text = task('tempalte: {}\n    - command: ls\n      whne: x\n    - copy: {dset: /a}')
    expect(problems(text).map((problem) => problem.place?.line)).toEqual(
      [3, 5, 6, 6, 6].slice(0, problems(text).length),
    )
    expect(problems(text).length).toBeGreaterThanOrEqual(3)
  })
})

describe('a playbook is read:', () => {
  const load = (text: string): Task => {
    const first = loadPlaybook(task(text), 'site.yml').plays[0]?.tasks[0]
    if (first?.type !== 'task') throw new Error('no task')
    return first
  }
  const args = (loaded: Task) => Object.fromEntries([...loaded.args].map(([key, { value }]) => [key, value]))

  it('k=v arguments', () => {
    expect(args(load('copy: content="a b" dest=/x mode=0644'))).toEqual({
      content: 'a b',
      dest: '/x',
      mode: '0644',
    })
  })

  it('a free form keeps its own words, and gives up the parameters in it', () => {
    expect(args(load('command: make X=1 all chdir=/src'))).toEqual({ cmd: 'make X=1 all', chdir: '/src' })
  })

  it('args beside the module', () => {
    expect(args(load('shell: ls\n      args: {chdir: /src}'))).toEqual({ cmd: 'ls', chdir: '/src' })
  })

  it('YAML 1.1: yes is true, 0644 is octal', () => {
    expect(args(load('file: {path: /a, state: directory, mode: 0644, recurse: yes}'))).toMatchObject({
      mode: 420,
      recurse: true,
    })
  })

  it('parameters by their other names', () => {
    expect(args(load('file: dest=/a state=directory'))).toEqual({ path: '/a', state: 'directory' })
    expect(problems(task('file: {path: /a, dest: /b, state: directory}'))[0]?.message).toMatch(
      /dest and path are the same/,
    )
  })

  it('fully qualified names', () => {
    expect(load('ansible.builtin.copy: {content: x, dest: /a}').module).toMatchObject({ name: 'copy' })
  })
})
