import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { advise } from '../../src/lint/advise.ts'
import { lintFile } from '../../src/lint/file.ts'
import { RULES } from '../../src/lint/rules/index.ts'

const NOTHING = new Set<string>()

/** Advice on a text: `line id`, sorted. */
function adviceOn(text: string, skip: ReadonlySet<string> = NOTHING): string[] {
  const scene = { files: [lintFile('case.yml', text)], whole: true }
  return advise(scene, skip)
    .map(({ place, id }) => `${place.line} ${id}`)
    .toSorted()
}

/** What the comments `# <- id id` of a case say. */
function expected(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      (/# <- (.*)$/.exec(line)?.[1]?.split(' ') ?? []).map((id) => `${index + 1} ${id}`),
    )
    .toSorted()
}

describe('advice on the cases', () => {
  const folder = join(import.meta.dirname, 'cases')
  it.each(readdirSync(folder))('%s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    const wanted = expected(text)
    const found = adviceOn(text).filter(
      (one) => !/(?:register-unused|git-version)$/.test(one) || wanted.includes(one),
    )
    expect(wanted.length).toBeGreaterThan(0)
    expect(found).toEqual(wanted)
  })

  it('is not given where it is skipped, by either name', () => {
    const text = '- debug:\n    msg: on\n'
    expect(adviceOn(text)).toEqual(['1 name-missing'])
    expect(adviceOn(text, new Set(['name-missing']))).toEqual([])
    expect(adviceOn(text, new Set(['name']))).toEqual([])
  })
})

describe('the examples in the docs', () => {
  it.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (id, { bad, good }) => {
    expect(adviceOn(bad).map((one) => one.split(' ')[1])).toContain(id)
    expect(adviceOn(good)).toEqual([])
  })

  it('have ids of their own', () => {
    const ids = RULES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
