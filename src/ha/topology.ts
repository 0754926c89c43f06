import { type Family, familyOf } from './address.ts'
import { nodeAddress, type Placements, placeVip } from './addresses.ts'
import { checkAddresses, checkNodes, checkPorts, checkTimers, checkVips } from './checks.ts'
import { checkNeighbours, clusterOf, clustersOf, groupsOf } from './clusters.ts'
import { type Endpoint, readEndpoint } from './endpoint.ts'
import { checkServers, type Frontend, readFrontends } from './frontends.ts'
import { type Members, readGroups } from './groups.ts'
import { secondsOf, SHORT_IDLE } from './haproxy-time.ts'
import type { HostInput } from './input.ts'
import { type PlaceOf, Problems } from './problems.ts'
import { readVariables } from './read-variables.ts'
import type { Given } from './variables.ts'
import { type Distribution, tooOld } from './versions.ts'
import { mirrored, virtualRouterIds } from './vrrp.ts'

export interface TopologyInput {
  /** The hosts of the endpoint's groups, and those that ha_frontends leads to. */
  hosts: ReadonlyMap<string, HostInput>
  groups: ReadonlyMap<string, readonly string[]>
  placeOf?: PlaceOf
  /** Where an inventory has several clusters (ha_cluster): a host of the one that is meant. */
  host?: string
}

/** One host that runs keepalived (and haproxy). */
export interface Node {
  name: string
  /** One per virtual address. */
  priorities: readonly number[]
  /** Its own addresses, by family, for VRRP. */
  addresses: ReadonlyMap<Family, string>
  /** Where each virtual address goes on it, in the order of the addresses. */
  placements: Placements
  osFamily: string | undefined
  /** undefined: not known. */
  distribution: Distribution | undefined
}

export interface Backend {
  name: string
  address: string
}

/** The endpoint as it is to be: who runs what, with which addresses and numbers. */
export interface Topology {
  /** Its name, where the inventory has several. */
  cluster: string | undefined
  layout: Members['layout']
  endpoint: Endpoint
  /** One per virtual address. */
  vrids: readonly number[]
  nodes: readonly Node[]
  /** The API servers. */
  backends: readonly Backend[]
  /** Further services. */
  frontends: readonly Frontend[]
  /** What is not wrong, but should be known. */
  warnings: readonly string[]
}

/**
 * Derives the endpoint from the inventory and the facts that are known so far. Facts may be missing for hosts that
 * cannot be reached, as long as the inventory has their addresses.
 * Throws HakubeErrors with everything that is wrong.
 */
export function deriveTopology(input: TopologyInput): Topology {
  const problems = new Problems(input.placeOf)
  const cluster = chosenCluster(input, problems)
  const members = readGroups(groupsOf(cluster, input.groups, input.hosts), problems)
  if (!members) throw problems.asError()
  const names = [...new Set([...members.nodes, ...members.controlPlane])]
  const hosts = names.map((name) => hostOf(input, name))
  const given = new Map(hosts.map((host) => [host.name, readVariables(host, problems)]))
  const endpoint = readEndpoint(given, members, problems)
  if (!endpoint) throw problems.asError()
  const node = (name: string) => ({ host: hostOf(input, name), given: given.get(name) ?? {} })
  const placements = new Map(
    members.nodes.map(
      (name) => [name, endpoint.vips.map((vip) => placeVip(node(name), vip, problems))] as const,
    ),
  )
  // Before the nodes' addresses: a wrong virtual address would make them seem wrong too.
  checkVips(endpoint.vips, placements.values(), hosts, problems)
  const frontends = readFrontends(
    endpoint.frontends,
    endpoint,
    {
      groups: input.groups,
      has: (name) => input.hosts.has(name),
      host: (name) => hostOf(input, name),
    },
    problems,
  )
  const topology = {
    cluster,
    frontends,
    ...build(members, etcdMembers(input, cluster, members), endpoint, placements, node, problems),
  }
  checkServers(frontends, problems)
  checkPorts(topology, problems)
  checkNodes(topology, problems)
  checkTimers(topology, problems)
  checkAddresses(topology, problems)
  checkNeighbours(topology, input.groups, input.hosts, problems)
  problems.throw()
  return topology
}

/** The cluster of the host that is meant; undefined where the inventory has one without a name. */
function chosenCluster(input: TopologyInput, problems: Problems): string | undefined {
  const clusters = clustersOf(input.groups, input.hosts, problems)
  if (clusters.length < 2) return clusters[0]
  const chosen = clusterOf(input.hosts.get(input.host ?? ''))
  if (chosen === undefined && !problems.any) {
    problems.add(`the inventory has several clusters: ${clusters.join(', ')}`, {
      code: 'ha-cluster',
      hint: 'name a host of the one that is meant',
    })
  }
  problems.throw()
  return chosen
}

function hostOf(input: TopologyInput, name: string): HostInput {
  const host = input.hosts.get(name)
  if (!host) throw new TypeError(`the groups name a host ${name} that has no variables`)
  return host
}

function build(
  members: Members,
  etcd: readonly string[],
  endpoint: Endpoint,
  placements: ReadonlyMap<string, Placements>,
  node: (name: string) => { host: HostInput; given: Given },
  problems: Problems,
): Omit<Topology, 'cluster' | 'frontends'> {
  const families = new Set(endpoint.vips.map((vip) => vip.family))
  const main = endpoint.vips[0]?.family ?? 4
  const orders = endpoint.vips.map((_, index) => mirrored(members.nodes.length, endpoint.vips, index))
  return {
    layout: members.layout,
    endpoint,
    vrids: virtualRouterIds(endpoint.vips, endpoint.vrids, problems),
    nodes: members.nodes.map((name, index) => ({
      name,
      priorities: orders.map((order) => order[index] ?? 0),
      addresses: addressesOf(node(name), families, endpoint, problems),
      placements: placements.get(name) ?? [],
      osFamily: node(name).host.facts?.osFamily,
      distribution: node(name).host.facts?.distribution,
    })),
    backends: members.controlPlane.flatMap((name) => {
      const address = nodeAddress(node(name), main, endpoint.vips, problems)
      return address === undefined ? [] : [{ name, address }]
    }),
    warnings: [
      ...warningsFor(members, etcd),
      ...idleWarning(endpoint),
      ...members.nodes.flatMap((name) => {
        const old = tooOld(node(name).host.facts?.distribution)
        return old === undefined ? [] : [`${name}: ${old}`]
      }),
    ],
  }
}

function addressesOf(
  node: Parameters<typeof nodeAddress>[0],
  families: ReadonlySet<Family>,
  endpoint: Endpoint,
  problems: Problems,
): Map<Family, string> {
  const found = new Map<Family, string>()
  for (const family of families) {
    const address = nodeAddress(node, family, endpoint.vips, problems)
    if (address !== undefined) found.set(familyOf(address), address)
  }
  return found
}

function warningsFor(members: Members, etcd: readonly string[]): string[] {
  const { layout, nodes, controlPlane } = members
  const warnings: string[] = []
  if (nodes.length === 1) {
    const where = layout === 'stacked' ? 'control-plane nodes' : 'load balancers'
    warnings.push(
      `${nodes.join()} is the only node: there is nothing to fail over to, so keepalived and the virtual address are left out until there are two ${where}`,
    )
  } else if (controlPlane.length === 1) {
    warnings.push(
      `${controlPlane.join()} is the only control-plane node: the endpoint moves between load balancers, but nothing replaces its API server`,
    )
  }
  if (etcd.length > 0 && etcd.length % 2 === 0) {
    const lost = etcd.length / 2 - 1
    warnings.push(
      `${etcd.length} etcd members (${etcd.join(', ')}) survive the loss of ${lost === 0 ? 'none' : lost}, no more than ${etcd.length - 1} do: use an odd number`,
    )
  }
  return warnings
}

/** Watches of a quiet cluster, `kubectl logs -f` and exec live for as long as haproxy lets them. */
function idleWarning({ haproxy, idleTimeout }: Endpoint): string[] {
  const seconds = secondsOf(idleTimeout)
  if (!haproxy || seconds === undefined || seconds >= SHORT_IDLE) return []
  return [
    `ha_idle_timeout=${idleTimeout} cuts kubectl logs -f, exec and watches that are silent for so long: take an hour or more`,
  ]
}

/** Members of etcd: a group of its own, as kubespray has it, else the control-plane nodes. */
function etcdMembers(input: TopologyInput, cluster: string | undefined, members: Members): readonly string[] {
  const own = cluster === undefined ? (input.groups.get('etcd') ?? []) : []
  return own.length > 0 ? own : members.controlPlane
}
