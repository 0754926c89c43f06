import { describe, expect, it } from 'vitest'
import { compileTemplate, type Environment, type Scope, str } from '../../src/jinja/index.ts'
import { dict, type Key, type Value } from '../../src/value.ts'

const list = ['m1', 'm2']
const entry = dict({ a: 1 })
const vars = dict({ list, port: 6443, entry })
const scope: Scope = { lookup: (name) => vars.get(name) }

function render(text: string, files: Record<string, string> = {}, environment: Environment = {}): string {
  const load: Environment['load'] = (name) => {
    const found = files[name]
    return found === undefined ? undefined : { text: found, file: name }
  }
  return compileTemplate(text, { file: 't.j2' }).render(scope, { load, ...environment })
}

describe('other templates', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['include sees the variables', 'a {% include "x" %} b', { x: '{{ port }}\n' }, 'a 6443 b'],
    [
      'and the loop, where its body names it',
      '{% for n in list %}{{ "-" if loop.first }}{% include "x" %}{% endfor %}',
      { x: '{{ n }}{{ loop.index }} ' },
      '-m11 m22 ',
    ],
    [
      'without context it does not',
      '{% include "x" without context %}',
      { x: '{{ port is defined }}' },
      'False',
    ],
    ['what it sets stays there', '{% include "x" %}{{ y is defined }}', { x: '{% set y = 1 %}' }, 'False'],
    ['the first of several that is there', '{% include ["q", "x"] %}', { x: 'x' }, 'x'],
    ['may be missing', '[{% include "q" ignore missing %}]', {}, '[]'],
    ['by a computed name', '{% include "x" ~ 1 %}', { x1: 'one' }, 'one'],
    [
      'import',
      '{% import "m" as m %}{{ m.f(1) }}{{ m.v }}',
      { m: '{% macro f(a) %}<{{ a }}>{% endmacro %}{% set v = 2 %}' },
      '<1>2',
    ],
    [
      'import sees no variables',
      '{% import "m" as m %}{{ m.f() }}',
      { m: '{% macro f() %}{{ port is defined }}{% endmacro %}' },
      'False',
    ],
    [
      'unless asked to',
      '{% import "m" as m with context %}{{ m.f() }}',
      { m: '{% macro f() %}{{ port }}{% endmacro %}' },
      '6443',
    ],
    [
      'from',
      '{% from "m" import f, g as h %}{{ f() }}{{ h() }}',
      { m: '{% macro f() %}F{% endmacro %}{% macro g() %}G{% endmacro %}' },
      'FG',
    ],
    [
      'extends',
      '{% extends "b" %}x{% block one %}1{{ super() }}{% endblock %}',
      { b: '[{% block one %}base{% endblock %}{% block two %}2{% endblock %}]' },
      '[1base2]',
    ],
    [
      'a header in an included file is text, as in Ansible',
      '{% include "x" %}',
      { x: '#jinja2: trim_blocks: False\n{{ port }}' },
      '#jinja2: trim_blocks: False\n6443',
    ],
  ])('%s', (_title, text, files, expected) => {
    expect(render(text, files)).toBe(expected)
  })

  it('report a name that is not there to import when it is used', () => {
    expect(() => render('{% from "m" import f %}{{ f() }}', { m: '' })).toThrow("m has no 'f' to import")
  })
})

describe('changing lists and dicts in place', () => {
  it('changes only this render', () => {
    expect(render('{% set _ = list.append("m3") %}{{ list | length }}')).toBe('3')
    expect(render('{{ entry.update({"b": 2}) }}{{ entry }}')).toBe("{'a': 1, 'b': 2}")
    expect(list).toEqual(['m1', 'm2'])
    expect([...entry.keys()]).toEqual(['a'])
  })
})

describe('dicts that make their values on demand', () => {
  class Lazy extends Map<Key, Value> {
    readonly asked: Key[] = []
    override has(key: Key): boolean {
      return key !== 'absent'
    }
    override get(key: Key): Value {
      this.asked.push(key)
      return `v-${String(key)}`
    }
    override get size(): number {
      throw new Error('counted')
    }
    override keys(): MapIterator<Key> {
      throw new Error('listed')
    }
    override [Symbol.iterator](): MapIterator<[Key, Value]> {
      throw new Error('copied')
    }
  }

  it('are asked for the one key that is read', () => {
    const lazy = new Lazy()
    const text = '{{ h.a }} {{ h["b"] }} {{ h.get("c") }} {{ h.absent | default("d") }} {{ "e" in h }}'
    const out = compileTemplate(text, { file: 't' }).render({
      lookup: (name) => (name === 'h' ? lazy : undefined),
    })
    expect(out).toBe('v-a v-b v-c d True')
    expect(lazy.asked).toEqual(['a', 'b', 'c'])
  })
})

describe('templates that would not end', () => {
  it.each([
    ['{% for i in range(100000000) %}{% endfor %}'],
    ['{% for i in range(3000) %}{% for j in range(3000) %}{% endfor %}{% endfor %}'],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
    ['{% include "self" %}'],
    ['{{ "x" * 1000000000 }}'],
    ['{{ [1] * 1000000000 }}'],
    ['{{ 10 ** (10 ** 10) }}'],
    ['{{ "%1000000000d" % 1 }}'],
    ['{{ "{:>1000000000}".format(1) }}'],
    ['{{ "x".center(1000000000) }}'],
    ['{{ range(1000) | product(repeat=9) }}'],
  ])('are stopped: %.60s', (text) => {
    const environment = { limits: { steps: 200_000 } }
    expect(() => render(text, { self: '{% include "self" %}' }, environment)).toThrow(
      expect.objectContaining({ code: 'template-limit', exitCode: 1 }),
    )
  })

  it('are refused when nested absurdly', () => {
    expect(() => render(`{{ ${'('.repeat(9999)}1${')'.repeat(9999)} }}`)).toThrow('nested too deeply')
    expect(() => render(`{{ ${'1+'.repeat(9999)}1 }}`)).toThrow('too many operators in a row')
    expect(() => render(`{{ x${'.y'.repeat(9999)} }}`)).toThrow('too many operators in a row')
    expect(() => render(`{{ ${'not '.repeat(9999)}1 }}`)).toThrow('nested too deeply')
  })
})

describe("JavaScript's own objects", () => {
  it.each([
    'vip.constructor',
    'list.__proto__',
    '[].map',
    '{}.hasOwnProperty',
    '"".__class__',
    'list.length',
  ])('are out of reach: %s', (text) =>
    expect(() => render(`{{ ${text} }}`)).toThrow(expect.objectContaining({ code: 'undefined-variable' })),
  )

  it('do not stand behind unknown names', () => {
    for (const text of [
      '{{ 1 | constructor }}',
      '{{ 1 is toString }}',
      '{% constructor %}',
      '{{ constructor }}',
    ]) {
      expect(() => render(text)).toThrow(
        expect.objectContaining({ name: expect.stringMatching(/Hakube|Undefined/) }),
      )
    }
    expect(render('{{ dict(__proto__=1).__proto__ }}')).toBe('1')
  })
})

describe('the environment', () => {
  it('is where time and chance come from, and nowhere else', () => {
    const now = () => new Date(Date.UTC(2024, 0, 31, 23, 30))
    expect(render("{{ now(fmt='%Y-%m-%d %H:%M') }}", {}, { now, utcOffset: () => 60 })).toBe(
      '2024-02-01 00:30',
    )
    expect(render("{{ now(utc=true).strftime('%H:%M %z') }}", {}, { now, utcOffset: () => 60 })).toBe(
      '23:30 ',
    )
    expect(render('{{ 10 | random }}', {}, { random: () => 0.55 })).toBe('5')
    expect(() => render('{{ now() }}')).toThrow('time is not available')
    expect(() => render('{{ 10 | random }}')).toThrow('random numbers are not available')
    expect(() => render("{{ '/etc' is directory }}")).toThrow('cannot be looked at')
  })

  it('brings lookups with it', () => {
    const lookups = new Map([['env', (terms: Value[]) => terms.map((term) => `<${str(term)}>`)]])
    expect(
      render("{{ lookup('env', 'A', 'B') }} {{ query('ansible.builtin.env', 'A') }}", {}, { lookups }),
    ).toBe("<A>,<B> ['<A>']")
  })
})
