import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runLocal, storyOf } from '../support/run-local.ts'
import { debug, head, ONE, said, told } from './support.ts'

describe('a role', () => {
  it('brings tasks, handlers, defaults, vars, files and templates, and comes before the play’s tasks', async () => {
    const done = await runLocal(`${head}  roles: [web]\n  tasks:\n    - debug: {msg: after}\n`, {
      inventory: ONE,
      files: {
        'roles/web/tasks/main.yml':
          '- name: from a template\n  template: {src: conf.j2, dest: "{{ playbook_dir }}/conf"}\n  notify: restart\n' +
          '- name: from a file\n  copy: {src: plain, dest: "{{ playbook_dir }}/plain.out"}\n',
        'roles/web/handlers/main.yml': '- name: restart\n  debug: {msg: "restarted {{ name }}"}\n',
        'roles/web/defaults/main.yml': 'port: 80\nname: default\n',
        'roles/web/vars/main.yaml': 'name: web\n',
        'roles/web/templates/conf.j2': 'listen {{ port }} {{ role_name }}\n',
        'roles/web/files/plain': 'plain\n',
      },
    })
    expect(storyOf(done, 'a')).toEqual([
      'from a template changed',
      'from a file changed',
      'debug ok',
      'restart ok',
    ])
    expect(readFileSync(join(done.folder, 'conf'), 'utf8')).toBe('listen 80 web\n')
    expect(readFileSync(join(done.folder, 'plain.out'), 'utf8')).toBe('plain\n')
  })

  it('runs once where it is used twice in the same way, and again with other parameters', async () => {
    const files = { 'roles/r/tasks/main.yml': debug('{{ x | default(0) }}') }
    expect(
      await said(`${head}  roles: [r, r, {role: r, x: 1}, {role: r, x: 1}, {role: r, x: 2}]\n`, files),
    ).toEqual(['0', '1', '2'])
    const again = { ...files, 'roles/r/meta/main.yml': 'allow_duplicates: true\n' }
    expect(await said(`${head}  roles: [r, r]\n`, again)).toEqual(['0', '0'])
  })

  it('runs its dependencies first, with its tags and conditions, and each of them once', async () => {
    const files = {
      'roles/a/tasks/main.yml': debug('a'),
      'roles/b/tasks/main.yml': debug('b'),
      'roles/base/tasks/main.yml': debug('base'),
      'roles/a/meta/main.yml': 'dependencies: [base]\n',
      'roles/b/meta/main.yml': 'dependencies: [{role: base}, base]\ngalaxy_info: {author: x}\n',
    }
    expect(await said(`${head}  roles: [a, b]\n`, files)).toEqual(['base', 'a', 'b'])
    const never = { ...files, 'roles/b/meta/main.yml': 'dependencies: [base]\n' }
    expect(await said(`${head}  roles: [a, b]\n`, never)).toEqual(['base', 'a', 'b'])
    // A role that is skipped has not run its dependency: the next one that needs it does.
    expect(await said(`${head}  roles: [{role: a, when: false}, b]\n`, never)).toEqual(['base', 'b'])
    expect(
      await said(`${head}  roles: [{role: a, tags: one}, b]\n`, never, { tags: { only: ['one'], skip: [] } }),
    ).toEqual(['base', 'a'])
  })
})

/** As `ansible-playbook` 2.14 does: each line is one more place that sets x, from the lowest to the highest. */
describe('variables of roles', () => {
  const show = debug('{{ x }}')
  it('stand in Ansible’s order', async () => {
    const layers: [string, Record<string, string>, string][] = [
      ['default', { 'roles/r/defaults/main.yml': 'x: default\n' }, ''],
      ['group', { 'group_vars/web.yml': 'x: group\n' }, ''],
      ['play', {}, '  vars: {x: play}\n'],
      ['role', { 'roles/r/vars/main.yml': 'x: role\n' }, ''],
    ]
    const files: Record<string, string> = { 'roles/r/tasks/main.yml': show }
    let more = ''
    for (const [expected, added, text] of layers) {
      Object.assign(files, added)
      more += text
      expect(await said(`${head}${more}  roles: [r]\n`, files)).toEqual([expected])
    }
    expect(await said(`${head}${more}  roles: [{role: r, vars: {x: entry}}]\n`, files)).toEqual(['role'])
    const { 'roles/r/vars/main.yml': _own, ...without } = files
    expect(await said(`${head}${more}  roles: [{role: r, vars: {x: entry}}]\n`, without)).toEqual(['entry'])
    const own = { ...files, 'roles/r/tasks/main.yml': `- set_fact: {x: fact}\n${show}` }
    expect(await said(`${head}${more}  roles: [{role: r, vars: {x: entry}}]\n`, own)).toEqual(['fact'])
    expect(await said(`${head}${more}  roles: [{role: r, x: param, vars: {x: entry}}]\n`, own)).toEqual([
      'param',
    ])
    const task = { ...files, 'roles/r/tasks/main.yml': '- debug: {msg: "{{ x }}"}\n  vars: {x: task}\n' }
    expect(await said(`${head}${more}  roles: [{role: r, vars: {x: entry}}]\n`, task)).toEqual(['task'])
  })

  it('are seen by the rest of the play, its earlier tasks too, and by dependencies those of their parent', async () => {
    const files = {
      'roles/r/defaults/main.yml': 'd: from r\n',
      'roles/r/vars/main.yml': 'v: from r\n',
      'roles/r/meta/main.yml': 'dependencies: [dep]\n',
      'roles/dep/vars/main.yml': 'w: from dep\nv: from dep\n',
      'roles/dep/defaults/main.yml': 'd: from dep\n',
      'roles/dep/tasks/main.yml': debug('{{ d }}, {{ v }}, {{ w }}'),
      'roles/r/tasks/main.yml': debug('{{ d }}, {{ v }}, {{ w }}'),
    }
    const playbook = `${head}  pre_tasks:\n    - debug: {msg: "{{ d }}, {{ v }}, {{ w }}"}\n  roles: [r]\n`
    expect(await said(playbook, files)).toEqual([
      'from r, from r, from dep',
      'from dep, from dep, from dep',
      'from r, from r, from dep',
    ])
  })

  it('know the folder and the names of their roles', async () => {
    const files = {
      'roles/r/meta/main.yml': 'dependencies: [dep]\n',
      'roles/r/tasks/main.yml': debug('{{ role_path | basename }} {{ ansible_play_role_names }}'),
      'roles/dep/tasks/main.yml': debug(
        '{{ role_name }} {{ ansible_dependent_role_names }} {{ ansible_role_names | sort }}',
      ),
    }
    expect(await said(`${head}  roles: [r]\n`, files)).toEqual(["dep ['dep'] ['dep', 'r']", "r ['r']"])
  })
})

describe('import_tasks and import_role', () => {
  it('stand for what they import, with their conditions, tags and variables', async () => {
    const files = {
      'more/tasks.yml': `${debug('{{ x }}')}- import_tasks: deeper.yml\n`,
      'more/deeper.yml': debug('deeper'),
      'roles/r/tasks/main.yml': debug('main'),
      'roles/r/tasks/other.yml': `${debug('other {{ x }} {{ d }}')}- import_tasks: third.yml\n`,
      'roles/r/tasks/third.yml': debug('third'),
      'roles/r/defaults/main.yml': 'd: default\n',
    }
    const playbook = `${head}  tasks:
    - import_tasks: more/tasks.yml
      vars: {x: 1}
    - import_tasks: more/deeper.yml
      when: false
    - ansible.builtin.import_role: {name: r, tasks_from: other.yml}
      vars: {x: 2}
    - import_role: name=r
      tags: extra
    - import_role: {role: r}
      tags: extra
`
    expect(await said(playbook, files)).toEqual(['1', 'deeper', 'other 2 default', 'third', 'main', 'main'])
    const skip = { tags: { only: [], skip: ['extra'] } }
    expect(await said(playbook, files, skip)).toEqual(['1', 'deeper', 'other 2 default', 'third'])
  })

  it('import playbooks with their variables, tags and conditions', async () => {
    const files = {
      'sub/other.yml': `${head}  tasks:\n    - debug: {msg: "other {{ x }}"}\n`,
    }
    const playbook = `- import_playbook: sub/other.yml\n  vars: {x: 1}\n- import_playbook: sub/other.yml\n  when: false\n`
    expect(await said(playbook, files)).toEqual(['other 1'])
  })

  it('bring handlers, which their role’s name before them tells apart', async () => {
    const change = '- command: "true"\n  notify: '
    const files = {
      'roles/one/tasks/main.yml': `${change}"one : go"\n`,
      'roles/one/handlers/main.yml': '- name: go\n  debug: {msg: one}\n',
      'roles/two/tasks/main.yml': `${change}go\n`,
      'roles/two/handlers/main.yml': '- import_tasks: more.yml\n',
      'roles/two/handlers/more.yml':
        '- name: go\n  debug: {msg: two}\n- name: heard\n  debug: {msg: heard}\n  listen: go\n',
    }
    expect(await said(`${head}  roles: [one]\n`, files)).toEqual(['one'])
    // Of handlers with one name the last one runs, and all that listen to it.
    expect(await said(`${head}  roles: [two]\n`, files)).toEqual(['two', 'heard'])
    const own = '  handlers:\n    - name: go\n      debug: {msg: own}\n'
    expect(await said(`${head}  roles: [one, two]\n${own}`, files)).toEqual(['one', 'heard', 'own'])
  })
})

describe('mistakes in roles and imports are told before any host is touched:', () => {
  const cases: { name: string; playbook: string; files?: Record<string, string>; says: RegExp }[] = [
    {
      name: 'a role that is not there',
      playbook: `${head}  roles: [wbe]\n`,
      files: { 'roles/web/tasks/main.yml': '[]\n' },
      says: /site\.yml:3:11[^]*no role wbe[^]*did you mean "web"/,
    },
    {
      name: 'a file that is not there',
      playbook: `${head}  tasks:\n    - import_tasks: nothing.yml\n`,
      says: /site\.yml:4:21[^]*no file nothing\.yml/,
    },
    {
      name: 'a typing mistake in a file of tasks, with its place',
      playbook: `${head}  roles: [web]\n`,
      files: {
        'roles/web/tasks/main.yml': '- import_tasks: x.yml\n',
        'roles/web/tasks/x.yml': '- tempalte: {src: a, dest: b}\n',
      },
      says: /roles\/web\/tasks\/x\.yml:1:3[^]*no module tempalte/,
    },
    {
      name: 'a file that imports itself',
      playbook: `${head}  tasks:\n    - import_tasks: x.yml\n`,
      files: { 'x.yml': '- import_tasks: y.yml\n', 'y.yml': '- import_tasks: x.yml\n' },
      says: /y\.yml:1:17[^]*imports itself/,
    },
    {
      name: 'roles that depend on each other',
      playbook: `${head}  roles: [a]\n`,
      files: {
        'roles/a/meta/main.yml': 'dependencies: [b]\n',
        'roles/b/meta/main.yml': 'dependencies: [a]\n',
      },
      says: /roles\/b\/meta\/main\.yml:1:16[^]*imports itself/,
    },
    {
      name: 'a loop over an import',
      playbook: `${head}  tasks:\n    - import_tasks: x.yml\n      loop: [1]\n`,
      says: /site\.yml:5:7[^]*include_tasks/,
    },
    {
      name: 'a template as the name of an import',
      playbook: `${head}  tasks:\n    - import_tasks: "{{ x }}.yml"\n`,
      says: /must be known before the run[^]*include_tasks/,
    },
    {
      name: 'tasks_from that is not there',
      playbook: `${head}  tasks:\n    - import_role: {name: r, tasks_from: other}\n`,
      files: { 'roles/r/tasks/main.yml': '[]\n' },
      says: /the role r has no tasks\/other\.yml/,
    },
    {
      name: 'a handler that no role has',
      playbook: `${head}  roles: [r]\n`,
      files: { 'roles/r/tasks/main.yml': '- command: "true"\n  notify: nobody\n' },
      says: /roles\/r\/tasks\/main\.yml:2:11[^]*no handler nobody/,
    },
  ]
  it.each(cases)('$name', async ({ playbook, files = {}, says }) => {
    const done = await runLocal(playbook, { inventory: ONE, files })
    expect(told(done.errors)).toMatch(says)
  })
})
