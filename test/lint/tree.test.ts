import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { showPlace } from '../../src/errors.ts'
import { lintTargets, targetsIn } from '../../src/lint/lint.ts'
import { kindOfFile, type TargetKind } from '../../src/lint/targets.ts'
import { diskSources } from '../../src/playbook/sources.ts'
import { Vault } from '../../src/vault/vault.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakube-lint-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** Problems of a target in the folder: `file:line:column message`. */
function problems(kind: TargetKind, path: string, files: Readonly<Record<string, string>>): string[] {
  write(files)
  return lintOf([{ kind, path: join(folder, path) }]).problems
}

function lintOf(
  targets: Parameters<typeof lintTargets>[0],
  more: Partial<Parameters<typeof lintTargets>[1]> = {},
) {
  const result = lintTargets(targets, {
    sources: diskSources(new Vault([])),
    rolesPath: [],
    skip: new Set(),
    inventory: undefined,
    ...more,
  })
  const shown = result.problems.map(
    ({ message, place }) => `${place ? showPlace(place).replace(`${folder}/`, '') : ''} ${message}`,
  )
  return { ...result, problems: shown }
}

const TASK = '- name: Tell\n  debug:\n    msg: on\n'
const WRONG = '- name: Tell\n  debgu:\n    msg: on\n'

describe('what a playbook is made of', () => {
  it('has imports within includes whose names hang on variables of the play, or on -e', () => {
    write({
      'site.yml': '- hosts: all\n  vars: {kind: a}\n  tasks:\n    - include_tasks: more.yml\n',
      'more.yml': '- import_tasks: "{{ kind }}.yml"\n- import_tasks: "{{ other }}.yml"\n',
      'a.yml': WRONG,
      'b.yml': WRONG,
    })
    const other = { value: 'b', place: { file: '-e' } }
    const targets = [{ kind: 'playbook', path: join(folder, 'site.yml') }] as const
    expect(
      lintOf(targets, { extraVars: new Map([['other', other]]) }).problems.map((one) => one.slice(0, 5)),
    ).toEqual(['a.yml', 'b.yml'])
    expect(lintOf(targets).problems).toEqual([
      expect.stringContaining('a.yml'),
      expect.stringMatching(/^more.yml:2:17 .*must be known before the run/),
    ])
  })

  it('is followed through roles, imports and includes of written names', () => {
    const found = problems('playbook', 'site.yml', {
      'site.yml': '- hosts: all\n  roles:\n    - lb\n  tasks:\n    - include_tasks: more.yml\n',
      'more.yml': WRONG,
      'roles/lb/tasks/main.yml':
        '- import_tasks: setup.yml\n- include_tasks: "{{ item }}.yml"\n  loop: [a, b]\n',
      'roles/lb/tasks/setup.yml': `${TASK}- include_tasks: "{{ ansible_os_family }}.yml"\n`,
      'roles/lb/tasks/a.yml': WRONG,
      'roles/lb/tasks/b.yml': '- include_role:\n    name: other\n',
      'roles/lb/tasks/Debian.yml': WRONG,
      'roles/other/tasks/main.yml': WRONG,
      'roles/unused/tasks/main.yml': WRONG,
    })
    expect(found).toEqual(
      [
        'more.yml:2:3 there is no module debgu',
        'roles/lb/tasks/a.yml:2:3 there is no module debgu',
        'roles/lb/tasks/Debian.yml:2:3 there is no module debgu',
        'roles/other/tasks/main.yml:2:3 there is no module debgu',
      ].toSorted((a, b) => found.indexOf(a) - found.indexOf(b)),
    )
    expect(found).toHaveLength(4)
  })

  it('has templates and variables whose syntax is checked', () => {
    const found = problems('playbook', 'site.yml', {
      'site.yml':
        '- hosts: all\n  roles: [lb]\n  tasks:\n    - template:\n        src: a.j2\n        dest: /etc/a\n        mode: "0644"\n',
      'templates/a.j2': 'x\n{% if %}\n',
      'roles/lb/defaults/main.yml': 'lb_a: "{{ 1 | nofilter }}"\n',
      'roles/lb/vars/RedHat.yml': 'lb_b: "{{ lookup(\'nolookup\', 1) }}"\n',
      'roles/lb/templates/unused.cfg.j2': '{{ a | nofilter }}\n',
      'roles/lb/tasks/main.yml': TASK,
    })
    expect(found.map((one) => one.replace(/:\d+ .*/, '')).toSorted()).toEqual([
      'roles/lb/defaults/main.yml:1',
      'roles/lb/templates/unused.cfg.j2:1',
      'roles/lb/vars/RedHat.yml:1',
      'templates/a.j2:2',
    ])
  })

  it('lacks a file that a task is sure to want', () => {
    const tasks = (when: string) =>
      `- hosts: all\n  tasks:\n    - copy:\n        src: nowhere.cfg\n        dest: /etc/a\n        mode: "0644"\n${when}`
    expect(problems('playbook', 'site.yml', { 'site.yml': tasks('') })).toEqual([
      'site.yml:4:14 there is no file nowhere.cfg',
    ])
    expect(problems('playbook', 'site.yml', { 'site.yml': tasks('      when: a is defined\n') })).toEqual([])
    expect(
      problems('playbook', 'site.yml', { 'site.yml': tasks('').replace('hosts: all', 'hosts: localhost') }),
    ).toEqual([])
  })

  it('may lack a file that a task before may make on this machine', () => {
    const copy = '    - copy: {src: out/key, dest: /etc/a, mode: "0644"}\n'
    const makes = '    - command: ssh-keygen -f out/key\n'
    const play = (hosts: string, tasks: string) => `- hosts: ${hosts}\n  tasks:\n${tasks}`
    const found = (text: string) => problems('playbook', 'site.yml', { 'site.yml': text })
    expect(found(play('localhost', makes) + play('all', copy))).toEqual([])
    expect(found(play('all', `${makes}      delegate_to: localhost\n${copy}`))).toEqual([])
    expect(found(play('all', `    - fetch: {src: /etc/a, dest: out/key}\n${copy}`))).toEqual([])
    expect(found(play('all', makes + copy))).toEqual([expect.stringContaining('there is no file out/key')])
    const role = (src: string) => ({
      'lb/tasks/main.yml': `- copy: {src: ${src}, dest: /etc/a, mode: "0644"}\n`,
    })
    expect(problems('role', 'lb', role('/nowhere/made'))).toEqual([])
    expect(problems('role', 'lb', role('made'))).toHaveLength(1)
  })

  it('may be a role, with all of its files', () => {
    const found = problems('role', 'lb', {
      'lb/tasks/main.yml': '- include_tasks: "{{ ansible_os_family }}.yml"\n',
      'lb/tasks/RedHat.yml': WRONG,
      'lb/handlers/main.yml': WRONG,
      'lb/handlers/more.yml': WRONG,
      'lb/meta/main.yml': 'dependencies:\n  - role: nobody.knows\n',
    })
    expect(found.map((one) => one.replace(/:.*/, '')).toSorted()).toEqual([
      'lb/handlers/main.yml',
      'lb/handlers/more.yml',
      'lb/tasks/RedHat.yml',
    ])
    expect(lintOf([{ kind: 'role', path: join(folder, 'lb') }]).notes).toEqual([
      'an include is named by variables: what they bring is checked as far as it lies in the role',
      'there is no role nobody.knows: what it brings is not checked',
    ])
  })

  it('may be a single file of tasks, of variables, or a template', () => {
    expect(problems('tasks', 'a/tasks/b.yml', { 'a/tasks/b.yml': WRONG })).toHaveLength(1)
    expect(problems('variables', 'v.yml', { 'v.yml': 'a: "{{ x | nofilter }}"\n' })).toHaveLength(1)
    expect(problems('template', 't.j2', { 't.j2': '{{ x | nofilter }}\n' })).toHaveLength(1)
  })
})

it('a module or filter that is brought along as Python is named as such', () => {
  write({
    'site.yml': '- hosts: all\n  roles: [lb]\n  tasks:\n    - kube: {name: a}\n',
    'library/kube.py': '',
    'roles/lb/tasks/main.yml':
      '- debug: {msg: "{{ a | in_ranges }} {{ a | flagged }}"}\n- debug: {msg: "{{ a | in_rangez }}"}\n',
    'roles/lb/filter_plugins/ips.py': "return {'in_ranges': in_ranges}",
    'library/filter_plugins/flags.py': 'return dict(flagged=flagged)',
  })
  const { problems: found } = lintTargets([{ kind: 'playbook', path: join(folder, 'site.yml') }], {
    sources: diskSources(new Vault([])),
    rolesPath: [],
    skip: new Set(),
    inventory: undefined,
  })
  const brings = found.map(({ hint }) => hint?.includes('brings it along, and hakube runs no plugins'))
  expect(brings).toEqual([true, true, false])
})

describe('folders', () => {
  const below = () => targetsIn(folder).map(({ kind, path }) => `${kind} ${path.slice(folder.length + 1)}`)

  it('are searched for playbooks and roles', () => {
    write({
      'site.yml': '- hosts: all\n',
      'more/import.yaml': '- import_playbook: ../site.yml\n',
      'roles/lb/tasks/main.yml': TASK,
      'roles/empty/README.md': '',
      'single/meta/main.yml': 'galaxy_info: {}\n',
      'single/tests/test.yml': '- hosts: all\n',
      'inventory.yml': 'all:\n  hosts:\n',
      'tasks/more.yml': TASK,
      '.github/ci.yml': '- hosts: all\n',
      'group_vars/all.yml': 'a: 1\n',
      'extensions/eda/rulebooks/health.yml': '- name: a\n  hosts: all\n  sources: []\n  rules: []\n',
    })
    expect(below()).toEqual([
      'playbook site.yml',
      'playbook more/import.yaml',
      'role roles/lb',
      'role single',
    ])
  })

  it('may be a role themselves', () => {
    write({ 'tasks/main.yml': TASK, 'defaults/main.yml': 'a: 1\n', 'tests/test.yml': '- hosts: all\n' })
    expect(below()).toEqual(['role '])
  })

  it('without any are refused', () => {
    expect(() => targetsIn(folder)).toThrow(/neither a playbook nor a role/)
  })
})

it.each([
  ['a.yml', '- hosts: all\n', 'playbook'],
  ['a.yml', '- import_playbook: b.yml\n', 'playbook'],
  ['a.yml', '- debug:\n', 'tasks'],
  ['a.yml', '- hosts: all\n  tasks: {{ x }}\n', 'playbook'],
  ['a.yml', 'global: 1\n', 'variables'],
  ['a.j2', 'global\n', 'template'],
  ['a.cfg', 'global\n', 'config'],
  ['keepalived.conf', 'vrrp_instance a {\n', 'config'],
  ['a.txt', 'text\n', undefined],
  ['a.yml', 'text\n', undefined],
])('%s with %j is %s', (path, text, kind) => {
  expect(kindOfFile(path, text)).toBe(kind)
})
