import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CONTROL_PLANE, LOAD_BALANCERS } from '../../src/ha/groups.ts'
import { planned, variables } from '../../src/ha/variables.ts'

const docs = readFileSync(new URL('../../docs/endpoint.md', import.meta.url), 'utf8')

it.each(Object.keys(variables))('docs/endpoint.md has a row for %s', (name) => {
  expect(docs).toContain(`\n| \`${name}\` |`)
})

it.each([...Object.keys(planned), ...CONTROL_PLANE, ...LOAD_BALANCERS])(
  'docs/endpoint.md names %s',
  (name) => {
    expect(docs).toContain(`\`${name}\``)
  },
)

it('docs/endpoint.md has no variable that is not there', () => {
  const rows = [...docs.matchAll(/^\| `(ha_\w+)` \|/gm)].map((match) => match[1])
  expect(new Set(rows)).toEqual(new Set(Object.keys(variables)))
})

it.each(Object.entries(variables))('%s has a description', (_name, schema) => {
  expect(schema.description).toMatch(/\.$/)
})
