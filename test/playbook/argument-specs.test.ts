import { describe, expect, it } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import { runLocal } from '../support/run-local.ts'
import { debug, head, ONE, said, told } from './support.ts'

/** What is specified of x, what x is (nothing: not defined), and what is said of it where it is wrong. */
const CASES: { spec: string; x?: string; wrong?: RegExp }[] = [
  { spec: '{required: true}', wrong: /^x is required$/ },
  { spec: '{required: true, description: [What it is., More.]}', wrong: /^x is required: What it is\.$/ },
  { spec: '{required: true}', x: 'null' },
  { spec: '{required: false}' },
  { spec: '{}', x: '[1]' },
  { spec: '{type: str}', x: '5' },
  { spec: '{type: int}', x: '5' },
  { spec: '{type: int}', x: '"5"' },
  { spec: '{type: int}', x: 'true' },
  { spec: '{type: int}', x: '"5.0"', wrong: /^x must be a whole number, not "5\.0"$/ },
  { spec: '{type: int}', x: '5.5', wrong: /^x must be a whole number, not 5\.5$/ },
  { spec: '{type: int}', x: '[]', wrong: /^x must be a whole number, not \[\]$/ },
  { spec: '{type: float}', x: '"1e3"' },
  { spec: '{type: float}', x: 'abc', wrong: /^x must be a number, not "abc"$/ },
  { spec: '{type: bool}', x: '"On"' },
  { spec: '{type: bool}', x: '1' },
  { spec: '{type: bool}', x: '2', wrong: /^x must be yes or no, not 2$/ },
  { spec: '{type: bool}', x: '{}', wrong: /^x must be yes or no, not \{\}$/ },
  { spec: '{type: path}', x: '~/x' },
  { spec: '{type: raw}', x: '{a: [1]}' },
  { spec: '{type: list}', x: 'a' },
  { spec: '{type: list}', x: '{a: 1}', wrong: /^x must be a list, not \{'a': 1\}$/ },
  { spec: '{type: list, elements: int}', x: '"1,2"' },
  {
    spec: '{type: list, elements: int}',
    x: '[1, b, c]',
    wrong: /^x\[1\] must be a whole number, not "b"\nx\[2\] must/,
  },
  { spec: '{type: str, elements: int}', x: '1', wrong: /^x: elements belong to the type list only$/ },
  { spec: '{type: dict}', x: '"a=1, b=2"' },
  { spec: '{type: dict}', x: `'{"a": 1}'` },
  { spec: '{type: dict}', x: 'a', wrong: /^x must be a mapping, not "a"$/ },
  { spec: '{type: dict}', x: '[1]', wrong: /^x must be a mapping, not \[1\]$/ },
  { spec: '{type: json}', x: '{a: 1}' },
  { spec: '{type: json}', x: '5', wrong: /^x must be JSON, not 5$/ },
  { spec: '{type: bytes}', x: '10M' },
  { spec: '{type: bytes}', x: '10X', wrong: /^x must be a size such as 10M, not "10X"$/ },
  { spec: '{type: bits}', x: '10Mb' },
  { spec: '{type: string}', x: 'a', wrong: /has the type string, which there is not: write str$/ },
  { spec: '{choices: [a, b]}', x: 'a' },
  {
    spec: '{choices: [stacked, pair]}',
    x: 'paar',
    wrong: /^x must be one of stacked, pair, not "paar": did you mean "pair"\?$/,
  },
  { spec: '{type: int, choices: [1, 2]}', x: '"2"' },
  {
    spec: '{type: list, elements: str, choices: [a, b]}',
    x: '[a, c]',
    wrong: /^x must be one of a, b, not "c"$/,
  },
  { spec: "{choices: ['yes', 'no']}", x: 'yes' },
  { spec: '{choices: [yes, no]}', x: 'yes' },
  {
    spec: '{no_log: true, type: int}',
    x: 'geheim',
    wrong: /^x must be a whole number, not \(hidden by no_log\)$/,
  },
  { spec: '{type: int, default: abc}', wrong: /^x must be a whole number, not "abc"$/ },
  {
    spec: '{type: dict, options: {a: {required: true}, b: {type: int}}}',
    x: '{b: c}',
    wrong: /^x\.a is required\nx\.b must be a whole number, not "c"$/,
  },
  {
    spec: '{type: dict, options: {port: {}}}',
    x: '{prot: 1}',
    wrong: /^x\.prot is no argument: did you mean "port"\?$/,
  },
  { spec: '{type: dict, options: {a: {aliases: [b], required: true}}}', x: '{b: 1}' },
  {
    spec: '{type: list, elements: dict, options: {a: {type: int}}}',
    x: '[{a: 1}, {a: b}]',
    wrong: /^x\[1\]\.a must be a whole number, not "b"$/,
  },
  {
    spec: '{type: dict, options: {a: {type: list, elements: dict, options: {b: {required: true}}}}}',
    x: '{a: [{b: 1}, {}]}',
    wrong: /^x\.a\[1\]\.b is required$/,
  },
  { spec: '{type: dict, apply_defaults: true, options: {a: {required: true}}}', wrong: /^x\.a is required$/ },
  { spec: '{type: dict, options: {a: {required: true}}}' },
  {
    spec: '{type: dict, options: {a: {}, b: {}}, mutually_exclusive: [[a, b]]}',
    x: '{a: 1, b: 2}',
    wrong: /^x may have only one of a, b$/,
  },
  { spec: '{type: dict, options: {a: {default: 1}, b: {}}, mutually_exclusive: [[a, b]]}', x: '{b: 2}' },
  {
    spec: '{type: dict, options: {a: {}, b: {}}, required_together: [[a, b]]}',
    x: '{a: 1}',
    wrong: /^x needs b, too: a, b belong together$/,
  },
  {
    spec: '{type: dict, options: {a: {}, b: {}}, required_one_of: [[a, b]]}',
    x: '{}',
    wrong: /^x needs one of a, b$/,
  },
  { spec: '{type: dict, options: {a: {default: 1}, b: {}}, required_one_of: [[a, b]]}', x: '{}' },
  { spec: '{type: dict, options: {a: {}, b: {}}, required_if: [[a, on, [b]]]}', x: '{a: "on"}' },
  {
    spec: '{type: dict, options: {a: {}, b: {}}, required_if: [[a, x, [b]]]}',
    x: '{a: x}',
    wrong: /^x needs b where a is x$/,
  },
  {
    spec: '{type: dict, options: {a: {}, b: {}, c: {}}, required_if: [[a, x, [b, c], true]]}',
    x: '{a: x, c: 1}',
  },
  {
    spec: '{type: dict, options: {a: {}, b: {}, c: {}}, required_if: [[a, x, [b, c], true]]}',
    x: '{a: x}',
    wrong: /^x needs one of b, c where a is x$/,
  },
  {
    spec: '{type: dict, options: {a: {}, b: {}}, required_by: {a: b}}',
    x: '{a: 1}',
    wrong: /^x needs b beside a$/,
  },
]

describe('validate_argument_spec', () => {
  it('finds the same arguments wrong as Ansible, and says what is wrong', async () => {
    const tasks = CASES.map(({ spec, x }, index) => {
      const vars = x === undefined ? '' : `      vars: {x: ${x}}\n`
      return `    - validate_argument_spec: {argument_spec: {x: ${spec}}}\n${vars}      register: r${index}\n      ignore_errors: true\n    - debug: {msg: "{{ r${index} is failed }}"}\n`
    })
    const playbook = `${head}  tasks:\n${tasks.join('')}`
    const answers = await said(playbook, {})
    expect(CASES.map(({ spec, x }, index) => `${spec} ${x}: ${answers[index]}`)).toEqual(
      CASES.map(({ spec, x, wrong }) => `${spec} ${x}: ${wrong ? 'True' : 'False'}`),
    )
    const { outcomes } = await runLocal(playbook, { inventory: ONE })
    const found = outcomes.filter(({ module }) => module === 'validate_argument_spec')
    for (const [index, { wrong, spec }] of CASES.entries()) {
      const errors = found[index]?.result['argument_errors']
      if (wrong)
        expect(Array.isArray(errors) ? errors.map((one) => str(one)).join('\n') : '', spec).toMatch(wrong)
    }
  })
})

describe('argument_specs of a role', () => {
  const specs = `argument_specs:
  main:
    short_description: The main one
    options:
      size: {type: int, required: true}
      mode: {choices: [a, b], default: a}
  other:
    options:
      name: {required: true}
`
  const files = {
    'roles/r/meta/argument_specs.yml': specs,
    'roles/r/tasks/main.yml': debug("{{ size }} {{ mode | default('no default') }}"),
    'roles/r/tasks/other.yml': debug('{{ name }}'),
  }

  it('are checked before its tasks, by entry point, from wherever the variables come', async () => {
    expect(
      await said(
        `${head}  vars: {size: 1}\n  roles: [r, {role: r, size: 2}, {role: r, vars: {size: 3, mode: b}}]\n`,
        files,
      ),
    ).toEqual(['3 b', '2 b', '3 b'])
    const playbook = `${head}  tasks:
    - include_role: {name: r, tasks_from: other}
      vars: {name: included}
    - import_role: {name: r, tasks_from: other}
      vars: {name: imported}
    - include_role: {name: r, rolespec_validate: false}
      vars: {size: not checked}
    - import_role: {name: r, rolespec_validate: no}
      vars: {size: nor here}
    - block:
        - include_role: {name: r}
      rescue:
        - debug: {msg: "{{ ansible_failed_result.validate_args_context.argument_spec_name }}"}
    - import_role: {name: r, tasks_from: other}
`
    expect(await said(playbook, files)).toEqual([
      'included',
      'imported',
      'not checked no default',
      'nor here no default',
      'main',
      // What an import says, all of the play sees.
      'imported',
    ])
  })

  it('are checked whatever tags are asked for, and not where the role is skipped', async () => {
    const tagged = { tags: { only: ['x'], skip: [] } }
    const done = await runLocal(`${head}  roles: [r]\n`, { inventory: ONE, files, ...tagged })
    expect(told(done.errors)).toMatch(/size is required/)
    expect(
      await said(`${head}  roles: [{role: r, when: false}]\n  tasks: [{debug: {msg: skipped}}]\n`, files),
    ).toEqual(['skipped'])
  })

  it('refuse the run before anything is done, all mistakes together', async () => {
    const playbook = `${head}  pre_tasks: [{command: "true"}]\n  roles: [{role: r, size: x, mode: c, siez: 1}]\n`
    const done = await runLocal(playbook, { inventory: ONE, files })
    expect(done.outcomes).toEqual([])
    expect(done.errors.map(({ message }) => message)).toEqual([
      'role r: siez is no argument: did you mean "size"?',
      'role r: size must be a whole number, not "x"',
      'role r: mode must be one of a, b, not "c"',
    ])
    expect(told(done.errors)).toMatch(/argument_specs\.yml:3:5/)
  })

  it('fail the role where the variables come from earlier tasks', async () => {
    const playbook = `${head}  pre_tasks: [{command: echo x, register: made}]\n  roles: [{role: r, size: "{{ made.stdout }}"}]\n`
    const done = await runLocal(playbook, { inventory: ONE, files })
    expect(done.story).toEqual([
      'a command changed',
      "a Validating arguments against arg spec 'main' - The main one failed",
    ])
    expect(done.summary?.exitCode).toBe(2)
  })

  it('may stand in meta/main.yml', async () => {
    const own = { 'roles/s/meta/main.yml': `${specs}galaxy_info: {platforms: [{name: EL}], anything: 1}\n` }
    const done = await runLocal(`${head}  roles: [s]\n`, {
      inventory: ONE,
      files: { ...own, 'roles/s/tasks/main.yml': '' },
    })
    expect(told(done.errors)).toMatch(/role s: size is required/)
  })

  it('have types that there are', async () => {
    const own = {
      'roles/s/meta/argument_specs.yml':
        'argument_specs:\n  main:\n    options:\n      a: {type: string, description: "{{ no template }}"}\n',
    }
    const done = await runLocal(`${head}  roles: [s]\n`, {
      inventory: ONE,
      files: { ...own, 'roles/s/tasks/main.yml': '' },
    })
    expect(told(done.errors)).toMatch(/argument_specs\.yml:4:17 a: there is no type string.*write str/)
  })
})
