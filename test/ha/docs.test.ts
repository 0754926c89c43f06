import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { budgetOf } from '../../src/ha/budget.ts'
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

it('docs/endpoint.md has the budget as it is computed', () => {
  const shown = (seconds: number | null) => (seconds === 0 ? '-' : (seconds ?? NaN).toFixed(2))
  const stacked = {
    version: 3 as const,
    priorities: [200, 190, 180],
    haproxy: true,
    stacked: true,
    servers: 3,
  }
  const budgets = (['fast', 'balanced', 'calm'] as const).map((failover) =>
    budgetOf({ ...stacked, failover }),
  )
  for (const [index, { fault, title }] of (budgets[0] ?? []).entries()) {
    if (fault === 'cable-cut') continue
    const name = fault === 'node-dies' ? 'the node dies, or its cable is cut' : title
    const cells = budgets.map((rows) => `${shown(rows[index]!.outage)} / ${shown(rows[index]!.recovered)}`)
    expect(docs).toContain(`\n| ${name} | ${cells.join(' | ')} |\n`)
  }
})
