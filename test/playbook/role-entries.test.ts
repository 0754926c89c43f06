import { describe, expect, it } from 'vitest'
import { debug, head, said } from './support.ts'

interface Case {
  name: string
  playbook: string
  files: Record<string, string>
  says: string[]
}

const show = debug('{{ x }}')

const CASES: Case[] = [
  {
    name: 'folders of defaults and vars, in the order of their files, with folders in them',
    playbook: `${head}  roles: [r]\n`,
    files: {
      'roles/r/tasks/main.yml': debug('{{ a }} {{ b }} {{ c }} {{ d }} {{ e }}'),
      'roles/r/defaults/main/10.yml': 'a: 10\nb: 10\n',
      'roles/r/defaults/main/20.yaml': 'b: 20\n',
      'roles/r/defaults/main/sub/1.json': '{"d": 1}',
      'roles/r/vars/main/x.yml': 'c: x\n',
      'roles/r/vars/main/.hidden.yml': 'c: hidden\n',
      'roles/r/vars/main/x.yml~': 'c: backup\n',
      'roles/r/vars/main/plain': 'e: plain\n',
    },
    says: ['10 20 x 1 plain'],
  },
  {
    name: 'a file before a folder of the same name',
    playbook: `${head}  roles: [r]\n`,
    files: {
      'roles/r/tasks/main.yml': show,
      'roles/r/defaults/main.yml': 'x: file\n',
      'roles/r/defaults/main/10.yml': 'x: folder\n',
    },
    says: ['file'],
  },
  {
    name: 'main.yml before main.yaml, main.json and main',
    playbook: `${head}  roles: [r]\n`,
    files: {
      'roles/r/tasks/main.yml': show,
      'roles/r/tasks/main.yaml': debug('yaml'),
      'roles/r/tasks/main': debug('bare'),
      'roles/r/vars/main.yaml': 'x: yaml\n',
      'roles/r/vars/main.json': '{"x": "json"}\n',
    },
    says: ['yaml'],
  },
  {
    name: 'tasks_from, vars_from, defaults_from and handlers_from, with and without endings',
    playbook: `${head}  tasks:
    - include_role: {name: r, tasks_from: one, vars_from: one, defaults_from: one.yml, handlers_from: one.yml}
    - import_role: {name: r, tasks_from: one.yml, vars_from: two, defaults_from: two, handlers_from: one}
`,
    files: {
      'roles/r/tasks/one.yml': `${debug('{{ v }} {{ d }}')}- command: "true"\n  notify: go\n- meta: flush_handlers\n`,
      'roles/r/vars/one.yml': 'v: one\n',
      'roles/r/vars/two/a.yml': 'v: two\n',
      'roles/r/vars/main.yml': 'v: main\n',
      'roles/r/defaults/one.yml': 'd: one\n',
      'roles/r/defaults/two.yml': 'd: two\n',
      'roles/r/handlers/one.yml': '- name: go\n  debug: {msg: "handler {{ v }}"}\n',
    },
    says: ['one one', 'handler one', 'two two', 'handler one'],
  },
  {
    name: 'public: whether others see what an include brings',
    playbook: `${head}  tasks:
    - include_role: {name: r}
    - debug: {msg: "{{ x | default('none') }}"}
    - include_role: {name: r, public: true}
    - debug: {msg: "{{ x | default('none') }} {{ y }}"}
`,
    files: {
      'roles/r/tasks/main.yml': show,
      'roles/r/defaults/main.yml': 'x: r\n',
      'roles/r/vars/main.yml': 'y: r\n',
    },
    says: ['r', 'none', 'r', 'r r'],
  },
  {
    name: 'vars, tags, when, environment and loop variables on entries',
    playbook: `${head}  vars: {go: true}
  roles:
    - {role: r, vars: {x: 1}, tags: [a, b], when: go}
    - {role: r, vars: {x: 2}, when: [go, not go]}
    - {role: r, x: 3, environment: {E: v}, become: false, ignore_errors: true, no_log: false}
    - name: r
      x: 4
      tags: c
`,
    files: { 'roles/r/tasks/main.yml': debug('{{ x }} {{ ansible_run_tags }}') },
    says: ["1 ['all']", "3 ['all']", "4 ['all']"],
  },
  {
    name: 'roles beside each other and by a path',
    playbook: `${head}  roles: [r, other/s]\n`,
    files: {
      'roles/r/tasks/main.yml': `${debug('r {{ role_path | basename }}')}- import_role: {name: inner}\n- include_role: {name: inner}\n`,
      'roles/inner/tasks/main.yml': debug(
        '{{ role_name }} {{ ansible_role_name }} {{ ansible_parent_role_names | default([]) }} {{ role_path | dirname | basename }}',
      ),
      'other/s/tasks/main.yml': debug('{{ role_name }} {{ ansible_role_name }}'),
    },
    says: ['r r', "inner inner ['r'] roles", "inner inner ['r'] roles", 'other/s other/s'],
  },
  {
    name: 'what they are called by magic variables',
    playbook: `${head}  roles: [r, s]
  tasks:
    - debug: {msg: "{{ role_name | default('none') }} {{ ansible_role_names | sort }} {{ ansible_play_role_names | sort }} {{ ansible_dependent_role_names | sort }} {{ role_names | sort }}"}
    - include_role: {name: t}
    - debug: {msg: "{{ ansible_role_names | sort }} {{ ansible_collection_name | default('no collection') }}"}
`,
    files: {
      'roles/r/meta/main.yml': 'dependencies: [dep]\n',
      'roles/r/tasks/main.yml': debug("{{ ansible_parent_role_names | default('no parents') }}"),
      'roles/dep/tasks/main.yml': debug(
        "{{ ansible_parent_role_names | default('no parents') }} {{ ansible_collection_name | default('no collection') }}",
      ),
      'roles/s/tasks/main.yml': '- include_tasks: more.yml\n',
      'roles/s/tasks/more.yml': debug('{{ role_name }} {{ role_path | basename }}'),
      'roles/t/tasks/main.yml': '- include_role: {name: dep}\n',
    },
    says: [
      'no parents ',
      'no parents',
      's s',
      "none ['dep', 'r', 's'] ['r', 's'] ['dep'] ['r', 's']",
      "['t']",
      "['dep', 'r', 's'] no collection",
    ],
  },
  {
    name: 'allow_duplicates, of dependencies too',
    playbook: `${head}  roles: [a, b, c]\n`,
    files: {
      'roles/a/meta/main.yml': 'dependencies: [again, once]\n',
      'roles/b/meta/main.yml': 'dependencies: [again, once, {role: once, vars: {x: 2}}]\n',
      'roles/c/meta/main.yml': 'dependencies:\n  - {role: again, tags: t}\n  - src: once\n',
      'roles/again/meta/main.yml': 'allow_duplicates: yes\n',
      'roles/again/tasks/main.yml': debug('again'),
      'roles/once/tasks/main.yml': debug("once {{ x | default('') }}"),
      ...Object.fromEntries(['a', 'b', 'c'].map((name) => [`roles/${name}/tasks/main.yml`, debug(name)])),
    },
    says: ['again', 'once 2', 'a', 'again', 'once 2', 'b', 'again', 'once 2', 'c'],
  },
  {
    name: 'meta with all that Galaxy wants to know',
    playbook: `${head}  roles: [r]\n`,
    files: {
      'roles/r/meta/main.yml':
        'galaxy_info:\n  author: me\n  platforms: [{name: EL, versions: [all]}]\n  min_ansible_version: 2.9\n  galaxy_tags: []\ndependencies: []\ncollections: [ansible.posix]\n',
      'roles/r/tasks/main.yml': debug('r'),
    },
    says: ['r'],
  },
  {
    name: 'roles without tasks',
    playbook: `${head}  roles: [r]\n  tasks:\n    - debug: {msg: "{{ x }}"}\n    - include_role: {name: r}\n    - import_role: {name: r}\n`,
    files: { 'roles/r/defaults/main.yml': 'x: 1\n' },
    says: ['1'],
  },
  {
    name: 'roles whose names are templates of play variables',
    playbook: `${head}  vars: {which: r}\n  roles: ["{{ which }}", {role: "{{ which }}s"}]\n`,
    files: { 'roles/r/tasks/main.yml': debug('r'), 'roles/rs/tasks/main.yml': debug('rs') },
    says: ['r', 'rs'],
  },
]

describe('roles have', () => {
  it.each(CASES)('$name', async ({ playbook, files, says }) => {
    expect(await said(playbook, files)).toEqual(says)
  })
})
