import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { HONOURED_VARIABLES } from '../../src/inventory/connection-vars.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { hostsOf } from '../../src/inventory/model.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('reads the example inventory without a warning', async () => {
  const inventory = await loadInventory([`${root}inventory.example.ini`])
  expect(inventory.warnings).toEqual([])
  expect(hostsOf(inventory, 'control_plane')).toEqual(['cp1', 'cp2', 'cp3'])
  expect(inventory.hosts.get('cp1')?.variables.get('ha_vip')?.value).toBe('192.0.2.10')
})

it('documents every connection variable and every warning', () => {
  const docs = readFileSync(`${root}docs/inventory.md`, 'utf8')
  const source = ['ini-host', 'builder', 'load', 'vars-files', 'yaml-inventory'].map((name) =>
    readFileSync(`${root}src/inventory/${name}.ts`, 'utf8'),
  )
  const codes = [...source.join('').matchAll(/(?:code: |warn\()'([a-z-]+)',?\s+(?:message|`|')/g)].map(
    (match) => match[1] ?? '',
  )
  expect(codes.length).toBeGreaterThan(5)
  for (const name of [...HONOURED_VARIABLES, ...codes]) expect(docs).toContain(`\`${name}\``)
})
