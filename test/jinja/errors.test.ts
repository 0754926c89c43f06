import { describe, expect, it } from 'vitest'
import { HakubeError, showPlace } from '../../src/errors.ts'
import {
  compileTemplate,
  evaluateCondition,
  renderValue,
  type Environment,
  type Scope,
  UndefinedVariable,
} from '../../src/jinja/index.ts'
import { dict, type Value } from '../../src/value.ts'

const vars = dict({
  vip: '192.0.2.1',
  servers: ['m1', 'm2'],
  hosts: dict({ m1: dict({ address: '192.0.2.11' }) }),
})
const scope: Scope = {
  lookup: (name) => vars.get(name),
  names: () => [...vars.keys()].map(String),
}

interface Told {
  code: string
  place: string
  message: string
  hint?: string
}

function told(run: () => unknown): Told {
  try {
    run()
  } catch (error) {
    if (!(error instanceof HakubeError) || !error.place) throw error
    const { code, message, hint, place } = error
    return { code, place: showPlace(place), message, ...(hint !== undefined && { hint }) }
  }
  throw new Error('nothing was refused')
}

const TEMPLATES: [string, Told][] = [
  [
    '{{ len(servers) }}',
    {
      code: 'undefined-variable',
      place: 't.j2:1:4',
      message: "'len' is undefined",
      hint: 'It is a filter here: write VALUE | length.',
    },
  ],
  [
    '{% for h, v in hosts.items %}{% endfor %}',
    {
      code: 'template-error',
      place: 't.j2:1:22',
      message: "'function' object is not iterable",
      hint: 'Call it: write () behind it.',
    },
  ],
  [
    '{% for h, v, w in hosts %}{% endfor %}',
    {
      code: 'template-error',
      place: 't.j2:1:8',
      message: 'cannot unpack 2 values into 3 names',
      hint: 'A dict gives its keys with their values by .items().',
    },
  ],
  [
    '{% if vip %}a{% else if servers %}b{% endif %}',
    { code: 'template-syntax', place: 't.j2:1:22', message: "unexpected 'if'", hint: 'Write elif.' },
  ],
  [
    'a\nb {{ vpi }}\n',
    {
      code: 'undefined-variable',
      place: 't.j2:2:6',
      message: "'vpi' is undefined",
      hint: 'Did you mean vip?',
    },
  ],
  [
    '{{ hosts.m1.adress }}',
    {
      code: 'undefined-variable',
      place: 't.j2:1:13',
      message: "the dict hosts.m1 has no 'adress'",
      hint: 'Did you mean address?',
    },
  ],
  [
    '{% for k, v in hosts.iteritems() %}{% endfor %}',
    {
      code: 'undefined-variable',
      place: 't.j2:1:22',
      message: "the dict hosts has no 'iteritems'",
      hint: 'Python 3 has it no more: write .items().',
    },
  ],
  [
    '{{ servers[7] }}',
    {
      code: 'undefined-variable',
      place: 't.j2:1:12',
      message: 'the list servers has no 7',
      hint: 'It has 2 elements, counted from 0.',
    },
  ],
  [
    'x\n {{ vip | uper }}',
    {
      code: 'unknown-filter',
      place: 't.j2:2:11',
      message: "there is no filter 'uper'",
      hint: 'Did you mean upper?',
    },
  ],
  [
    "{{ servers | map('uper') | list }}",
    {
      code: 'unknown-filter',
      place: 't.j2:1:18',
      message: "there is no filter 'uper'",
      hint: 'Did you mean upper?',
    },
  ],
  [
    '{% if vip is defind %}{% endif %}',
    {
      code: 'unknown-test',
      place: 't.j2:1:14',
      message: "there is no test 'defind'",
      hint: 'Did you mean defined?',
    },
  ],
  [
    "{{ vip | urlize('a') }}",
    {
      code: 'unknown-filter',
      place: 't.j2:1:10',
      message: "there is no filter 'urlize'",
      hint: 'Write the HTML out.',
    },
  ],
  ...(
    [
      ['vip | failed', 'It is a test: write "is failed" in place of "| failed".'],
      [
        "vip | version_compare('5', '<')",
        'It is a test: write "is version" in place of "| version_compare".',
      ],
      [
        'vip | ansible.builtin.changed',
        'It is a test: write "is changed" in place of "| ansible.builtin.changed".',
      ],
    ] as const
  ).map(([text, hint]): [string, Told] => {
    const [, name = ''] = /\| ([\w.]+)/.exec(text) ?? []
    const message = `there is no filter '${name}'`
    return [`{{ ${text} }}`, { code: 'unknown-filter', place: 't.j2:1:10', message, hint }]
  }),
  [
    'a\n{% for x in servers %}\nb',
    {
      code: 'template-syntax',
      place: 't.j2:2:4',
      message: 'the for is never closed',
      hint: 'It needs {% endfor %} or {% else %}.',
    },
  ],
  [
    '{% for x in servers %}{% endif %}',
    {
      code: 'template-syntax',
      place: 't.j2:1:26',
      message: "unexpected tag 'endif'",
      hint: 'The innermost open tag is for; it needs {% endfor %} or {% else %}.',
    },
  ],
  ['{% esle %}', { code: 'template-syntax', place: 't.j2:1:4', message: "there is no tag 'esle'" }],
  [
    '{{ vip',
    {
      code: 'template-syntax',
      place: 't.j2:1:1',
      message: 'the variable is never closed',
      hint: 'Close it with }}.',
    },
  ],
  [
    "{{ 'vip }}",
    {
      code: 'template-syntax',
      place: 't.j2:1:4',
      message: 'the string is never closed',
      hint: "Close it with '.",
    },
  ],
  ['{{ (vip }}', { code: 'template-syntax', place: 't.j2:1:9', message: "unexpected '}', expected ')'" }],
  ['{{ vip ] }}', { code: 'template-syntax', place: 't.j2:1:8', message: "unexpected ']'" }],
  [
    '{{ vip vip }}',
    {
      code: 'template-syntax',
      place: 't.j2:1:8',
      message: "unexpected 'vip', expected the end of the expression '}}'",
    },
  ],
  [
    '\n{# x',
    {
      code: 'template-syntax',
      place: 't.j2:2:1',
      message: 'the comment is never closed',
      hint: 'Close it with #}.',
    },
  ],
  [
    '#jinja2: trim_blok: True\n',
    {
      code: 'template-syntax',
      place: 't.j2:1',
      message: "the header's 'trim_blok' is not supported",
      hint: 'Did you mean trim_blocks?',
    },
  ],
  [
    '#jinja2: trim_blocks: True\n{{ nope }}',
    { code: 'undefined-variable', place: 't.j2:2:4', message: "'nope' is undefined" },
  ],
  [
    '{{ vip + 1 }}',
    {
      code: 'template-error',
      place: 't.j2:1:8',
      message: "unsupported operand types for +: 'str' and 'int'",
      hint: 'Text does not count as a number: add | int, or join texts with ~.',
    },
  ],
  [
    "{{ vip | replace('a') }}",
    { code: 'template-error', place: 't.j2:1:10', message: "|replace: the argument 'new' is missing" },
  ],
  [
    "{{ servers | sort(atribute='x') }}",
    {
      code: 'template-error',
      place: 't.j2:1:14',
      message: "|sort: unknown argument 'atribute'",
      hint: 'Did you mean attribute?',
    },
  ],
  ['{{ 1 // 0 }}', { code: 'template-error', place: 't.j2:1:6', message: 'division by zero' }],
  [
    "{{ lookup('evn', 'X') }}",
    {
      code: 'unknown-lookup',
      place: 't.j2:1:4',
      message: "there is no lookup 'evn'",
      hint: 'Did you mean env?',
    },
  ],
  [
    '{% include "x.j2" %}',
    {
      code: 'template-not-found',
      place: 't.j2:1:12',
      message: 'there is no template x.j2',
      hint: 'Templates are looked for in templates/ beside the role or playbook, and beside the template.',
    },
  ],
  [
    '{% set a.b = 1 %}',
    {
      code: 'template-error',
      place: 't.j2:1:8',
      message: "cannot assign an attribute on 'a'",
      hint: 'Make it with {% set a = namespace() %} first.',
    },
  ],
]

const environment: Environment = { lookups: new Map([['env', () => []]]) }

describe('mistakes in template files', () => {
  it.each(TEMPLATES)('%j', (text, expected) => {
    expect(told(() => compileTemplate(text, { file: 't.j2' }).render(scope, environment))).toEqual(expected)
  })

  it('show the line, but not one that is too long to help', () => {
    const fail = (text: string) => () => compileTemplate(text, { file: 't.j2' }).render(scope)
    expect(fail('a\n  b {{ nope }}')).toThrow(
      expect.objectContaining({ place: expect.objectContaining({ source: '  b {{ nope }}' }) }),
    )
    const place = (() => {
      try {
        fail(`${'x'.repeat(1000)}{{ nope }}`)()
      } catch (error) {
        return error instanceof HakubeError ? error.place : undefined
      }
    })()
    expect(place).toEqual({ file: 't.j2', line: 1, column: 1004 })
  })

  it('stand in the included file they are in', () => {
    const load = (name: string) => ({ text: '\n\n{{ nope }}', file: `templates/${name}` })
    expect(
      told(() => compileTemplate('{% include "x" %}', { file: 't.j2' }).render(scope, { load })).place,
    ).toBe('templates/x:3:4')
  })
})

describe('mistakes in playbook values', () => {
  const place = { file: 'p.yml', line: 12, column: 11, source: '     url: http://{{ vip }}:{{ prot }}' }

  it('point into the playbook line', () => {
    expect(() => renderValue('http://{{ vip }}:{{ prot }}', place, scope)).toThrow(
      expect.objectContaining({ exitCode: 1, place: { ...place, column: 31 } }),
    )
  })

  it('count further lines of a block from its first one', () => {
    expect(told(() => renderValue('a\n{{ prot }}', { file: 'p.yml', line: 3, column: 9 }, scope)).place).toBe(
      'p.yml:4:4',
    )
  })

  it('are found in conditions', () => {
    expect(told(() => evaluateCondition('vip ==', place, scope))).toMatchObject({
      code: 'template-syntax',
      place: 'p.yml:12:17',
    })
    expect(told(() => evaluateCondition('vpi == 1', place, scope)).hint).toBe('Did you mean vip?')
  })

  it('name the other kind of quote where a backslash cannot escape one', () => {
    expect(told(() => renderValue(String.raw`{{ 'it\'s' }}`, place, scope)).hint).toContain(
      'other kind of quote',
    )
  })
})

describe('what a scope throws', () => {
  class Pending extends Error {}

  it('passes through untouched', () => {
    const pending: Scope = {
      lookup: () => {
        throw new Pending('not yet')
      },
    }
    expect(() => renderValue('{{ a | default(1) }}', { file: 'p.yml' }, pending)).toThrow(Pending)
    expect(() => evaluateCondition('a is defined', { file: 'p.yml' }, pending)).toThrow(Pending)
  })

  const cause = new UndefinedVariable("'deep' is undefined", {
    code: 'undefined-variable',
    place: { file: 'vars.yml', line: 4, column: 9 },
  })
  const broken: Scope = {
    lookup: () => {
      throw cause
    },
  }

  it('makes a variable undefined when something in its own template is', () => {
    const render = (text: string): Value => renderValue(text, { file: 'p.yml' }, broken)
    expect(render("{{ a | default('x') }}")).toBe('x')
    expect(render('{{ a is defined }}')).toBe(false)
    expect(render("{{ a.b.c | default('x') }}")).toBe('x')
  })

  it('is told with the place in that template, and where it was read', () => {
    expect(told(() => renderValue('\n {{ a }}', { file: 'p.yml', line: 7 }, broken))).toMatchObject({
      place: 'vars.yml:4:9',
      hint: 'Read as a at p.yml:8:5',
    })
  })

  it('is told with all the variables it was read through', () => {
    const texts = new Map([
      ['a', '{{ b.c | upper }}'],
      ['b', '{{ 1 + "x" }}'],
    ])
    const through: Scope = {
      lookup: (name) => renderValue(texts.get(name) ?? '', { file: `${name}.yml`, line: 1 }, through),
    }
    const error = told(() => renderValue('{{ a }}', { file: 'p.yml', line: 9 }, through))
    expect(error.place).toBe('b.yml:1:6')
    expect(error.hint).toMatch(/^Text does not count .* Read as b at a\.yml:1:4 <- a at p\.yml:9:4$/)
  })

  it('claims no column where only the line is known', () => {
    const place = { file: 'vars.yml', line: 3, column: 0, source: 'x: |' }
    expect(told(() => renderValue('{{ nope }}', place, broken)).place).toBe('vars.yml:4:9')
    expect(told(() => renderValue('{{ 1 / 0 }}', place, broken)).place).toBe('vars.yml:3')
  })
})
