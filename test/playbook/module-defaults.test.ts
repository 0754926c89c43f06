import { describe, expect, it } from 'vitest'
import { defaultsFor } from '../../src/playbook/module-defaults.ts'
import docker from '../../src/tasks/docker_container.ts'
import { runLocal } from '../support/run-local.ts'
import { head, ONE, said, told } from './support.ts'

const show = '- debug:\n'

describe('module_defaults', () => {
  const cases: { name: string; playbook: string; files?: Record<string, string>; says: string[] }[] = [
    {
      name: 'of the play, by a short or a full name, whatever the task writes',
      playbook: `${head}  module_defaults: {debug: {msg: play}}
  tasks:
    - debug:
    - ansible.builtin.debug:
    - debug: {msg: own}
    - debug: msg=own
`,
      says: ['play', 'play', 'own', 'own'],
    },
    {
      name: 'of the nearest that says something of the module, whole',
      playbook: `${head}  module_defaults:
    ansible.builtin.debug: {msg: play}
  tasks:
    - module_defaults: {debug: {msg: block}}
      block:
        - debug:
        - debug:
          module_defaults: [{debug: {msg: first}}, {ansible.builtin.debug: {msg: task}}]
        - debug:
          module_defaults: {debug: {}}
    - debug:
`,
      says: ['block', 'task', 'Hello world!', 'play'],
    },
    {
      name: 'with templates, which the task’s own variables fill in',
      playbook: `${head}  module_defaults: {debug: {msg: "{{ x }}"}}
  vars: {x: play}
  tasks:
    - debug:
    - debug:
      vars: {x: task}
    - debug:
      loop: [1, 2]
      loop_control: {loop_var: x}
`,
      says: ['play', 'task', '1', '2'],
    },
    {
      name: 'in roles, what they import and include, and handlers',
      playbook: `${head}  module_defaults: {debug: {msg: play}}
  roles: [r, {role: s, module_defaults: {debug: {msg: entry}}}]
  tasks:
    - include_tasks: more.yml
    - module_defaults: {debug: {msg: block}}
      block:
        - import_tasks: more.yml
        - include_tasks: more.yml
        - include_role: {name: r}
        - include_tasks: {file: more.yml, apply: {module_defaults: {debug: {msg: apply}}}}
    - command: "true"
      notify: go
  handlers:
    - name: go
      debug:
`,
      files: {
        'roles/r/tasks/main.yml': show,
        'roles/s/tasks/main.yml': show,
        'roles/s/meta/main.yml': 'dependencies: [q]\n',
        'roles/q/tasks/main.yml': show,
        'more.yml': show,
      },
      says: ['play', 'entry', 'entry', 'play', 'block', 'block', 'block', 'apply', 'play'],
    },
  ]
  it.each(cases)('are those $name', async ({ playbook, files = {}, says }) => {
    expect(await said(playbook, files)).toEqual(says)
  })

  const refused: { name: string; text: string; says: RegExp }[] = [
    { name: 'a slip of the fingers', text: '{coppy: {a: b}}', says: /3:21 .*coppy.*did you mean "copy"/ },
    { name: 'an unknown group', text: '{group/mine: {a: b}}', says: /3:21 .*group\/mine.*one by one/ },
    {
      name: 'a template',
      text: '{debug: "{{ x }}"}',
      says: /3:28 .*mapping of parameters.*one parameter a line/,
    },
    { name: 'a list', text: '[1]', says: /3:21 .*must be a mapping/ },
    {
      name: 'an unknown parameter, once',
      text: '{debug: {mgs: x}}',
      says: /^\S+3:34 [^\n]*mgs[^\n]*"msg"\?$/,
    },
  ]
  it.each(refused)('are refused for $name', async ({ text, says }) => {
    const playbook = `${head}  module_defaults: ${text}\n  tasks:\n    - debug:\n    - debug: {msg: x}\n`
    const done = await runLocal(playbook, { inventory: ONE })
    expect(told(done.errors)).toMatch(says)
  })

  it('may speak of modules and groups that no task uses', async () => {
    const text = '{kubernetes.core.k8s: {a: b}, group/k8s: {a: b}}'
    const done = await runLocal(`${head}  module_defaults: ${text}\n  tasks:\n    - debug:\n`, {
      inventory: ONE,
    })
    expect(told(done.errors)).toBe('')
  })

  it('of a group reach its modules, and what is said of a module beats them', async () => {
    const play = (defaults: string) =>
      runLocal(
        `${head}  module_defaults: ${defaults}\n  tasks:\n    - docker_container: {name: x, state: absent}\n      when: false\n`,
        { inventory: ONE },
      )
    const group = 'group/community.docker.docker: {state: sideways}'
    expect(told((await play(`{${group}}`)).errors)).toBe('')
    const refused = await play('{group/docker: {tls: yes}}')
    expect(told(refused.errors)).toMatch(/tls.*docker runs on the host itself/s)
    const located = (value: string) => ({ value, place: { file: 'x.yml', line: 1, column: 1 } })
    const both = new Map([
      [
        'group/docker',
        new Map([
          ['state', located('group')],
          ['image', located('group')],
        ]),
      ],
      ['docker_container', new Map([['state', located('module')]])],
    ])
    expect([...defaultsFor(docker, both)].map(([name, { value }]) => [name, value])).toEqual([
      ['state', 'module'],
      ['image', 'group'],
    ])
  })
})
