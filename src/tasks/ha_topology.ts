import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { CONTROL_PLANE, LOAD_BALANCERS } from '../ha/groups.ts'
import { readHost } from '../ha/input.ts'
import { deriveTopology, type TopologyInput } from '../ha/topology.ts'
import { viewOf } from '../ha/view.ts'
import { type Controller, defineTask } from '../task.ts'
import { dict, fromJson, isDict, type Value } from '../value.ts'

export default defineTask({
  name: 'ha_topology',
  aliases: [],
  summary: 'Derive the highly available endpoint from the inventory and the facts, as the variable ha.',
  kind: () => 'local',
  params: z.strictObject({}),
  example: `
- name: Derive the endpoint
  ha_topology:
`,
  prepare(_params, controller) {
    const topology = deriveTopology(readInput(controller))
    const view = viewOf(topology, name(controller))
    return { ha: fromJson(view), warnings: topology.warnings, reason: reason(view) }
  },
  asks: () => [],
  plan: ({ ha, warnings, reason }) => ({
    status: 'ok',
    reason,
    result: { ansible_facts: dict({ ha }), ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) },
  }),
})

function reason(view: { endpoints: string[]; servers: { name: string }[] }): string {
  return `${view.endpoints.join(', ')} before ${view.servers.map((server) => server.name).join(', ')}`
}

function name(controller: Controller): string {
  const value = controller.variable('inventory_hostname')
  if (typeof value !== 'string') throw new TypeError('inventory_hostname is no text')
  return value
}

/** The hosts and groups that the endpoint is derived from, out of the variables of any of them. */
export function readInput(controller: Pick<Controller, 'variable' | 'placeOf'>): TopologyInput {
  const groups = new Map<string, readonly string[]>()
  for (const [group, hosts] of entries(controller, 'groups')) {
    if (Array.isArray(hosts)) groups.set(String(group), hosts.map(String))
  }
  // Workers have no part in the endpoint: reading their facts would mean connecting to all of them.
  const all = new Set([...CONTROL_PLANE, ...LOAD_BALANCERS].flatMap((group) => groups.get(group) ?? []))
  const hostvars = controller.variable('hostvars')
  if (!isDict(hostvars)) throw missing('hostvars')
  const hosts = [...all].flatMap((host) => {
    const variables = hostvars.get(host)
    return isDict(variables) ? [[host, readHost(host, variables)] as const] : []
  })
  return { groups, hosts: new Map(hosts), placeOf: (host, variable) => controller.placeOf(host, variable) }
}

function entries(controller: Pick<Controller, 'variable'>, variable: string): Iterable<[unknown, Value]> {
  const value = controller.variable(variable)
  if (!isDict(value)) throw missing(variable)
  return value
}

function missing(variable: string): HakubeError {
  return new HakubeError(`ha_topology needs the variable ${variable}`, {
    code: 'ha-variable',
    hint: `remove what replaces ${variable} by something that is no dict`,
  })
}
