import { describe, expect, it } from 'vitest'
import { RecursionFinder, recursionError } from '../../src/variables/recursion.ts'
import { fromJson, isDict, type Value } from '../../src/value.ts'

function find(
  variables: Record<string, unknown>,
  open: readonly string[] = [],
): readonly string[] | undefined {
  const all = fromJson(variables)
  const written = new Map<string, { value: Value; place: undefined }>()
  if (isDict(all)) for (const [name, value] of all) written.set(String(name), { value, place: undefined })
  return new RecursionFinder().find(written, (name) => open.includes(name))?.chain
}

describe('variables in a circle', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ a: '{{ a }}' }, ['a', 'a']],
    [{ a: 'x{{ b }}', b: '{{ c | upper }}', c: '{{ a }}' }, ['a', 'b', 'c', 'a']],
    [{ a: { x: [1, '{{ a.y }}'], y: 2 } }, ['a', 'a']],
    [{ a: '{{ a | default(1) }}' }, ['a', 'a']],
    [{ a: '{{ 1 | default(b) }}', b: '{{ a + 1 }}' }, ['a', 'b', 'a']],
    [{ start: '{{ a }}', a: '{{ [b] }}', b: '{{ a }}' }, ['a', 'b', 'a']],
    [{ a: '{% if a %}x{% endif %}' }, ['a', 'a']],
    [{ a: '{% for i in b %}{{ i }}{% endfor %}', b: '{{ a }}' }, ['a', 'b', 'a']],
  ])('%j', (variables, chain) => {
    expect(find(variables)).toEqual(chain)
  })

  it.each<Record<string, unknown>>([
    { a: '{{ b }}', b: '{{ c }}', c: 1 },
    { a: '{{ b if c else 1 }}', b: '{{ a }}' },
    { a: '{{ c and b }}', b: '{{ a }}', c: 1 },
    { a: '{% if c %}{{ b }}{% endif %}', b: '{{ a }}' },
    { a: '{% set b = 1 %}{{ b }}', b: '{{ a }}' },
    { a: '{{ x.a }}', x: { a: 1 } },
    { a: "{{ 'a' }}" },
    { a: 'a', b: '{{ a }}{{ a }}' },
    { a: '{{ a' },
  ])('is none in %j', (variables) => {
    expect(find(variables)).toBeUndefined()
  })

  it('is none where something else may set one of them', () => {
    expect(find({ a: '{{ b }}', b: '{{ a }}' }, ['b'])).toBeUndefined()
  })

  it('is told as a chain with places', () => {
    const place = { file: 'h.ini', line: 3, column: 4 }
    const error = recursionError({ chain: ['a', 'b', 'a'], places: [place, undefined, place] }, 'n1')
    expect(error).toMatchObject({
      message: 'the variable a refers to itself: a (h.ini:3) → b → a',
      host: 'n1',
      place,
    })
  })
})
