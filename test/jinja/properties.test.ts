import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { compileExpression, compileTemplate, renderValue, repr, str } from '../../src/jinja/index.ts'
import { parseJson, parseLiteral } from '../../src/jinja/literal.ts'
import { escapeRegex, matchStart } from '../../src/jinja/regex.ts'
import { type Dict, float, type Key, type Value } from '../../src/value.ts'
import { lazyScope } from './scope.ts'

const PLACE = { file: 'p' }
const nothing = { lookup: () => undefined }

// What templates are made of, in any order: far likelier to hit a corner than random characters.
const pieces = fc.constantFrom(
  ...words('{{ }} {% %} {# #} - + \' " \\ x 1 1.5 . , : ( ) [ ] { } | ~ = == * ** // if else endif for in'),
  ...words('endfor set endset raw endraw macro endmacro is not upper defined é 😀'),
  ' ',
  '\n',
)

function words(text: string): string[] {
  return text.split(' ')
}

const templates = fc.oneof(
  fc.array(pieces, { maxLength: 25 }).map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
)

const text = fc.string({ unit: 'binary' }).filter((value) => !/\p{Cs}/u.test(value))
const scalars = fc.oneof(
  text,
  fc.integer(),
  fc.bigInt().map((value) => (BigInt.asIntN(53, value) === value ? Number(value) : value)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => float(Object.is(value, -0) ? 0 : value)),
  fc.boolean(),
  fc.constant(null),
)
const dicts = (value: fc.Arbitrary<Value>): fc.Arbitrary<Dict> =>
  fc
    .uniqueArray(fc.tuple(text, value), { selector: ([key]) => key, maxLength: 4 })
    .map((pairs) => new Map<Key, Value>(pairs))
const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalars, fc.array(tie('value'), { maxLength: 4 }), dicts(tie('value'))),
}))

describe('any text', () => {
  it('is a template or refused with a place, and that soon', () => {
    fc.assert(
      fc.property(templates, (source) => {
        try {
          compileTemplate(source, { file: 'p' }).render(nothing)
        } catch (error) {
          if (!(error instanceof HakubeError)) throw error
          expect(error.place?.line).toBeGreaterThan(0)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('renders to itself where it has no delimiters', () => {
    fc.assert(
      fc.property(text, (source) => {
        fc.pre(!/\{[{%#]|^#jinja2:|\r/.test(source))
        expect(compileTemplate(source, { file: 'p' }).render(nothing)).toBe(source)
      }),
    )
  })
})

describe('printing and reading', () => {
  it('a value printed as Python does reads back as the same value', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(parseLiteral(repr(value))).toStrictEqual(value)
      }),
    )
  })

  it('an expression made of a printed value has that value', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(compileExpression(repr(value), PLACE).evaluate(nothing)).toStrictEqual(value)
      }),
    )
  })

  it('to_json and from_json are inverse', () => {
    const scope = (value: Value) => ({ lookup: () => value })
    fc.assert(
      fc.property(values, (value) => {
        const json = compileExpression('x | to_json', PLACE).evaluate(scope(value))
        expect(parseJson(str(json))).toStrictEqual(value)
        expect(() => JSON.parse(str(json)) as unknown).not.toThrow()
      }),
    )
  })

  it('what to_json has made stays that text, through variables that hand it on', () => {
    fc.assert(
      fc.property(values, (value) => {
        const made = new Map<Key, Value>([['made', '{{ value | to_json }}']])
        const scope = lazyScope(made.set('again', '{{ nothing | default(made) }}').set('value', [value]))
        const json = compileExpression('value | to_json', PLACE).evaluate(scope)
        fc.pre(!/\{[{%#]/.test(str(json)))
        expect(renderValue('{{ again }}', PLACE, scope)).toBe(json)
        expect(renderValue('{{ again | trim }}', PLACE, scope)).toStrictEqual([value])
      }),
    )
  })

  it('to_nice_yaml and from_yaml are inverse', () => {
    const round = compileExpression('x | to_nice_yaml | from_yaml', PLACE)
    const plain = fc.string({
      unit: fc.constantFrom(...Array.from('ab -:#\'"\n,[]{}&*!|>%@`?0123.eyno~=<é')),
    })
    const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        plain,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        expect(round.evaluate({ lookup: () => value })).toStrictEqual(value)
      }),
      {
        numRuns: 500,
      },
    )
  })
})

describe('regular expressions', () => {
  it('match what they escape', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(matchStart(escapeRegex(value), value)?.[0]).toBe(value)
      }),
    )
  })
})
