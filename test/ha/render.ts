import { readFileSync } from 'node:fs'
import { renderHandlebars } from '../../src/handlebars.ts'
import { deriveTopology, type TopologyInput } from '../../src/ha/topology.ts'
import { viewOf } from '../../src/ha/view.ts'
import { fromJson, type Value } from '../../src/value.ts'

/** A bundled template as the playbook renders it on one host of a set-up. */
export function renderFor(template: string, input: TopologyInput, host: string): string {
  return renderView(template, fromJson(viewOf(deriveTopology(input), host)), host)
}

/** The same with the variable `ha` as it is. */
export function renderView(template: string, ha: Value, host: string): string {
  const path = new URL(`../../templates/${template}`, import.meta.url)
  const variables = new Map<string, Value>(Object.entries({ ha, inventory_hostname: host }))
  return renderHandlebars(readFileSync(path, 'utf8'), template, { lookup: (name) => variables.get(name) })
}
