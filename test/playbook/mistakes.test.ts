import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HakubeErrors, isKnown, type HakubeError } from '../../src/errors.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import { diskSources } from '../../src/playbook/sources.ts'
import { docsOf } from '../../src/report/docs.ts'
import { Vault } from '../../src/vault/vault.ts'

const tasks = '- hosts: all\n  tasks:\n'
const task = (text: string) => `${tasks}    - ${text}\n`

/** Mistakes that people make, and all that is said of them: `file:line:column message -- hint (page)`. */
const MISTAKES: { name: string; text: string; files?: Record<string, string>; says: string[] }[] = [
  {
    name: 'a module that is indented too little',
    text: `- hosts: all\n  tasks:\n  - name: a\n   command: ls\n`,
    says: [
      '4:1 invalid YAML: sequence item without - indicator -- Indent this line like the others of the same item: the item before it ends here.',
    ],
  },
  {
    name: 'a module at the place of its list',
    text: `${task('name: a')}    command: ls\n`,
    says: [
      '4:1 invalid YAML: all mapping items must start at the same column -- Indent this line like the others of the same block.',
    ],
  },
  {
    name: 'tabs',
    text: '- hosts: all\n  tasks:\n\t- command: ls\n',
    says: [
      '3:1 invalid YAML: tabs are not allowed as indentation -- Indent with spaces: YAML does not allow tabs.',
    ],
  },
  {
    name: 'handlers that are rescued, and blocks within them',
    text: `- hosts: all\n  handlers:\n    - block:\n        - {name: a, debug: {msg: a}}\n        - block:\n            - {name: b, debug: {msg: b}}\n      rescue:\n        - {name: c, debug: {msg: c}}\n`,
    says: [
      '5:11 a block within a block cannot be a handler -- give each handler in it the same listen (playbooks.md)',
      '7:7 rescue does not work in a block of handlers -- each task in the block is a handler of its own; let one handler include_tasks a file with the block (playbooks.md)',
    ],
  },
  {
    name: 'parameters beside their module',
    text: task('copy:\n      src: x\n      dest: /y'),
    says: [
      '4:7 src, dest are parameters of copy and stand beside it -- indent them below copy: (playbooks.md)',
    ],
  },
  {
    name: 'a parameter beside name=value',
    text: task('copy: src=a\n      dest: /b'),
    says: [
      '4:7 dest is a parameter of copy and stands beside it -- write it as name=value, or all of them one a line below copy: (playbooks.md)',
    ],
  },
  {
    name: 'name=value below a module',
    text: task('file:\n        path=/a\n        state: directory'),
    says: [
      '4:9 invalid YAML: implicit keys need to be on a single line -- Write name: value, or all name=value pairs on the line of the module.',
    ],
  },
  {
    name: 'name=value and name: value on one line',
    text: task('service: name=nginx state: started'),
    says: [
      '3:16 invalid YAML: nested mappings are not allowed in compact mappings -- Write either name=value pairs on one line, or name: value, one a line.',
    ],
  },
  {
    name: 'a colon in a text',
    text: task('name: note: this\n      command: ls'),
    says: [
      '3:13 invalid YAML: nested mappings are not allowed in compact mappings -- Quote a value that contains ": ", or put the key on a line of its own.',
    ],
  },
  {
    name: 'a template without quotes',
    text: task('debug:\n        msg: {{ x }}'),
    says: ['4:15 invalid YAML: a key must be text, not a mapping -- Quote the value: "{{ x }}"'],
  },
  {
    name: 'a quote that is not closed',
    text: task('debug:\n        msg: "abc'),
    says: ['4:14 invalid YAML: this quote is not closed -- Close the quote, or quote the whole value.'],
  },
  {
    name: '= for ==',
    text: task('command: ls\n      when: x = 1'),
    says: ["4:15 unexpected '=', expected the end -- Compare with ==. (playbooks.md)"],
  },
  {
    name: '&& for and',
    text: task('command: ls\n      when: x == 1 && y'),
    says: ['4:20 unexpected character "&" -- Write and. (playbooks.md)'],
  },
  {
    name: '|| for or',
    text: task('command: ls\n      when: x == 1 || y'),
    says: [
      "4:21 unexpected '|', expected a name -- Write or; a filter has a name behind its |. (playbooks.md)",
    ],
  },
  {
    name: '! for not',
    text: task('command: ls\n      when: "!x"'),
    says: ['4:13 unexpected character "!" -- Write not. (playbooks.md)'],
  },
  {
    name: 'a misspelt test',
    text: task('command: ls\n      when: x is defind'),
    says: ["4:18 there is no test 'defind' -- Did you mean defined? (support.md#tests)"],
  },
  {
    name: 'a misspelt filter',
    text: task('debug: {msg: "{{ x | defualt(1) }}"}'),
    says: ["3:27 there is no filter 'defualt' -- Did you mean default? (support.md#filters)"],
  },
  {
    name: 'a misspelt lookup',
    text: task(`debug: {msg: "{{ lookup('fiel', 'a') }}"}`),
    says: ["3:30 there is no lookup 'fiel' -- Did you mean file? (support.md#lookups)"],
  },
  {
    name: 'braces that are not closed',
    text: task('debug: {msg: "{{ x "}'),
    says: ['3:20 the variable is never closed -- Close it with }}. (playbooks.md)'],
  },
  {
    name: 'an if that is not closed',
    text: task('debug: {msg: "{% if x %}a"}'),
    says: ['3:23 the if is never closed -- It needs {% endif %} or {% elif %} or {% else %}. (playbooks.md)'],
  },
  {
    name: 'elsif',
    text: task('debug: {msg: "{% if a %}b{% elsif c %}d{% endif %}"}'),
    says: ["3:34 there is no tag 'elsif' -- Write elif. (playbooks.md)"],
  },
  {
    name: 'a misspelt module',
    text: task('comand: ls'),
    says: ['3:7 there is no module comand -- did you mean "command"? (support.md)'],
  },
  {
    name: 'a module for other machines',
    text: task('ios_config: {src: x}'),
    says: ["3:7 hakube does not have Ansible's module ios_config -- hosts are Linux machines (support.md)"],
  },
  {
    name: 'a parameter by another name',
    text: task('template: {source: a, dest: /b, src: c}'),
    says: ['3:26 template has no parameter source -- write src (modules/template.md)'],
  },
  {
    name: 'a misspelt parameter',
    text: task('copy: {content: x, dset: /a, dest: /b}'),
    says: ['3:32 copy has no parameter dset -- did you mean "dest"? (modules/copy.md)'],
  },
  {
    name: 'a parameter that is missing',
    text: task('copy: {content: x}'),
    says: ['3:7 copy needs dest (modules/copy.md)'],
  },
  {
    name: 'a value by another name',
    text: task('service: {name: a, state: start}'),
    says: [
      '3:33 service: state: "start" is none of started, stopped, restarted, reloaded -- write started (modules/service.md)',
    ],
  },
  {
    name: 'a value that needs something else altogether',
    text: task('systemd: {name: a, scope: user}'),
    says: [
      '3:33 systemd: scope: "user" is none of system -- for units of users write command: systemctl --user … with become_user: and environment: XDG_RUNTIME_DIR: /run/user/UID, for those of all users command: systemctl --global … (modules/systemd.md)',
    ],
  },
  {
    name: 'a list where one text belongs',
    text: task('service: {name: [a, b], state: stopped}'),
    says: ['3:23 service: name: must be text, this is a list -- use loop: for several (modules/service.md)'],
  },
  {
    name: 'a mapping where a list belongs',
    text: task('package: {name: {a: b}}'),
    says: ['3:23 package: name: must be a list or text, this is a mapping (modules/package.md)'],
  },
  {
    name: 'a role that is not there',
    text: '- hosts: all\n  roles: [keepalivd]\n',
    files: { 'roles/keepalived/tasks/main.yml': '[]\n' },
    says: ['2:11 there is no role keepalivd -- did you mean "keepalived"? (playbooks.md)'],
  },
  {
    name: 'a role of a collection',
    text: '- hosts: all\n  roles: [my.things.keepalived]\n',
    says: [
      '2:11 there is no role my.things.keepalived -- hakube looks into no collections: copy ansible_collections/my/things/roles/keepalived to roles/my.things.keepalived, or name its folder with --roles-path and write role: keepalived (playbooks.md)',
    ],
  },
  {
    name: 'a role entry without a role',
    text: '- hosts: all\n  roles:\n    - nam: x\n',
    says: ['3:7 this entry names no role -- write role: NAME (playbooks.md)'],
  },
  {
    name: 'a file that is not there',
    text: task('import_tasks: b.yml'),
    says: ['3:21 there is no file b.yml -- looked for FOLDER/b.yml, FOLDER/tasks/b.yml'],
  },
  {
    name: 'a file that imports itself',
    text: task('import_tasks: a.yml'),
    files: { 'a.yml': '- import_tasks: a.yml\n' },
    says: [
      'a.yml:1:17 this imports itself: FOLDER/a.yml → FOLDER/a.yml -- take one of the imports out (playbooks.md)',
    ],
  },
  {
    name: 'a keyword of tasks in a play',
    text: '- hosts: all\n  when: x\n',
    says: [
      '2:3 when is no keyword of a play -- when is a keyword of tasks: write it in each of them (keywords.md#when)',
    ],
  },
  {
    name: 'a keyword of plays in a task',
    text: task('command: ls\n      hosts: b'),
    says: [
      '4:7 a task has one module: command stands beside hosts -- hosts is a keyword of plays: write it beside hosts: (playbooks.md)',
    ],
  },
  {
    name: 'an old keyword',
    text: '- hosts: all\n  sudo: yes\n',
    says: ['2:3 sudo is no keyword of a play -- write become: yes (keywords.md)'],
  },
  {
    name: 'a misspelt keyword',
    text: task('command: ls\n      becom: yes'),
    says: ['4:7 a task has one module: command stands beside becom -- did you mean "become"? (playbooks.md)'],
  },
  {
    name: 'a misspelt loop',
    text: task('command: ls\n      with_itmes: [2]'),
    says: [
      '4:7 a task has one module: command stands beside with_itmes -- did you mean "with_items"? (playbooks.md)',
    ],
  },
  {
    name: 'two loops',
    text: task('command: ls\n      loop: [1]\n      with_items: [2]'),
    says: ['4:13 a task has one loop: loop and with_items are two (playbooks.md)'],
  },
  {
    name: 'tasks that are no list',
    text: '- hosts: all\n  tasks:\n    command: ls\n',
    says: ['3:5 tasks must be a list, this is a mapping -- begin each item with "- " (playbooks.md)'],
  },
  {
    name: 'a block that is no list',
    text: task('block:\n        command: ls'),
    says: ['4:9 block must be a list, this is a mapping -- begin each item with "- " (playbooks.md)'],
  },
  {
    name: 'a rescue without a block',
    text: task('rescue:\n        - command: ls'),
    says: ['3:7 there is no module rescue -- rescue belongs to a block: write it beside block: (support.md)'],
  },
  {
    name: 'a play that is no list',
    text: 'hosts: all\n',
    says: [
      '1:1 a playbook is a list of plays, this is a mapping -- begin the play with "- hosts: …" (playbooks.md)',
    ],
  },
  {
    name: 'a file of tasks as a playbook',
    text: '- name: a\n  command: ls\n',
    says: [
      '1:3 this play has no hosts -- say on which hosts it runs: hosts: control_plane (playbooks.md)',
      '2:3 command is no keyword of a play -- command is a module: tasks stand in a list under tasks:, and files of tasks are brought in by import_tasks (keywords.md)',
    ],
  },
  {
    name: 'a handler in other letters',
    text: `${task('command: ls\n      notify: restart haproxy')}  handlers:\n    - name: Restart haproxy\n      command: ls\n`,
    says: [
      '4:15 there is no handler restart haproxy in this play -- did you mean "Restart haproxy"? (playbooks.md)',
    ],
  },
  {
    name: 'neither true nor false',
    text: task('command: ls\n      become: maybe'),
    says: ['4:15 maybe is neither true nor false -- write yes or no'],
  },
  {
    name: 'a number in words',
    text: task('command: ls\n      until: x\n      retries: three'),
    says: ['5:16 "three" is no number'],
  },
  {
    name: 'vars that are a list',
    text: '- hosts: all\n  vars:\n    - a: 1\n',
    says: ['3:5 vars must be a mapping, this is a list (playbooks.md)'],
  },
  {
    name: 'a name that is no variable',
    text: '- hosts: all\n  vars: {my-var: 1}\n',
    says: [
      '2:10 my-var is no name for a variable -- use letters, digits and underscores only (playbooks.md)',
    ],
  },
  {
    name: 'mistakes in many files, all at once',
    text: `- hosts: all\n  roles: [r]\n  tasks:\n    - comand: ls\n    - import_tasks: t.yml\n    - include_tasks: u.yml\n    - template: {src: x.j2, dest: /a}\n    - include_role: {name: s}\n    - include_tasks: other.yml\n      when: ansible_os_family == "Windows"\n`,
    files: {
      'roles/r/tasks/main.yml': '- copyy: {}\n',
      'roles/r/handlers/main.yml': '- name: x\n  debug: {mgs: 1}\n',
      'roles/r/defaults/main.yml': 'a: "{{ x | }}"\nb: "{{ x | never_used }}"\n',
      'roles/s/tasks/main.yml': '- include_tasks: deep.yml\n',
      'roles/s/tasks/deep.yml': '- tempalte:\n- include_tasks: deep.yml\n',
      't.yml': '- debug: {msg: "{{ a | uper }}"}\n',
      'u.yml': '- debgu:\n',
      'other.yml': '- win_shell: x\n',
      'templates/x.j2': 'a\n{% for x in y %}\n',
    },
    says: [
      '4:7 there is no module comand -- did you mean "command"? (support.md)',
      "roles/r/defaults/main.yml:1:11 a name is missing before the end of the expression '}}' (playbooks.md)",
      'roles/r/handlers/main.yml:2:16 debug has no parameter mgs -- did you mean "msg"? (modules/debug.md)',
      'roles/r/tasks/main.yml:1:3 there is no module copyy -- did you mean "copy"? (support.md)',
      'roles/s/tasks/deep.yml:1:3 there is no module tempalte -- did you mean "template"? (support.md)',
      "t.yml:1:23 there is no filter 'uper' -- Did you mean upper? (support.md#filters)",
      'templates/x.j2:2:4 the for is never closed -- It needs {% endfor %} or {% else %}. (playbooks.md)',
      'u.yml:1:3 there is no module debgu -- did you mean "debug"? (support.md)',
    ],
  },
]

function load(text: string, files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'hakube-mistakes-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const tell = (error: HakubeError) => {
    const { message, hint, place } = error
    const page = docsOf(error)
    const file = (place?.file ?? '').replace(`${folder}/`, '')
    const where = `${file === 'site.yml' ? '' : `${file}:`}${place?.line}:${place?.column}`
    return `${where} ${message}${hint === undefined ? '' : ` -- ${hint}`}${page === undefined ? '' : ` (${page.replace('docs/', '')})`}`.replaceAll(
      folder,
      'FOLDER',
    )
  }
  try {
    const { warnings = [] } = loadPlaybook(text, join(folder, 'site.yml'), {
      sources: diskSources(new Vault([])),
    })
    return { told: [], pages: [], warnings: warnings.map((one) => one.replaceAll(`${folder}/`, '')) }
  } catch (error) {
    if (!isKnown(error)) throw error
    const errors = error instanceof HakubeErrors ? error.errors : [error]
    return { told: errors.map(tell), pages: errors.flatMap((one) => docsOf(one) ?? []), warnings: [] }
  }
}

describe('a playbook is refused for', () => {
  it.each(MISTAKES)('$name', ({ text, files = {}, says }) => {
    const { told, pages } = load(text, files)
    expect(told).toEqual(says)
    for (const page of pages) {
      const [file = '', section] = page.split('#')
      const heading = (line: string) => line.slice(3).toLowerCase().replaceAll(' ', '-')
      const headings = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('## '))
      if (section !== undefined) expect(headings.map(heading)).toContain(section)
    }
  })
})

it('a verdict on a meta is warned about', () => {
  const text = '- hosts: all\n  tasks:\n    - meta: flush_handlers\n      changed_when: r.changed\n'
  const { told, warnings } = load(text, {})
  expect(told).toEqual([])
  expect(warnings).toEqual([expect.stringMatching(/4:21.*changed_when has no effect on a meta/)])
})

it('a key that is there twice is warned about, and the last one counts', () => {
  const files = { 'roles/r/tasks/main.yml': '- debug: {msg: x}\n  when: a\n  when: b\n' }
  expect(load('- hosts: all\n  vars: {a: 1}\n  vars: {b: 1}\n  roles: [r]\n', files).warnings).toEqual([
    'site.yml:3:3: the key "vars" is here a second time; line 2 has no effect. Remove one of the two.',
    'roles/r/tasks/main.yml:3:3: the key "when" is here a second time; line 2 has no effect. Remove one of the two.',
  ])
})

it('the docs that messages name come with the package', () => {
  const { files } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  expect(files).toContain('docs')
})
