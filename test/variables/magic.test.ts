import { describe, expect, it } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { head, ONE, said, told } from '../playbook/support.ts'

const show = (text: string) => `    - debug: {msg: ${JSON.stringify(text)}}\n`

/** Each text is shown by both; what it must be. */
const SHOWN: [string, string | RegExp][] = [
  ['{{ inventory_hostname }} {{ inventory_hostname_short }}', 'a a'],
  ["{{ groups | dict2items | map(attribute='key') | sort }}", "['all', 'ungrouped', 'web']"],
  ['{{ groups.all }} {{ groups.web }} {{ groups.ungrouped }}', "['a'] ['a'] []"],
  ['{{ group_names }}', "['web']"],
  ["{{ 'a' in hostvars }} {{ hostvars[inventory_hostname].inventory_hostname }}", 'True a'],
  ['{{ hostvars.a.group_names }} {{ hostvars.a.play_var | default("not there") }}', "['web'] not there"],
  ['{{ inventory_dir | basename is match("hakube-run") }} {{ inventory_file | basename }}', 'True hosts.ini'],
  [
    '{{ play_hosts }} {{ ansible_play_hosts }} {{ ansible_play_hosts_all }} {{ ansible_play_batch }}',
    "['a'] ['a'] ['a'] ['a']",
  ],
  ['{{ ansible_play_name }}', 'web'],
  ['{{ ansible_check_mode }} {{ ansible_diff_mode }}', 'False False'],
  ['{{ ansible_forks is integer }} {{ ansible_verbosity }}', 'True 0'],
  ['{{ ansible_version.full is version("2.9", ">=") }} {{ ansible_version.major is integer }}', 'True True'],
  // Roles of today ask for it, kubespray for exactly this one.
  [
    '{{ ansible_version.string is version("2.18.0", ">=") and ansible_version.full is version("2.19", "<") }}',
    'True',
  ],
  ['{{ ansible_version.keys() | sort }}', "['full', 'major', 'minor', 'revision', 'string']"],
  ['{{ ansible_limit | default("no limit") }}', 'no limit'],
  ['{{ ansible_run_tags }} {{ ansible_skip_tags }}', "['all'] []"],
  ['{{ ansible_config_file | default(none) is none }}', 'True'],
  ['{{ ansible_search_path | map("basename") | list | length }}', '1'],
  ['{{ ansible_search_path == [playbook_dir] }}', 'True'],
  ['{{ ansible_inventory_sources | map("basename") | list }}', "['hosts.ini']"],
  ['{{ playbook_dir | basename is match("hakube-run") }}', 'True'],
  ['{{ role_name | default("no role") }} {{ role_path | default("no path") }}', 'no role no path'],
  ['{{ ansible_role_names }} {{ ansible_play_role_names }} {{ ansible_dependent_role_names }}', '[] [] []'],
  ['{{ ansible_playbook_python is string }}', 'True'],
  ['{{ ansible_facts }}', '{}'],
  ['{{ vars.play_var }} {{ vars["inventory_hostname"] }}', 'p a'],
  ['{{ vars is mapping }} {{ "play_var" in vars }} {{ "nothing" in vars }}', 'True True False'],
  ["{{ lookup('vars', 'play_var') }} {{ query('varnames', '^play_v') }}", "p ['play_var']"],
  ['{{ environment | default([]) | length }}', '0'],
  ['{{ ansible_connection }}', 'local'],
]

describe('magic variables', () => {
  it('are Ansible’s', async () => {
    const playbook = `${head}  vars: {play_var: p}\n  tasks:\n${SHOWN.map(([text]) => show(text)).join('')}`
    const answers = await said(playbook, {}, { env: {} })
    expect(SHOWN.map(([text], index) => `${text}: ${answers[index]}`)).toEqual(
      SHOWN.map(([text, wanted]) => `${text}: ${wanted}`),
    )
  })

  it('know the options of the run', async () => {
    const playbook = `${head}  tasks:\n${show('{{ ansible_check_mode }} {{ ansible_limit }} {{ ansible_run_tags }} {{ ansible_skip_tags }} {{ ansible_verbosity }}').replace(/\n$/, '\n      tags: [x]\n')}`
    const options = { check: true, limit: 'a', tags: { only: ['x'], skip: ['y', 'z'] }, verbosity: 2 }
    expect(await said(playbook, {}, options)).toEqual(["True a ['x'] ['y', 'z'] 2"])
  })

  it('know the loop', async () => {
    const playbook = `${head}  tasks:
    - debug: {msg: "{{ ansible_loop_var }} {{ one }} {{ n }} {{ ansible_index_var }}"}
      loop: [x, y]
      loop_control: {loop_var: one, index_var: n}
    - debug: {msg: "{{ item }} {{ ansible_loop.index }} {{ ansible_loop.index0 }} {{ ansible_loop.first }} {{ ansible_loop.last }} {{ ansible_loop.length }} {{ ansible_loop.revindex }} {{ ansible_loop.revindex0 }} {{ ansible_loop.previtem | default('-') }} {{ ansible_loop.nextitem | default('-') }} {{ ansible_loop.allitems }}"}
      loop: [x, y]
      loop_control: {extended: true}
    - debug: {msg: "{{ ansible_loop.allitems | default('-') }}"}
      loop: [x]
      loop_control: {extended: true, extended_allitems: false}
    - debug: {msg: "{{ ansible_loop | default('-') }} {{ ansible_index_var | default('-') }}"}
      with_items: [x]
`
    expect(await said(playbook, {})).toEqual([
      'one x 0 n',
      'one y 1 n',
      "x 1 0 True False 2 2 1 - y ['x', 'y']",
      "y 2 1 False True 2 1 0 x - ['x', 'y']",
      '-',
      '- -',
    ])
  })

  it('know roles', async () => {
    const files = {
      'roles/r/tasks/main.yml': '- include_tasks: more/x.yml\n',
      'roles/r/tasks/more/x.yml':
        '- debug: {msg: "{{ ansible_search_path | map(\'relpath\', playbook_dir) | list }} {{ role_path | relpath(playbook_dir) }}"}\n',
      'roles/r/meta/main.yml': 'dependencies: [dep]\n',
      'roles/dep/tasks/main.yml':
        '- debug: {msg: "{{ ansible_search_path | map(\'relpath\', playbook_dir) | list }}"}\n',
    }
    expect(await said(`${head}  roles: [r]\n`, files)).toEqual([
      "['roles/dep', 'roles/r', 'roles/dep/tasks', '.']",
      "['roles/r', 'roles/r/tasks/more', '.'] roles/r",
    ])
  })
})

describe('keywords of tasks may be templates:', () => {
  const CASES: { name: string; tasks: string; says: string[] }[] = [
    {
      name: 'what is true or false',
      tasks: `    - command: "false"
      ignore_errors: "{{ yes_ }}"
      become: "{{ no_ }}"
      no_log: "{{ no_ }}"
      check_mode: "{{ no_ }}"
      diff: "{{ yes_ }}"
      run_once: "{{ yes_ }}"
      any_errors_fatal: "{{ no_ }}"
      register: r
    - debug: {msg: "{{ r is failed }}"}
`,
      says: ['True'],
    },
    {
      name: 'names and who is worked on',
      tasks: `    - name: "{{ word }} task"
      command: "true"
      delegate_to: "{{ inventory_hostname }}"
      become_user: "{{ word }}"
      become_method: "{{ word }}"
      environment: {A: "{{ word }}"}
    - command: printenv A
      environment: "{{ {'A': word} }}"
      register: r
    - debug: {msg: "{{ r.stdout }}"}
`,
      says: ['w'],
    },
    {
      name: 'loops and how often',
      tasks: `    - debug: {msg: "{{ i }}"}
      loop: "{{ list }}"
      loop_control: {loop_var: i, label: "{{ i }}!", pause: "{{ zero }}"}
    - command: "true"
      register: r
      until: r is succeeded
      retries: "{{ zero + 1 }}"
      delay: "{{ zero }}"
    - debug: {msg: "{{ r.attempts }}"}
`,
      says: ['1', '2', '1'],
    },
    {
      name: 'conditions with braces, which are rendered first',
      tasks: `    - debug: {msg: a}
      when: "{{ yes_ }}"
    - debug: {msg: b}
      when: "{{ word }} == 'w'"
      vars: {w: w}
    - debug: {msg: c}
      when: [yes_, "not no_", "word is defined and {{ yes_ }}"]
    - debug: {msg: d}
      when: ""
    - debug: {msg: e}
      when: "{{ condition }}"
    - debug: {msg: f}
      when: condition
    - debug: {msg: g}
      changed_when:
      failed_when: []
      when:
      register: r
    - debug: {msg: "{{ r is changed }}"}
`,
      says: ['a', 'b', 'd', 'e', 'f', 'g', 'True'],
    },
    {
      name: 'tags, of variables of the play',
      tasks: `    - debug: {msg: a}
      tags: "{{ word }}"
    - debug: {msg: b}
      tags: ["{{ word }}-x", y]
    - debug: {msg: c}
      tags: "{{ list_of_tags }}"
    - debug: {msg: d}
`,
      says: ['a', 'c'],
    },
  ]
  it.each(CASES)('$name', async ({ name, tasks, says }) => {
    const vars =
      '  vars: {yes_: true, no_: "no", word: w, zero: 0, list: [1, 2], condition: "word == \'w\'", list_of_tags: [w, v]}\n'
    const tags = name.startsWith('tags') ? { tags: { only: ['w'], skip: [] } } : {}
    expect(await said(`${head}${vars}  tasks:\n${tasks}`, {}, tags)).toEqual(says)
  })

  it('tags are refused where they hang on more than is known before the run', async () => {
    const done = await runLocal(`${head}  tasks:\n    - debug:\n      tags: "{{ nothing }}"\n`, {
      inventory: ONE,
    })
    expect(told(done.errors)).toMatch(
      /site\.yml:4:7 the tag .* must be known before the run: 'nothing' is undefined/,
    )
  })
})
