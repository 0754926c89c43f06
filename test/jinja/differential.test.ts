import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { compileTemplate, type Environment, renderValue, repr, str } from '../../src/jinja/index.ts'
import { parseJson } from '../../src/jinja/literal.ts'
import { type Dict, isDict, type Value } from '../../src/value.ts'
import { lazyScope, PLACE } from './scope.ts'

const FOLDER = new URL('../conformance/jinja/differential/', import.meta.url)

// Answers of ansible-core's own engine, printed as Python prints them: that tells 1 from 1.0, True and '1', and keys
// by their types. Too many for a test each.
describe('answers that ansible-core gave', () => {
  for (const name of readdirSync(FOLDER)) {
    it(
      name,
      () => {
        const document = dictOf(parseJson(readFileSync(new URL(name, FOLDER), 'utf8')))
        const vars = dictOf(document.get('vars'))
        const cases = listOf(document.get('cases')).map(dictOf)
        const wrong = cases.flatMap((entry) => difference(entry, vars, document.get('files')))
        expect(cases.length).toBeGreaterThan(20)
        expect(wrong).toEqual([])
      },
      60_000,
    )
  }
})

/** What differs from the recorded answer, in words. */
function difference(entry: Dict, vars: Dict, files: Value | undefined): string[] {
  const wanted = entry.get('error') === true ? 'an error' : str(entry.get('repr') ?? '')
  const got = answer(entry, lazyScope(vars, environment(files)), environment(files))
  const [text = ''] = ['expr', 'template', 'value'].flatMap((key) =>
    entry.has(key) ? [str(entry.get(key) ?? '')] : [],
  )
  return got === wanted ? [] : [`${text} is ${got}, not ${wanted}`]
}

function answer(entry: Dict, scope: ReturnType<typeof lazyScope>, own: Environment): string {
  try {
    const template = entry.get('template')
    if (template !== undefined) {
      return repr(
        compileTemplate(str(template), { file: 'a.j2', keepTrailingNewline: false }).render(scope, own),
      )
    }
    const value = entry.get('value')
    return repr(
      renderValue(
        value === undefined ? `{{ ${str(entry.get('expr') ?? '')} }}` : str(value),
        PLACE,
        scope,
        own,
      ),
    )
  } catch (error) {
    if (error instanceof HakubeError) return 'an error'
    throw error
  }
}

function environment(files: Value | undefined): Environment {
  return {
    now: () => new Date(),
    random: Math.random,
    load: (name) => {
      const text = isDict(files) ? files.get(name) : undefined
      return text === undefined ? undefined : { text: str(text), file: name }
    },
  }
}

function listOf(value: Value | undefined): Value[] {
  if (!Array.isArray(value)) throw new Error('not a list')
  return value
}

function dictOf(value: Value | undefined): Dict {
  if (!isDict(value)) throw new Error('not a dict')
  return value
}
