import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { clusterOf, endpointHosts } from '../ha/clusters.ts'
import { frontends, serverHosts } from '../ha/frontends.ts'
import { type HostInput, readHost } from '../ha/input.ts'
import { deriveTopology, type TopologyInput } from '../ha/topology.ts'
import { budgetTable } from '../ha/budget.ts'
import { budgetSettings, viewOf } from '../ha/view.ts'
import { type Controller, defineTask } from '../task.ts'
import { bool } from './params.ts'
import { type Dict, dict, fromJson, isDict, type Value } from '../value.ts'

type Groups = ReadonlyMap<string, readonly string[]>

export default defineTask({
  name: 'ha_topology',
  aliases: [],
  summary: 'Derive the highly available endpoint from the inventory and the facts, as the variable ha.',
  kind: () => 'local',
  params: z.strictObject({
    preflight: bool
      .default(true)
      .describe(
        'Whether a run that is about to change something first looks whether the endpoint can work; no for a playbook that takes it away.',
      ),
  }),
  example: `
- name: Derive the endpoint
  ha_topology:
`,
  prepare({ preflight }, controller) {
    const topology = deriveTopology(readInput(controller))
    const view = viewOf(topology, name(controller))
    const wanted = controller.verbosity > 0 || controller.variable('ansible_check_mode') === true
    return {
      ha: fromJson({ ...view, preflight }),
      warnings: topology.warnings,
      reason: reason(view),
      message: wanted ? budgetTable(budgetSettings(topology), view.budget, `of ${view.vips.join(', ')}`) : '',
    }
  },
  asks: () => [],
  plan: ({ ha, warnings, reason, message }) => ({
    status: 'ok',
    reason,
    result: {
      ansible_facts: dict({ ha }),
      ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
      ...(message === '' ? {} : { hakube_message: message }),
    },
  }),
})

function reason(view: { endpoints: string[]; servers: { name: string }[] }): string {
  return `${view.endpoints.join(', ')} before ${view.servers.map((server) => server.name).join(', ')}`
}

function name(controller: Pick<Controller, 'variable'>): string {
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
  const hostvars = controller.variable('hostvars')
  if (!isDict(hostvars)) throw missing('hostvars')
  const read = (host: string, facts: boolean): [string, HostInput][] => {
    const variables = hostvars.get(host)
    return isDict(variables) ? [[host, readHost(host, variables, { facts })]] : []
  }
  const own = name(controller)
  const members = endpointHosts(groups)
  // Workers have no part in the endpoint, and other clusters are set up without this one: reading their facts
  // would mean connecting to all of them.
  const bare = new Map(members.flatMap((host) => read(host, false)))
  const cluster = clusterOf(bare.get(own))
  const hosts = new Map([
    ...bare,
    ...members.flatMap((host) => (clusterOf(bare.get(host)) === cluster ? read(host, true) : [])),
  ])
  for (const host of served(bare.get(own), groups, hostvars)) {
    if (hosts.has(host)) continue
    const [entry] = read(host, false)
    // Their facts are for want of anything better.
    for (const [key, value] of entry && hasAddress(entry[1]) ? [entry] : read(host, true))
      hosts.set(key, value)
  }
  return { groups, hosts, host: own, placeOf: (host, variable) => controller.placeOf(host, variable) }
}

/** The hosts that the frontends lead to. Where these are wrongly written, that is told later. */
function served(own: HostInput | undefined, groups: Groups, hostvars: Dict): Set<string> {
  const given = frontends.safeParse(own?.variables.get('ha_frontends'))
  return given.success ? serverHosts(given.data, { groups, has: (host) => hostvars.has(host) }) : new Set()
}

function hasAddress({ ip, ip6, variables }: HostInput): boolean {
  return ip !== undefined || ip6 !== undefined || variables.has('ha_address')
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
