import { type Cidr, isInNetwork } from './address.ts'
import { CONTROL_PLANE, LOAD_BALANCERS } from './groups.ts'
import type { HostInput } from './input.ts'
import type { Problems } from './problems.ts'
import type { Topology } from './topology.ts'
import { variables } from './variables.ts'
import { virtualRouterIds } from './vrrp.ts'

type Groups = ReadonlyMap<string, readonly string[]>
type Hosts = ReadonlyMap<string, HostInput>

/** The hosts that have a part in an endpoint: those of the known groups. */
export function endpointHosts(groups: Groups): string[] {
  return [...new Set([...CONTROL_PLANE, ...LOAD_BALANCERS].flatMap((group) => groups.get(group) ?? []))]
}

/** The cluster that a host belongs to by its ha_cluster; undefined = none is named. */
export function clusterOf(host: HostInput | undefined): string | undefined {
  const value = host?.variables.get('ha_cluster')
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The clusters of an inventory, in its order; one without a name where ha_cluster is not used. */
export function clustersOf(groups: Groups, hosts: Hosts, problems: Problems): (string | undefined)[] {
  const members = endpointHosts(groups)
  const names = new Set(members.map((name) => clusterOf(hosts.get(name))))
  const nameless = members.filter((name) => clusterOf(hosts.get(name)) === undefined)
  if (names.size > 1 && nameless.length > 0) {
    problems.add(`ha_cluster is set on other hosts, but not on ${nameless.join(', ')}`, {
      code: 'ha-cluster',
      host: nameless[0] ?? '',
      hint: 'where an inventory has several clusters, each of their hosts needs to know its own: set ha_cluster under the :vars of each cluster’s group',
    })
  }
  return [...names]
}

/** The groups with the hosts of one cluster only. */
export function groupsOf(cluster: string | undefined, groups: Groups, hosts: Hosts): Groups {
  if (cluster === undefined) return groups
  const members = new Set(endpointHosts(groups).filter((name) => clusterOf(hosts.get(name)) === cluster))
  const known = new Set<string>([...CONTROL_PLANE, ...LOAD_BALANCERS])
  return new Map(
    [...groups].map(([name, list]) => [
      name,
      known.has(name) ? list.filter((host) => members.has(host)) : list,
    ]),
  )
}

interface Neighbour {
  cluster: string
  vips: readonly Cidr[]
  vrids: readonly number[]
}

/**
 * What the other clusters of the inventory have as well. Only their variables are read: they may be left out by
 * --limit, and a mistake in them is told where they are set up.
 */
export function checkNeighbours(own: Topology, groups: Groups, hosts: Hosts, problems: Problems): void {
  for (const other of neighboursOf(own.cluster, groups, hosts)) {
    for (const vip of other.vips) {
      if (!own.endpoint.vips.some((each) => each.address === vip.address)) continue
      problems.add(`the clusters ${own.cluster} and ${other.cluster} have the same ha_vip ${vip.address}`, {
        code: 'ha-cluster',
        variable: 'ha_vip',
        hint: 'give each cluster an address of its own',
      })
    }
    own.vrids.forEach((vrid, index) => {
      const clash = other.vrids.findIndex(
        (one, at) => one === vrid && onOneSegment(own, index, other.vips[at]),
      )
      if (clash < 0) return
      problems.add(
        `the clusters ${own.cluster} and ${other.cluster} have the virtual router ID ${vrid} on one network`,
        { code: 'ha-cluster', variable: 'ha_vrid', hint: 'set ha_vrid of one of them to another number' },
      )
    })
  }
}

function neighboursOf(own: string | undefined, groups: Groups, hosts: Hosts): Neighbour[] {
  const found = new Map<string, Neighbour>()
  for (const name of endpointHosts(groups)) {
    const host = hosts.get(name)
    const cluster = clusterOf(host)
    if (!host || cluster === undefined || cluster === own || found.has(cluster)) continue
    const vips = variables.ha_vip.safeParse(host.variables.get('ha_vip'))
    if (!vips.success) continue
    const vrids = variables.ha_vrid.safeParse(host.variables.get('ha_vrid'))
    const given = vrids.success && vrids.data.length === vips.data.length ? vrids.data : undefined
    found.set(cluster, { cluster, vips: vips.data, vrids: virtualRouterIds(vips.data, given) })
  }
  return [...found.values()]
}

/** Whether another cluster's address is in the network of one of ours, as far as known. */
function onOneSegment(own: Topology, index: number, other: Cidr | undefined): boolean {
  const vip = own.endpoint.vips[index]
  if (!vip || !other || vip.family !== other.family) return false
  const prefix = own.nodes.map((node) => node.placements[index]?.prefix).find((each) => each !== undefined)
  const length = prefix ?? vip.prefix
  return length === undefined || isInNetwork(other.address, { address: vip.address, prefix: length })
}
