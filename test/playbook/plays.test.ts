import { describe, expect, it } from 'vitest'
import { runLocal } from '../support/run-local.ts'
import { debug, head, ONE, said, told } from './support.ts'

const task = (text: string) => `  tasks:\n    ${debug(text)}`

describe('vars_files', () => {
  const cases: {
    name: string
    playbook: string
    files: Record<string, string>
    says: string[]
    extra?: object
  }[] = [
    {
      name: 'the first of several that is there, from vars/ before the playbook’s folder',
      playbook: `${head}  vars_files:\n    - [none.yml, two.yml, one.yml]\n    - three.yml\n${task('{{ x }} {{ y }}')}`,
      files: { 'one.yml': 'x: 1\n', 'two.yml': 'x: 2\n', 'vars/three.yml': 'y: 3\n', 'three.yml': 'y: 4\n' },
      says: ['2 3'],
    },
    {
      name: 'named by variables of the play, of files before, and of the host',
      playbook: `${head}  vars: {p: one, chosen: "{{ p }}"}\n  vars_files: ["{{ chosen }}.yml", "{{ q }}-{{ inventory_hostname }}.yml"]\n${task('{{ x }} {{ y }}')}`,
      files: { 'one.yml': 'x: 1\nq: two\n', 'two-a.yml': 'y: 2\n', 'group_vars/all.yml': 'p: never\n' },
      says: ['1 2'],
    },
    {
      name: 'named by facts',
      playbook: `- hosts: web\n  vars_files: [["{{ ansible_os_family }}x.yml", "vars/{{ ansible_facts.os_family }}.yml"]]\n${task('{{ x }}')}`,
      files: { 'vars/Debian.yml': 'x: debian\n' },
      says: ['debian'],
    },
    {
      name: 'not those whose names nothing says where no facts are gathered',
      playbook: `${head}  vars_files: ["{{ nothing }}.yml", one.yml]\n${task('{{ x }}')}`,
      files: { 'one.yml': 'x: 1\n' },
      says: ['1'],
    },
    {
      name: 'the empty one, too',
      playbook: `${head}  vars_files: [[empty.yml, one.yml]]\n${task("{{ x | default('none') }}")}`,
      files: { 'one.yml': 'x: 1\n', 'empty.yml': '---\n' },
      says: ['none'],
    },
  ]
  it.each(cases)('are $name', async ({ playbook, files, says }) => {
    expect(await said(playbook, files)).toEqual(says)
  })

  const refused: { name: string; play: string; says: RegExp }[] = [
    {
      name: 'that are not there',
      play: '  vars_files: [[a.yml, b.yml]]\n',
      says: /site\.yml:3:17 there is no variables file a\.yml, b\.yml looked for/,
    },
    {
      name: 'that are not there once named',
      play: '  vars: {p: x}\n  vars_files: ["{{ p }}.yml"]\n',
      says: /site\.yml:4:16 there is no variables file x\.yml/,
    },
    {
      name: 'that are no names',
      play: '  vars_files: [{a: b}]\n',
      says: /site\.yml:3:16 vars_files must be text/,
    },
  ]
  it.each(refused)('are refused $name', async ({ play, says }) => {
    const done = await runLocal(`${head}${play}${task('x')}`, { inventory: ONE })
    expect(told(done.errors)).toMatch(says)
  })

  it('are refused where facts are in and do not name them', async () => {
    const playbook = `- hosts: web\n  vars_files: ["{{ nothing }}.yml"]\n${task('x')}`
    const done = await runLocal(playbook, { inventory: ONE })
    expect(told(done.errors)).toMatch(/nothing.*undefined/)
  })
})

describe('keywords of a play may be templates:', () => {
  const cases: { name: string; playbook: string; says: string[]; files?: Record<string, string> }[] = [
    {
      name: 'hosts, of its own variables, its files and groups',
      playbook: `- hosts: "{{ which }}"\n  gather_facts: false\n  vars: {which: "{{ groups[g] }}"}\n  vars_files: [v.yml]\n${task('{{ ansible_play_hosts }}')}`,
      files: { 'v.yml': 'g: web\n' },
      says: ["['a']"],
    },
    {
      name: 'hosts as a list with templates in it',
      playbook: `- hosts: ["{{ which }}", "!b"]\n  gather_facts: false\n  vars: {which: web}\n${task('{{ ansible_play_hosts }}')}`,
      says: ["['a']"],
    },
    {
      name: 'its name',
      playbook: `${head}  name: "of {{ which }}"\n  vars: {which: web}\n${task('{{ ansible_play_name }}')}`,
      says: ['of web'],
    },
    {
      name: 'serial, order, gather_facts and what it lends its tasks',
      playbook: `- hosts: web
  vars: {n: 1, off_: false, o: sorted}
  gather_facts: "{{ off_ }}"
  serial: "{{ n }}"
  order: "{{ o }}"
  become: "{{ off_ }}"
  any_errors_fatal: "{{ off_ }}"
  ignore_errors: "{{ not off_ }}"
  no_log: "{{ off_ }}"
  tasks:
    - command: "false"
      run_once: "{{ off_ }}"
      delegate_to: "{{ inventory_hostname }}"
    - debug: {msg: "{{ ansible_facts }}"}
`,
      says: ['{}'],
    },
  ]
  it.each(cases)('$name', async ({ playbook, files = {}, says }) => {
    expect(await said(playbook, files)).toEqual(says)
  })

  it('its user, by the old name', async () => {
    expect(await said(`${head}  user: somebody\n${task('x')}`, {})).toEqual(['x'])
    const both = await runLocal(`${head}  user: a\n  remote_user: b\n${task('x')}`, { inventory: ONE })
    expect(told(both.errors)).toMatch(/3:9 user and remote_user are the same/)
  })
})

describe('vars_prompt', () => {
  const play = (entry: string) =>
    `${head}  vars: {x: play, other: o}\n  vars_prompt: [${entry}]\n${task('{{ x }}')}`
  it('is its default where nobody can answer, and not asked where -e says it', async () => {
    expect(await said(play('{name: x, default: 5}'), {})).toEqual(['5'])
    expect(await said(play('{name: x, default: yes}'), {})).toEqual(['True'])
    expect(await said(play('{name: x, default: "{{ other }}"}'), {})).toEqual(['o'])
    expect(
      await said(play('{name: x, prompt: "of {{ other }}", default: "{{ other }}", unsafe: true}'), {}),
    ).toEqual(['o'])
    expect(await said(play('{name: x}'), {}, { extra: { x: 'e' } })).toEqual(['e'])
    const alone = play('').replace('[]', '\n    name: x\n    default: 5')
    expect(await said(alone, {})).toEqual(['5'])
    const hash = await said(
      play('{name: x, default: a, encrypt: sha512_crypt, salt: abcdefgh}').replace(
        '{{ x }}',
        '{{ x[:3] }} {{ x | length > 90 }}',
      ),
      {},
    )
    expect(hash).toEqual(['$6$ True'])
  })

  it('asks on a terminal, and takes the answer or the default', async () => {
    const asked: string[] = []
    const ask = (answer: string) => ({
      ask: ({ text }: { text: string }) => {
        asked.push(text)
        return Promise.resolve(answer)
      },
    })
    const heard = async (entry: string, answer: string) => {
      const done = await runLocal(play(entry), { inventory: ONE, ...ask(answer) })
      return [
        ...told(done.errors).split('\n').filter(Boolean),
        ...done.outcomes.map(({ result }) => result['msg']),
      ]
    }
    expect(await heard('{name: x, prompt: Which one}', 'this')).toEqual(['this'])
    expect(await heard('{name: x, default: 5}', '')).toEqual(['5'])
    expect(await heard('{name: x}', '')).toEqual([''])
    expect(await heard('{name: x}', '{{ other }}')).toEqual(['o'])
    expect(await heard('{name: x, unsafe: true, prompt: "of {{ other }}"}', '{{ other }}')).toEqual([
      '{{ other }}',
    ])
    expect(asked).toEqual(['Which one', 'x', 'x', 'x', 'of o'])
  })

  const refused: { name: string; entry: string; says: RegExp }[] = [
    { name: 'without a name', entry: '{prompt: x}', says: /4:17 this entry names no variable/ },
    {
      name: 'with an unknown key',
      entry: '{name: x, pivate: no}',
      says: /pivate is no keyword of an? entry of vars_prompt did you mean "private"/,
    },
    {
      name: 'with another hash',
      entry: '{name: x, encrypt: md5_crypt}',
      says: /md5_crypt is not supported write one of sha512/,
    },
    { name: 'with no truth', entry: '{name: x, private: perhaps}', says: /private must be yes or no/ },
    { name: 'that nobody can answer', entry: '{name: x}', says: /4:24 nobody can be asked for x.*-e x=/ },
  ]
  it.each(refused)('is refused $name', async ({ entry, says }) => {
    const done = await runLocal(play(entry), { inventory: ONE })
    expect(told(done.errors)).toMatch(says)
  })
})

describe('a parameter that is not supported', () => {
  const play = (value: string) =>
    `${head}  tasks:\n    - copy: {content: x, dest: "{{ playbook_dir }}/f", attributes: "${value}"}\n    - debug: {msg: done}\n`
  const of = (value: string, extra = {}) => runLocal(play(value), { inventory: ONE, extra })

  it('may be there where it is omitted', async () => {
    const { errors, outcomes } = await of('{{ type | default(omit) }}')
    expect(told(errors)).toBe('')
    expect(outcomes.map(({ status }) => status)).toEqual(['changed', 'ok'])
  })

  it('is refused before the first change where it is not', async () => {
    for (const [value, extra] of [
      ['{{ type | default(omit) }}', { type: '+i' }],
      ['{{ type }}', { type: '+i' }],
      ['omit', {}],
    ] as const) {
      const { errors, outcomes } = await of(value, extra)
      expect(told(errors)).toMatch(
        /site\.yml:4:68 copy: attributes is not supported write a command task with chattr/,
      )
      expect(outcomes).toEqual([])
    }
  })
})

describe('names that must be known before the run', () => {
  const files = {
    'roles/r/tasks/main.yml': '- import_tasks: "{{ role_path }}/tasks/{{ file }}.yml"\n',
    'roles/r/tasks/one.yml': debug('one'),
    'roles/r/tasks/two.yml': debug('two'),
    'roles/r/defaults/main.yml': 'file: "{{ default }}"\ndefault: one\n',
    'other.yml': `${head}  tasks:\n    - debug: {msg: other}\n`,
  }
  const playbook = `${head}  vars: {which: r}
  roles: ["{{ which }}", {role: "{{ which }}", file: two}]
  tasks:
    - import_role: {name: "{{ which }}", tasks_from: two}
    - import_tasks: "{{ playbook_dir }}/roles/{{ which }}/tasks/one.yml"
    - vars: {here: two}
      block:
        - import_tasks: "roles/r/tasks/{{ here }}.yml"
- import_playbook: "{{ book }}.yml"
`
  it('may use -e and the variables around them', async () => {
    const says = ['one', 'two', 'two', 'one', 'two', 'other']
    expect(await said(playbook, files, { extra: { book: 'other' } })).toEqual(says)
  })

  it('are refused where they hang on more', async () => {
    const done = await runLocal(
      playbook.replace('tasks_from: two}', 'tasks_from: "{{ ansible_os_family }}"}'),
      {
        inventory: ONE,
        files,
      },
    )
    expect(told(done.errors)).toMatch(
      /site\.yml:6:54 tasks_from of import_role must be known before the run.*include_role/,
    )
    expect(told(done.errors)).toMatch(
      /site\.yml:11:20 the name of a playbook must be known before the run: 'book' is undefined/,
    )
  })
})
