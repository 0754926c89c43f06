import { readFileSync } from 'node:fs'
import { renderHandlebars } from '../../src/handlebars.ts'
import { deriveTopology, type TopologyInput } from '../../src/ha/topology.ts'
import { viewOf } from '../../src/ha/view.ts'
import { fromJson } from '../../src/value.ts'

/** A bundled template as the playbook renders it on one host of a set-up. */
export function renderFor(template: string, input: TopologyInput, host: string): string {
  const path = new URL(`../../templates/${template}`, import.meta.url)
  const variables = new Map(
    Object.entries({ ha: fromJson(viewOf(deriveTopology(input), host)), inventory_hostname: host }),
  )
  return renderHandlebars(readFileSync(path, 'utf8'), template, { lookup: (name) => variables.get(name) })
}
