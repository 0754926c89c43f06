import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  COMPARISONS,
  difference,
  type Json,
  matches,
  same,
  type Shape,
  SHAPES,
} from '../../src/tasks/container-compare.ts'

const word = fc.stringMatching(/^[a-z]{1,2}$/)
const elements = fc.array(word, { maxLength: 5 })
const dicts = fc.dictionary(word, word, { maxKeys: 5 })
const values: Record<(typeof SHAPES)[number], fc.Arbitrary<Json>> = {
  value: fc.oneof(word, fc.integer(), fc.boolean()),
  list: elements,
  set: elements,
  dict: dicts,
}
const of =
  (shape: (typeof SHAPES)[number], comparison: (typeof COMPARISONS)[number]) => (wanted: Json, seen: Json) =>
    matches({ shape, comparison, wanted, seen })

test.each(SHAPES)('what is as it is wanted is no difference: %s', (shape) => {
  fc.assert(
    fc.property(values[shape], fc.constantFrom(...COMPARISONS), (one, comparison) =>
      of(shape, comparison)(one, one),
    ),
  )
})

test.each(SHAPES)(
  'two that are strictly the same are so both ways, and then nothing is to be told: %s',
  (shape) => {
    const strict = of(shape, 'strict')
    fc.assert(
      fc.property(values[shape], values[shape], (left, right) => {
        expect(strict(left, right)).toBe(strict(right, left))
        const { before, after } = difference({
          name: 'x',
          shape,
          comparison: 'strict',
          wanted: left,
          seen: right,
        })
        if (shape === 'set' || shape === 'dict') expect(before + after === '').toBe(strict(left, right))
      }),
    )
  },
)

test('a container may have more, unless it is to be strict', () => {
  fc.assert(
    fc.property(elements, elements, (wanted, more) => {
      const all = [...more, ...wanted.toReversed()]
      expect(of('set', 'allow_more_present')(wanted, all)).toBe(true)
      expect(of('set', 'strict')(wanted, all)).toBe(more.every((one) => wanted.includes(one)))
      expect(of('list', 'allow_more_present')(wanted, [...more, ...wanted, ...more])).toBe(true)
      expect(of('list', 'strict')(wanted, [...wanted, ...more])).toBe(more.length === 0)
    }),
  )
  fc.assert(
    fc.property(dicts, dicts, (wanted, more) => {
      const all = { ...more, ...wanted }
      expect(of('dict', 'allow_more_present')(wanted, all)).toBe(true)
      expect(of('dict', 'strict')(wanted, all)).toBe(Object.keys(all).length === Object.keys(wanted).length)
    }),
  )
})

test('something that is missing is a difference, unless nobody cares', () => {
  fc.assert(
    fc.property(elements, word, (seen, one) => {
      fc.pre(!seen.includes(one))
      for (const shape of ['list', 'set'] as const) {
        expect(of(shape, 'allow_more_present')([...seen, one], seen)).toBe(false)
        expect(of(shape, 'ignore')([...seen, one], seen)).toBe(true)
      }
    }),
  )
})

test('of a dict in a set only what is said counts', () => {
  const more = of('set', 'allow_more_present')
  const seen = [
    { a: 1, b: null },
    { a: 2, b: 3 },
  ]
  expect(more([{ a: 1 }], seen)).toBe(true)
  expect(more([{ a: 1, b: 3 }], seen)).toBe(false)
  expect(of('set', 'strict')([{ a: 1 }], seen)).toBe(false)
  expect(of('set', 'strict')([{ a: 2 }, { a: 1 }], seen)).toBe(true)
})

test('nothing and null are the same, and so are keys in another order', () => {
  expect(same({ a: 1, b: undefined }, { a: 1 })).toBe(true)
  expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
  expect(same(null, undefined)).toBe(true)
  expect(of('set', 'strict')([], null)).toBe(true)
  expect(of('dict', 'strict')({}, null)).toBe(true)
  expect(matches({ shape: 'value', comparison: 'strict', wanted: 1, seen: undefined })).toBe(true)
})

test('a difference says what comes and what goes, and no secret of a variable', () => {
  const env = { name: 'env', shape: 'set', comparison: 'strict' } as const
  expect(
    difference({
      ...env,
      wanted: ['A=1', 'DB_PASSWORD=new', 'C=3'],
      seen: ['C=3', 'DB_PASSWORD=old', 'B=2'],
    }),
  ).toEqual({
    name: 'env',
    before: 'B=2, DB_PASSWORD=(not shown)',
    after: 'A=1, DB_PASSWORD=(not shown)',
  })
})

test.each<[Shape, Json, Json, string]>([
  ['set', ['MYSQL_PWD=hunter2'], [], 'MYSQL_PWD=(not shown)'],
  ['set', ['DB_PW=hunter2'], [], 'DB_PW=(not shown)'],
  ['set', ['DSN=pg://u:hunter2@h/db'], [], 'DSN=pg://u:(not shown)@h/db'],
  ['set', ['URL=redis://:hunter2@h:6379'], [], 'URL=redis://:(not shown)@h:6379'],
  ['set', ['URL=http://h:80/a@b'], [], 'URL=http://h:80/a@b'],
  ['dict', { 'splunk-token': 'hunter2', tag: 't' }, {}, 'splunk-token=(not shown), tag=t'],
  ['dict', { 'api.key': 'a b' }, {}, 'api.key=(not shown)'],
  [
    'list',
    ['run', '--token=hunter2', 'http://u:hunter2@h'],
    [],
    'run --token=(not shown) http://u:(not shown)@h',
  ],
  ['value', 'curl http://u:hunter2@h', '', 'curl http://u:(not shown)@h'],
  [
    'set',
    [{ target: '/v', volume_options: { o: 'username=u,password=hunter2' } }],
    [],
    '{"target":"/v","volume_options":{"o":"username=u,password=(not shown)"}}',
  ],
])('what sounds like a secret stays unsaid: %s %j', (shape, wanted, seen, after) => {
  const property = { name: 'x', shape, comparison: 'strict', wanted, seen } as const
  expect(difference(property).after).toBe(after)
  expect(difference({ ...property, wanted: seen, seen: wanted }).before).toBe(after)
})

test('a difference leaves out what the engine adds by itself, and what says nothing', () => {
  const seen = {
    'io.kubernetes.cri-o.Created': '2026-01-01',
    'io.container.manager': 'libpod',
    'org.opencontainers.image.stopSignal': '9',
    mine: 'a',
  }
  expect(
    difference({ name: 'annotation', shape: 'dict', comparison: 'strict', seen, wanted: { mine: 'b' } }),
  ).toEqual({
    name: 'annotation',
    before: 'mine=a',
    after: 'mine=b',
  })
  const mount = { type: 'bind', source: '/etc', target: '/b' }
  const told = {
    ...mount,
    read_only: false,
    consistency: 'default',
    labels: {},
    tmpfs_size: 0,
    volume_driver: '',
  }
  expect(
    difference({
      name: 'mounts',
      shape: 'set',
      comparison: 'strict',
      seen: [told],
      wanted: [{ ...mount, source: '/srv' }],
    }),
  ).toEqual({
    name: 'mounts',
    before: '{"source":"/etc","target":"/b","type":"bind"}',
    after: '{"source":"/srv","target":"/b","type":"bind"}',
  })
  expect(
    difference({ name: 'mounts', shape: 'set', comparison: 'strict', seen: [told], wanted: [mount] }),
  ).toMatchObject({
    before: '',
    after: '',
  })
})
