import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { compileTemplate, renderValue, str } from '../../src/jinja/index.ts'
import { parseJson } from '../../src/jinja/literal.ts'
import { isDict, type Dict, type Value } from '../../src/value.ts'
import { lazyScope, PLACE } from './scope.ts'

const file = new URL('../conformance/jinja/cases.json', import.meta.url)
// Not JSON.parse: it would make 10.0 and 10 the same.
const document = dictOf(parseJson(readFileSync(file, 'utf8')))
const scope = lazyScope(dictOf(document.get('vars')))
const cases = listOf(document.get('cases')).map(dictOf)

describe('answers recorded from Ansible', () => {
  it('are there', () => {
    expect(cases.length).toBeGreaterThan(150)
  })

  for (const entry of cases) {
    const expression = entry.get('expr')
    const template = str(entry.get('template') ?? '')
    const title = expression === undefined ? JSON.stringify(template) : str(expression)
    const run = (): Value =>
      typeof expression === 'string'
        ? renderValue(`{{ ${expression} }}`, PLACE, scope)
        : compileTemplate(template, { file: 'a.j2' }).render(scope)
    if (entry.get('error') === true) it(`refuses ${title}`, () => expect(run).toThrow(HakubeError))
    else
      it(title, () =>
        expect(run()).toStrictEqual(entry.has('value') ? entry.get('value') : entry.get('text')),
      )
  }
})

function listOf(value: Value | undefined): Value[] {
  if (!Array.isArray(value)) throw new Error('not a list')
  return value
}

function dictOf(value: Value | undefined): Dict {
  if (!isDict(value)) throw new Error('not a dict')
  return value
}
