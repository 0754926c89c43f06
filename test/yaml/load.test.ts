import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HakubeError, HakubeErrors } from '../../src/errors.ts'
import type { Value } from '../../src/value.ts'
import { Float, dict, float, isDict } from '../../src/value.ts'
import type { Warning } from '../../src/yaml/load.ts'
import { entryOf, loadYaml, parseYaml, toValue } from '../../src/yaml/load.ts'
import pyyaml from './pyyaml-scalars.json' with { type: 'json' }

function load(text: string): Value | undefined {
  const node = loadYaml(text, 'f.yml')
  return node && toValue(node)
}

function errorsOf(text: string): readonly HakubeError[] {
  try {
    loadYaml(text, 'f.yml')
  } catch (error) {
    if (error instanceof HakubeErrors) return error.errors
    if (error instanceof HakubeError) return [error]
    throw error
  }
  throw new Error('no error')
}

function get(value: Value | undefined, key: string): Value {
  if (!isDict(value) || !value.has(key)) throw new Error(`no ${key}`)
  return value.get(key) ?? null
}

/** Python's repr, for the types a scalar can have. */
function repr(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof Float) return Object.is(value.value, -0) ? '-0.0' : `${value.value}.0`
  if (typeof value === 'string') return `'${value}'`
  if (Number.isNaN(value)) return 'nan'
  if (typeof value === 'object') throw new Error('not a scalar')
  return String(value).replace('Infinity', 'inf')
}

// What PyYAML 6 makes of each.
describe('quoted text over several lines', () => {
  it.each([
    ['- a: "{{\n    x\n  }}"\n  b: 1\n', [dict({ a: '{{ x }}', b: 1 })]],
    ['a:\n  b: "x\ny"\n', dict({ a: dict({ b: 'x y' }) })],
    ["a:\n  b: 'x\n\n y'\n", dict({ a: dict({ b: 'x\ny' }) })],
    ['a:\n  - ["x\n y", z]\n', dict({ a: [['x y', 'z']] })],
    ['a: "x\n- y"\n', dict({ a: 'x - y' })],
  ])('may go on at any indentation: %j', (text, expected) => {
    expect(load(text)).toEqual(expected)
  })

  it('ends at a document marker', () => {
    expect(errorsOf('a: "x\n---\ny"\n').length).toBeGreaterThan(0)
  })
})

describe('the types of plain scalars', () => {
  it.each(pyyaml)('%s is %s, as PyYAML 6 reads it', (text, expected) => {
    expect(repr(get(load(`a: ${text}`), 'a'))).toBe(expected)
  })

  it('gives quoted and block scalars no type', () => {
    expect(load('a: "1"\nb: \'yes\'\nc: |\n  1\nd: >-\n  no\n')).toEqual(
      dict({ a: '1', b: 'yes', c: '1\n', d: 'no' }),
    )
  })

  it('gives JSON texts the types of JSON', () => {
    expect(load('{"a":\t1.0, "b": 1e3, "c": [true, null], "d": 12345678901234567890}')).toEqual(
      dict({ a: float(1), b: float(1000), c: [true, null], d: 12345678901234567890n }),
    )
  })
})

describe('structures', () => {
  it.each<[string, string, Value | undefined]>([
    ['an empty text', '', undefined],
    ['only a comment', '# nothing\n', undefined],
    ['an empty document', '---\n', undefined],
    ['an explicit null', '~', null],
    ['a key without value', 'a:\n', dict({ a: null })],
    ['anchors', '- &x {a: 1}\n- *x\n', [dict({ a: 1 }), dict({ a: 1 })]],
    [
      'a merge key; own keys win',
      'a: &a {x: 1, y: 1}\nb:\n  y: 2\n  <<: *a\n',
      dict({ a: dict({ x: 1, y: 1 }), b: dict({ x: 1, y: 2 }) }),
    ],
    ['merged lists; the first wins', 'a: {<<: [{x: 1}, {x: 2, z: 3}]}', dict({ a: dict({ x: 1, z: 3 }) })],
    ['a quoted << as an ordinary key', '"<<": 1', dict({ '<<': 1 })],
    [
      'explicit tags',
      'a: !!str 1\nb: !!int "3"\nc: !!float 2\nd: ! 5',
      dict({ a: '1', b: 3, c: float(2), d: '5' }),
    ],
    ['a block scalar that the file ends without a line end', 'a: |+\n  x', dict({ a: 'x' })],
    ['a block scalar that ends with a line end', 'a: |\n  x\n', dict({ a: 'x\n' })],
    ['a byte order mark', '\uFEFFa: 1', dict({ a: 1 })],
  ])('reads %s', (_name, text, expected) => {
    expect(load(text)).toEqual(expected)
  })

  it('keeps keys typed and in order', () => {
    const value = load('2: a\n1: b\nyes: c\n')
    expect(isDict(value) && [...value.keys()]).toEqual([2, 1, true])
  })

  it('reads several documents', () => {
    expect(parseYaml('a: 1\n---\nb: 2\n', 'f.yml').map((doc) => doc.root && toValue(doc.root))).toEqual([
      dict({ a: 1 }),
      dict({ b: 2 }),
    ])
  })

  it('gives the reader of a tag the text', () => {
    const tags = new Map([['!loud', (text: string) => text.trim().toUpperCase()]])
    const node = loadYaml('a: !loud |\n  secret\n', 'f.yml', { tags })
    expect(node && toValue(node)).toEqual(dict({ a: 'SECRET' }))
  })
})

describe('places', () => {
  it('knows the line, column and source of keys and values', () => {
    const root = loadYaml('- name: one\n  when: [a,\n    b]\n', 'p.yml')
    const task = root?.kind === 'sequence' ? root.items[0] : undefined
    if (task?.kind !== 'mapping') throw new Error('not a mapping')
    const when = entryOf(task, 'when')
    expect(when?.keyPlace).toEqual({ file: 'p.yml', line: 2, column: 3, source: '  when: [a,' })
    expect(when?.value.place).toMatchObject({ line: 2, column: 9 })
    expect(when?.value.kind === 'sequence' && when.value.items[1]?.place).toMatchObject({
      line: 3,
      column: 5,
    })
  })

  it('leaves a carriage return out of the source line', () => {
    const root = loadYaml('a: 1\r\nb: 2\r\n', 'f.yml')
    expect(root?.kind === 'mapping' && root.entries[1]?.keyPlace).toEqual({
      file: 'f.yml',
      line: 2,
      column: 1,
      source: 'b: 2',
    })
  })
})

describe('mistakes', () => {
  it.each([
    ['an unquoted template', 'a: {{ x }}', 1, 5, 'Quote the value: "{{ x }}"'],
    ['text after a template', 'a: 1\nb: {{ x }}/y', 2, 11, 'Quote the value: "{{ x }}/y"'],
    ['tabs', 'a:\n\t- b', 2, 1, 'Indent with spaces'],
    ['a colon in text', 'msg: hello: world', 1, 6, 'Quote a value that contains ": "'],
    ['an unclosed quote', 'a: 1\nb: "x\nc: 3\n', 2, 4, 'Close the quote'],
    ['an unclosed bracket', 'a: [1, 2\nb: 3\n', 2, 1, 'Close the bracket'],
    ['text after a quote', "a: 'x' y", 1, 8, 'quote the whole value'],
    ['a missing colon', 'a\nb: 1', 1, 1, 'Is a ":" missing'],
    ['a special character', 'a: @x', 1, 4, 'Quote a value that starts with'],
    ['an unknown alias', 'a: *x', 1, 4, '"*x"'],
    ['an alias inside its anchor', 'a: &x [*x]', 1, 8, 'must be quoted'],
    ['a wrong indentation', 'a: 5\n  b: 6\n', 1, 4, 'indented too far'],
    ['a second document', 'a: 1\n---\nb: 2', 3, 1, 'Remove the line'],
    ['a broken vault value', 'a: !vault |\n  xx', 2, 3, 'must begin with'],
    ['an encrypted list', 'a: !vault [1]', 1, 11, '!vault |'],
    ['an unsafe value', 'a: !unsafe x', 1, 12, 'raw'],
    ['an unknown tag', 'a: !!python/none x', 1, 18, 'Supported are'],
    ['a merge of text', '<<: x', 1, 1, undefined],
    ['a control character', 'a: \u0001', 1, 4, 'text file'],
    ['a lone surrogate', 'a: \ud800', 1, 4, 'text file'],
    ['endless nesting', '['.repeat(50_000), 1, 201, undefined],
    ['endless block nesting', '- '.repeat(50_000), 1, 401, undefined],
  ])('points at %s', (_name, text, line, column, hint) => {
    const [error, ...others] = errorsOf(text)
    expect(error?.place).toMatchObject({ file: 'f.yml', line, column })
    expect(error?.hint ?? '').toContain(hint ?? '')
    expect(others).toEqual([])
  })

  it('tells all mistakes of a text at once', () => {
    expect(errorsOf('a: {{ x }}\nb: 1\nc: "x" y\nd: @z\n').map((error) => error.place?.line)).toEqual([
      1, 3, 4,
    ])
  })

  it('refuses aliases that stand for a billion values', () => {
    const levels = Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`)
    expect(errorsOf(`a0: &a0 [x]\n${levels.join('\n')}`)[0]?.hint).toContain('aliases')
  })

  it('warns about a duplicate key and takes the last', () => {
    const warnings: Warning[] = []
    const node = loadYaml('a: 1\nb: 2\na: 3\n', 'f.yml', { onWarning: (warning) => warnings.push(warning) })
    expect(node && toValue(node)).toEqual(dict({ a: 3, b: 2 }))
    expect(warnings).toMatchObject([{ code: 'duplicate-key', place: { line: 3, column: 1 } }])
  })

  it('never throws anything but a known error, whatever the text', () => {
    const piece = fc.constantFrom(
      ...'a b : - , [ ] { } " \' & * ! | > # % @ ? \n \t {{ }} <<: *x &x'.split(' '),
      ' ',
      '\n',
      '  ',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (input) => {
        try {
          for (const doc of parseYaml(input, 'f')) if (doc.root) toValue(doc.root)
        } catch (error) {
          expect(error).toBeInstanceOf(HakubeError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
