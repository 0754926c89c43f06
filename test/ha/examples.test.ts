import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { groupsDict } from '../../src/inventory/model.ts'
import type { Inventory } from '../../src/inventory/model.ts'
import ha_topology from '../../src/tasks/ha_topology.ts'
import { type Dict, dict, fromJson, isDict, toJson } from '../../src/value.ts'
import { World } from '../../src/world/world.ts'
import { controllerWith } from '../tasks/harness.ts'
import { renderView } from './render.ts'

const folder = fileURLToPath(new URL('../../examples/', import.meta.url))

/** Every example, the nodes whose configurations are kept as golden files, and the endpoints that it makes. */
const EXAMPLES: Readonly<Record<string, { nodes: readonly string[]; endpoints: readonly string[] }>> = {
  'active-active': {
    nodes: ['lb2'],
    endpoints: ['https://192.168.1.100:6443', 'https://192.168.1.110:6443'],
  },
  clusters: { nodes: ['prod1', 'test2'], endpoints: ['https://192.168.1.198:8443'] },
  dedicated: { nodes: ['lb1'], endpoints: ['https://192.168.1.100:6443'] },
  'dual-stack': {
    nodes: ['control2'],
    endpoints: ['https://192.168.1.198:8443', 'https://[fd00:1::198]:8443'],
  },
  frontends: { nodes: ['lb1'], endpoints: ['https://192.168.1.100:6443'] },
  'keepalived-only': { nodes: ['master2'], endpoints: ['https://192.168.1.200:8443'] },
  okd: { nodes: ['lb1'], endpoints: ['https://192.168.1.200:8443'] },
  stacked: { nodes: ['control1'], endpoints: ['https://192.168.1.198:7443'] },
}

/** What a host with these addresses would tell; a host without ansible_host is never connected to. */
function factsOf(variables: Dict): Dict {
  const address = variables.get('ansible_host')
  if (typeof address !== 'string') return dict({})
  const ipv6 = variables.get('ip6')
  const facts = {
    ansible_os_family: 'RedHat',
    ansible_interfaces: ['lo', 'eth0'],
    ansible_eth0: {
      device: 'eth0',
      ipv4: { address, prefix: '24' },
      ipv6: typeof ipv6 === 'string' ? [{ address: ipv6, prefix: '64' }] : [],
    },
    ansible_default_ipv4: { interface: 'eth0' },
  }
  const given = fromJson(facts)
  return isDict(given) ? given : dict({})
}

async function viewFor(inventory: Inventory, host: string): Promise<Dict> {
  const hostvars: Dict = new Map(
    [...inventory.hosts].map(([name, { variables }]) => {
      const own: Dict = new Map([...variables].map(([key, { value }]) => [key, value]))
      return [name, new Map([...own, ...factsOf(own)])]
    }),
  )
  const values = dict({ hostvars, groups: groupsDict(inventory), inventory_hostname: host })
  const controller = controllerWith({ variable: (name) => values.get(name) })
  const plan = ha_topology.plan(await ha_topology.prepare({ preflight: true }, controller), new World())
  const facts = plan.status === 'ok' ? plan.result?.['ansible_facts'] : undefined
  const view = isDict(facts) ? facts.get('ha') : undefined
  if (!isDict(view)) throw new Error(`no ha for ${host}`)
  return view
}

it('are all here', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(EXAMPLES).map((name) => `${name}.ini`))
})

describe.each(Object.entries(EXAMPLES))('examples/%s.ini', (name, { nodes, endpoints }) => {
  let inventory: Inventory
  beforeAll(async () => {
    inventory = await loadInventory([`${folder}${name}.ini`])
  })

  it('is read without a warning, and makes these endpoints', async () => {
    expect(inventory.warnings).toEqual([])
    const view = toJson(await viewFor(inventory, nodes[0] ?? ''))
    expect(view).toMatchObject({ endpoints, warnings: name === 'clusters' ? expect.anything() : [] })
  })

  it.each(nodes)('%s: configurations', async (host) => {
    const view = await viewFor(inventory, host)
    const files = ['keepalived.conf', ...(view.get('haproxy') === true ? ['haproxy.cfg'] : [])]
    for (const file of files)
      await expect(renderView(`${file}.hbs`, view, host)).toMatchFileSnapshot(
        `golden/example-${name}.${host}.${file}`,
      )
  })
})
