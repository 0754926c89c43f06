import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { FILTERS } from '../../src/jinja/filters/index.ts'
import { compileTemplate, type Environment } from '../../src/jinja/index.ts'
import { TESTS } from '../../src/jinja/tests.ts'
import { searching } from '../../src/jinja/watchdog.ts'
import { dict } from '../../src/value.ts'

const vars = dict({ s: 'text', l: [3, 1, 2], d: dict({ a: 1, b: [1, dict({ c: 2 })] }), n: null, i: 42 })
const scope = { lookup: (name: string) => vars.get(name), names: () => [...vars.keys()].map(String) }
const environment: Environment = {
  now: () => new Date(0),
  random: () => 0.5,
  home: '/root',
  stat: () => undefined,
  isLink: () => false,
  realpath: (path) => path,
  variable: () => undefined,
  load: (name) => (name === 'self' ? { text: '{% include "self" %}', file: name } : undefined),
}

function render(text: string, limits: Environment['limits'] = {}): string {
  return compileTemplate(text, { file: 't.j2' }).render(scope, { ...environment, limits })
}

describe('what JavaScript and Python have behind their values', () => {
  it.each([
    "''.__class__.__mro__",
    's.constructor',
    "s['constructor']",
    "l['__proto__']",
    'd.__proto__',
    "d['__proto__']",
    "s | attr('constructor')",
    "d | attr('a')",
    "l | map(attribute='constructor') | list",
    "l | map(attribute='__proto__.constructor') | list",
    "'{0.constructor}'.format(s)",
    "'{0[constructor]}'.format(s)",
    "'{0.__class__}'.format(s)",
    "'%(constructor)s' % d",
    "lookup('constructor')",
    "lookup('__proto__')",
    '1 | constructor',
    '1 is constructor',
    "l | map('constructor') | list",
    "l | select('constructor') | list",
    'constructor',
    'process',
    'globalThis',
    "require('fs')",
    'self.constructor',
    'namespace().constructor',
    "cycler('a').constructor",
    'cycler.__init__.__globals__',
    'range(3).constructor',
    'd.items().constructor',
    'now().constructor',
    's.encode().constructor',
  ])('is out of reach: %s', (text) => expect(() => render(`{{ ${text} }}`)).toThrow(HakubeError))

  it.each([
    ["d | json_query('constructor') is none", 'True'],
    ["d | json_query('__proto__') is none", 'True'],
    ["l | json_query('length') is none", 'True'],
    ["{'__proto__': 1}", "{'__proto__': 1}"],
    ["({'__proto__': {'a': 1}} | combine({'__proto__': {'b': 2}}, recursive=true)).b is defined", 'False'],
    ['(\'{"__proto__": {"x": 1}}\' | from_json).x is defined', 'False'],
    ["({'__proto__': {'x': 1}} | json_query('@')).x is defined", 'False'],
    ["('__proto__: {x: 1}' | from_yaml).x is defined", 'False'],
    ['namespace(__proto__=1).__proto__', '1'],
  ])('is only a key where it is one: %s', (text, expected) => expect(render(`{{ ${text} }}`)).toBe(expected))
})

describe('what would take all memory or time', () => {
  const quick = { steps: 200_000, size: 2_000_000 }
  it.each([
    '{{ range(10**9) | list }}',
    '{% for i in range(10**9) %}{% endfor %}',
    "{{ 'a' * 10**10 }}",
    '{{ [1] * 10**9 }}',
    '{{ 10**(10**10) }}',
    '{{ 2**1000000 }}',
    '{% set ns = namespace(x=2) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x }}',
    "{% set ns = namespace(x='x') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    '{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
    '{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}',
    '{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | to_json }}',
    '{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | to_yaml }}',
    '{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | flatten }}',
    '{% set x = [1] %}{% set _ = x.append(x) %}{{ x }}',
    '{% set x = [1] %}{% set _ = x.append(x) %}{{ x | to_json }}',
    '{% set x = [1] %}{% set _ = x.append(x) %}{{ x | to_nice_yaml }}',
    '{% set x = [1] %}{% set _ = x.append(x) %}{{ x | flatten }}',
    "{{ 'a' | center(10**9) }}",
    "{{ 'a'.ljust(10**10) }}",
    "{{ 'a'.zfill(10**9) }}",
    "{{ 'x' | indent(10**9) }}",
    String.raw`{{ '\t'.expandtabs(10**10) }}`,
    "{{ 'x' | comment(prefix_count=10**9) }}",
    "{{ l | batch(10**9, 'x') }}",
    '{{ l | slice(10**9) }}',
    '{{ range(100) | permutations | length }}',
    '{{ [] | product(repeat=10**12) | length }}',
    '{{ range(50) | combinations(25) | length }}',
    '{{ range(999) | product(range(999), range(999)) | length }}',
    "{{ '%1000000000s' % 1 }}",
    "{{ '%*d' % (10**9, 1) }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:{w}}'.format(1, w=10**9) }}",
    '{{ d | to_nice_json(indent=10**9) }}',
    "{{ ('x' * 1000000) | regex_replace('', 'y' * 1000) }}",
    "{{ query('nested', range(999) | list, range(999) | list, range(999) | list) | length }}",
    "{{ '::/0' | ansible.utils.usable_range }}",
    '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
    '{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}',
    '{% include "self" %}',
  ])('is stopped: %s', (text) => {
    const start = performance.now()
    expect(() => render(text, quick)).toThrow(
      expect.objectContaining({ code: 'template-limit', exitCode: 1 }),
    )
    expect(performance.now() - start).toBeLessThan(15_000)
  })

  it('is stopped by the clock as well', () => {
    const text = '{% for i in range(1000000) %}{{ i }}{% endfor %}'
    expect(() => render(text, { time: 20 })).toThrow('it takes too long')
  })

  it.each([
    ['{{ [1, 2] | permutations(10**18) | list }}', '[]'],
    ['{{ [1, 2] | combinations(10**18) | list }}', '[]'],
  ])('is nothing at once: %s', (text, shown) => expect(render(text)).toBe(shown))

  it.each(['(a+)+$', '(a|a)*b', '(x+x+)+y'])('is given up: %s', (source) => {
    const pattern = new RegExp(source, 'u')
    const text = `${'a'.repeat(40)}${'x'.repeat(60)}!`
    expect(() => searching(pattern, text.length, () => pattern.exec(text), 100)).toThrow(
      'takes more than 0.1 seconds',
    )
  })

  it('does not keep a search that is over', () => {
    expect(searching(/(b)+/, 100, () => /(b)+/.exec(`${'a'.repeat(99)}b`)?.index)).toBe(99)
    expect(() =>
      searching(/(b)+/, 100, () => {
        throw new TypeError('own')
      }),
    ).toThrow('own')
  })
})

describe('any filter, test and method with any arguments', () => {
  const atoms =
    String.raw`s l d n i nope '' 'a_b' [] {} () 0 -1 7 2.5 10**18 10**400 true none '%s_%d' '{}{x}' '(\w+)'
    '192.0.2.1/24' '2001:db8::1' 'a' '1.2.3' 'a=1' range(5) d.items() d.keys() [[1,2],[3]] [{"a":1},{"a":2}] "[1," now()
    'é😀' 1e308`.split(/\s+/)
  const atom = fc.constantFrom(...atoms)
  const args = fc.array(atom, { maxLength: 3 }).map((all) => all.join(', '))
  const methods = fc.constantFrom(
    ...'append extend insert pop remove sort reverse index count get items keys update setdefault split rsplit'.split(
      ' ',
    ),
    ...'join replace format format_map translate zfill center ljust strip find partition startswith encode'.split(
      ' ',
    ),
  )
  const call = fc.oneof(
    fc.tuple(fc.constantFrom(...FILTERS.keys()), args).map(
      ([name, given]) =>
        (of: string) =>
          `(${of}) | ${name}(${given})`,
    ),
    fc.tuple(fc.constantFrom(...[...TESTS.keys()].filter((name) => /^\w+$/.test(name))), args).map(
      ([name, given]) =>
        (of: string) =>
          `(${of}) is ${name}(${given})`,
    ),
    fc.tuple(methods, args).map(
      ([name, given]) =>
        (of: string) =>
          `(${of}).${name}(${given})`,
    ),
    fc.tuple(fc.constantFrom('+', '-', '*', '/', '//', '%', '**', '~', '<', '==', 'in', 'and'), atom).map(
      ([operator, other]) =>
        (of: string) =>
          `(${of}) ${operator} (${other})`,
    ),
    fc.tuple(atom, atom).map(
      ([from, to]) =>
        (of: string) =>
          `(${of})[${from}:${to}]`,
    ),
  )
  const expressions = fc.tuple(atom, fc.array(call, { minLength: 1, maxLength: 3 })).map(([start, calls]) => {
    return calls.reduce((of, next) => next(of), start)
  })

  it('gives a text or one of our errors with a place, and that soon', () => {
    fc.assert(
      fc.property(expressions, (text) => {
        const start = performance.now()
        try {
          render(`{{ ${text} }}`, { steps: 20_000, size: 100_000 })
        } catch (error) {
          if (!(error instanceof HakubeError)) throw error
          expect(error.place?.file).toBeDefined()
        }
        expect(performance.now() - start).toBeLessThan(10_000)
      }),
      { numRuns: 6000 },
    )
  }, 120_000)
})
