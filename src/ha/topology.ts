import { type Family, familyOf } from './address.ts'
import { nodeAddress, type Placements, placeVip } from './addresses.ts'
import { checkAddresses, checkNodes, checkPorts, checkTimers, checkVips } from './checks.ts'
import { type Endpoint, readEndpoint } from './endpoint.ts'
import { type Members, readGroups } from './groups.ts'
import type { HostInput } from './input.ts'
import { type PlaceOf, Problems } from './problems.ts'
import { readVariables } from './read-variables.ts'
import type { Given } from './variables.ts'
import { mirrored, virtualRouterIds } from './vrrp.ts'

export interface TopologyInput {
  /** Every host of the inventory. */
  hosts: ReadonlyMap<string, HostInput>
  groups: ReadonlyMap<string, readonly string[]>
  placeOf?: PlaceOf
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
}

export interface Backend {
  name: string
  address: string
}

/** The endpoint as it is to be: who runs what, with which addresses and numbers. */
export interface Topology {
  layout: Members['layout']
  endpoint: Endpoint
  /** One per virtual address. */
  vrids: readonly number[]
  nodes: readonly Node[]
  /** The API servers. */
  backends: readonly Backend[]
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
  const members = readGroups(input.groups, problems)
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
  const topology = build(members, endpoint, placements, node, problems)
  checkPorts(topology, problems)
  checkNodes(topology, problems)
  checkTimers(topology, problems)
  checkAddresses(topology, problems)
  problems.throw()
  return topology
}

function hostOf(input: TopologyInput, name: string): HostInput {
  const host = input.hosts.get(name)
  if (!host) throw new TypeError(`the groups name a host ${name} that has no variables`)
  return host
}

function build(
  members: Members,
  endpoint: Endpoint,
  placements: ReadonlyMap<string, Placements>,
  node: (name: string) => { host: HostInput; given: Given },
  problems: Problems,
): Topology {
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
    })),
    backends: members.controlPlane.flatMap((name) => {
      const address = nodeAddress(node(name), main, endpoint.vips, problems)
      return address === undefined ? [] : [{ name, address }]
    }),
    warnings: warningsFor(members),
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

function warningsFor(members: Members): string[] {
  if (members.nodes.length > 1) return []
  const where = members.layout === 'stacked' ? 'control-plane nodes' : 'load balancers'
  return [
    `${members.nodes.join()} is the only node: there is nothing to fail over to, so keepalived and the virtual address are left out until there are two ${where}`,
  ]
}
