import { describe, expect, it } from 'vitest'
import {
  checkCondition,
  checkExpression,
  checkTemplate,
  checkValue,
  freeVariables,
} from '../../src/jinja/index.ts'

const PLACE = { file: 'p.yml', line: 1, column: 1 }
const lookups = new Set(['env'])

describe('checks before anything runs', () => {
  it('find nothing wrong in what is right', () => {
    expect(
      checkTemplate('#jinja2: lstrip_blocks: True\n{% if a %}{{ b | upper }}{% endif %}', 't.j2'),
    ).toEqual([])
    expect(checkValue("{{ lookup('env', 'A') | default('x') }}", PLACE, { lookups })).toEqual([])
    expect(checkValue('no template | nosuch', PLACE)).toEqual([])
    expect(checkCondition('', PLACE)).toEqual([])
    expect(checkCondition('a is defined and {{ b }}', PLACE)).toEqual([])
  })

  it.each([
    ['template-syntax', () => checkTemplate('{% if a %}', 't.j2')],
    ['unknown-filter', () => checkTemplate('{% if false %}{{ a | nosuch }}{% endif %}', 't.j2')],
    ['unknown-filter', () => checkExpression("a | map('nosuch')", PLACE)],
    ['unknown-test', () => checkCondition('a is nosuch', PLACE)],
    ['unknown-test', () => checkExpression("a | selectattr('x', 'nosuch')", PLACE)],
    ['unknown-lookup', () => checkValue("{{ lookup('evn', 'A') }}", PLACE, { lookups })],
    ['unknown-lookup', () => checkValue("{{ query('evn', 'A') }}", PLACE, { lookups })],
    ['template-syntax', () => checkCondition('a ==', PLACE)],
  ])('find an error %s', (code, check) => {
    expect(check().map((error) => error.code)).toEqual([code])
  })
})

describe('free variables', () => {
  it.each([
    ['{{ a.b | default(c) }} {{ a }}', ['a', 'c']],
    ['{% for x in xs %}{{ x.y }}{{ loop.index }}{{ z }}{% endfor %}', ['xs', 'z']],
    ['{% set q = w %}{{ q }}{{ range(3) }}', ['w']],
    ['{% macro m(p, o=d) %}{{ p }}{{ o }}{% endmacro %}{{ m(e) }}', ['d', 'e']],
    ['plain a', []],
  ])('%j', (text, names) => expect(freeVariables(text, PLACE)).toEqual(names))

  it('of bare expressions', () => {
    expect(freeVariables('a.b == c[d] and e is version(g)', PLACE, { bare: true })).toEqual([
      'a',
      'c',
      'd',
      'e',
      'g',
    ])
  })
})
