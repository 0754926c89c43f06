import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { compileExpression, compileTemplate, renderValue, str } from '../../src/jinja/index.ts'
import { parseJson } from '../../src/jinja/literal.ts'
import { isDict, type Dict, type Value } from '../../src/value.ts'
import { lazyScope, PLACE } from './scope.ts'

interface Engine {
  expression(text: string): (scope: ReturnType<typeof lazyScope>) => Value
  /** Whether the file's last newline stays where the output before it ends in one already. */
  keepTrailingNewline: boolean
}

/** As the whole value of a module's argument. */
const asValue: Engine = {
  expression: (text) => (scope) => renderValue(`{{ ${text} }}`, PLACE, scope),
  keepTrailingNewline: true,
}
/** The expression alone, as the template module renders files. */
const bare: Engine = {
  expression: (text) => (scope) =>
    compileExpression(text, PLACE, { doubleBackslashes: true }).evaluate(scope),
  keepTrailingNewline: false,
}

conformance('answers recorded from Ansible', 'cases.json', asValue)
conformance('further answers recorded from Ansible', 'recorded.json', bare)
conformance('answers recorded from the address filters', 'addresses.json', bare)

function conformance(title: string, name: string, engine: Engine): void {
  const file = new URL(`../conformance/jinja/${name}`, import.meta.url)
  // Not JSON.parse: it would make 10.0 and 10 the same.
  const document = dictOf(parseJson(readFileSync(file, 'utf8')))
  const scope = lazyScope(dictOf(document.get('vars')))
  const cases = listOf(document.get('cases')).map(dictOf)
  describe(title, () => {
    it('are there', () => expect(cases.length).toBeGreaterThan(150))
    for (const entry of cases) oneCase(entry, scope, engine)
  })
}

function oneCase(entry: Dict, scope: ReturnType<typeof lazyScope>, engine: Engine): void {
  const expression = entry.get('expr')
  const template = str(entry.get('template') ?? '')
  const { keepTrailingNewline } = engine
  const run = (): Value =>
    expression === undefined
      ? compileTemplate(template, { file: 'a.j2', keepTrailingNewline }).render(scope)
      : engine.expression(str(expression))(scope)
  const title = expression === undefined ? JSON.stringify(template) : str(expression)
  if (entry.get('error') === true) it(`refuses ${title}`, () => expect(run).toThrow(HakubeError))
  else
    it(title, () => expect(run()).toStrictEqual(entry.has('value') ? entry.get('value') : entry.get('text')))
}

function listOf(value: Value | undefined): Value[] {
  if (!Array.isArray(value)) throw new Error('not a list')
  return value
}

function dictOf(value: Value | undefined): Dict {
  if (!isDict(value)) throw new Error('not a dict')
  return value
}
