import { describe, expect, it } from 'vitest'
import { evaluateCondition, isTemplate, OMIT, renderValue } from '../../src/jinja/index.ts'
import { dict, Float, type Value } from '../../src/value.ts'
import { lazyScope, PLACE } from './scope.ts'

const scope = lazyScope(
  dict({
    vip: '192.0.2.1',
    port: 6443,
    flag: true,
    off: false,
    nothing: null,
    names: ['m1', 'm2'],
    entry: dict({ b: 1, a: ['x'] }),
    nested: '{{ vip }}:{{ port }}',
    truth: 'port > 1',
  }),
)

// Strings and lists as ansible-core 2.14 answers; single values keep their type, as with its native types.
const VALUES: [string, Value][] = [
  ['plain', 'plain'],
  ['{{ port }}', 6443],
  ['{{ flag }}', true],
  ['{{ nothing }}', null],
  ['{{ names }}', ['m1', 'm2']],
  ['{{ names }}\n', ['m1', 'm2']],
  ['{{ vip }}\n', '192.0.2.1\n'],
  ['{{ vip }}\n\n', '192.0.2.1\n\n'],
  ['{{ vip }} {{ port }}', '192.0.2.1 6443'],
  ['x: {{ nothing }}', 'x: '],
  ['a{{ [1] }}', 'a[1]'],
  ['[{{ 1 }}, 2]', [1, 2]],
  ["{{ '[1,2]' }}", [1, 2]],
  ["{{ '[01]' }}", '[01]'],
  ["{{ '[none]' }}", '[none]'],
  ["{{ '[null, true]' }}", [null, true]],
  ["{'a': {{ port }}}", dict({ a: 6443 })],
  ['{"a": {{ flag | to_json }}}', dict({ a: true })],
  ["[{{ names | join(', ') }}]", '[m1, m2]'],
  ['[\'{{ vip }}\', "x"]', ['192.0.2.1', 'x']],
  ['{{ names | to_json }}', '["m1", "m2"]'],
  ['[1, 2', '[1, 2'],
  ['{% if flag %}[1]{% endif %}', [1]],
  ['[{% for n in names %}{{ loop.index }},{% endfor %}]', [1, 2]],
  ["{{ '\\d+' }}", '\\d+'],
  ["a\\d {{ '\\d' }} \\n", 'a\\d \\d \\n'],
  ["{% set x = '\\n' %}{{ x }}x", '\nx'],
  ['{{ \'[1.0, 1e3, 0x1f, (1,), u"x"]\' }}', [new Float(1), new Float(1000), 31, [1], 'x']],
  ['{# c #}', ''],
  ['  {{ names }}', "  ['m1', 'm2']"],
  ['{{ nested }}', '192.0.2.1:6443'],
  ["{{ 'a' if off }}", ''],
  [
    '{{ entry.items() }}',
    [
      ['b', 1],
      ['a', ['x']],
    ],
  ],
  ['{{ range(3) }}', [0, 1, 2]],
]

describe('playbook values', () => {
  it.each(VALUES)('%j', (text, expected) => {
    expect(renderValue(text, PLACE, scope)).toStrictEqual(expected)
  })

  it('hand out the omit marker as it is, which no text can equal by chance', () => {
    const omitting = { lookup: (name: string) => (name === 'omit' ? OMIT : undefined) }
    expect(renderValue('{{ missing | default(omit) }}', PLACE, omitting)).toBe(OMIT)
    expect(OMIT).toContain('\u0000')
  })

  it('refuse to hand out what only lives in a template', () => {
    expect(() => renderValue('{{ namespace() }}', PLACE, scope)).toThrow('no value to keep')
    expect(() => renderValue('{{ vip.split }}', PLACE, scope)).toThrow('no value to keep')
    expect(() => renderValue('{{ [missing] }}', PLACE, scope)).toThrow("'missing' is undefined")
  })

  it('know what is a template', () => {
    expect(['a', '{ {', '{{ a }}', '{% a', '{# b'].map(isTemplate)).toEqual([false, false, true, true, true])
  })
})

describe('conditions', () => {
  it.each<[string, boolean]>([
    ['flag', true],
    ['not flag', false],
    ['port == 6443 and vip is defined', true],
    ["vip is match('192\\.0')", true],
    ["'yes'", true],
    ["''", false],
    ['', false],
    ['names', true],
    ['nothing', false],
    ['{{ flag }}', true],
    ['{{ truth }}', true],
    ['missing is defined', false],
    ['port == 1 or\n  names | length > 1', true],
  ])('%j', (text, expected) => {
    expect(evaluateCondition(text, PLACE, scope)).toBe(expected)
  })

  it('are errors when they are undefined', () => {
    expect(() => evaluateCondition('missing', PLACE, scope)).toThrow("'missing' is undefined")
  })
})
