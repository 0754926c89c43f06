import { type Cidr, fullPrefix, rangeOf, specialAddress } from './address.ts'
import type { Placements } from './addresses.ts'
import { ownPortUsers } from './frontends.ts'
import type { HostInput } from './input.ts'
import type { Problems } from './problems.ts'
import type { Topology } from './topology.ts'
import { MOST_NODES } from './vrrp.ts'

/** Addresses that no virtual address can have: of other kinds, of nodes, or with a meaning of their own. */
export function checkVips(
  vips: readonly Cidr[],
  placements: Iterable<Placements>,
  hosts: readonly HostInput[],
  problems: Problems,
): void {
  const places = [...placements]
  vips.forEach((vip, index) => {
    const about = { code: 'ha-vip', variable: 'ha_vip' }
    const hint = 'choose a free address of the nodes’ network'
    const range = rangeOf(vip.address)
    if (['loopback', 'multicast', 'unspecified', 'linkLocal', 'broadcast'].includes(range)) {
      problems.add(`ha_vip ${vip.address} is a ${range} address`, { ...about, hint })
    }
    if (vips.findIndex((other) => other.address === vip.address) < index) {
      problems.add(`ha_vip has ${vip.address} twice`, { ...about, hint: 'write each address once' })
    }
    for (const host of hosts) {
      const owner = ownerOf(host, vip.address)
      if (owner !== undefined)
        problems.add(`ha_vip ${vip.address} is ${owner}`, { ...about, host: host.name, hint })
    }
    for (const place of places) {
      const prefix = place[index]?.prefix ?? vip.prefix
      const special = prefix === undefined ? undefined : specialAddress({ address: vip.address, prefix })
      if (special === undefined) continue
      problems.add(`ha_vip ${vip.address} is the ${special} address of its network (/${prefix})`, {
        ...about,
        hint,
      })
    }
  })
}

/** What a node's own address is; undefined for an address that it does not own. */
function ownerOf(host: HostInput, address: string): string | undefined {
  const inventory = { ip: host.ip, ip6: host.ip6, ansible_host: host.ansibleHost }
  const name = Object.entries(inventory).find(([, value]) => value === address)?.[0]
  if (name !== undefined) return `the ${name} of ${host.name}`
  for (const each of host.facts?.interfaces ?? []) {
    // The holder has the virtual address among its further ones.
    const own = each.addresses.find(
      (one) => one.address === address && one.primary && one.prefix !== fullPrefix(one.family),
    )
    if (own) return `the address of ${host.name} on ${each.name}`
  }
  return undefined
}

/** Ports that Kubernetes uses on a control-plane node. */
const TAKEN: Readonly<Record<number, string>> = {
  2379: 'etcd',
  2380: 'etcd',
  10_250: 'the kubelet',
  10_257: 'the controller manager',
  10_259: 'the scheduler',
}

/** What of a topology shows before anything of the nodes is known but their names. */
export interface Outline extends Pick<Topology, 'endpoint' | 'layout' | 'frontends'> {
  nodes: readonly { name: string }[]
}

/** Ports that haproxy and others on the same node would both want. */
export function checkPorts(topology: Outline, problems: Problems): void {
  const { endpoint, layout, frontends, nodes } = topology
  if (!endpoint.haproxy) return
  const wanted: [variable: string, port: number, name?: string][] = [
    ['ha_port', endpoint.port],
    ['ha_monitor_port', endpoint.monitorPort],
    ...(endpoint.stats ? [['ha_stats', endpoint.stats.port] satisfies [string, number]] : []),
    ...frontends.map(({ name, port }): [string, number, string] => ['ha_frontends', port, name]),
  ]
  const taken = new Map<number, string>()
  if (layout === 'stacked') {
    for (const [port, owner] of Object.entries(TAKEN)) taken.set(Number(port), owner)
    taken.set(endpoint.apiserverPort, 'the API server (ha_apiserver_port)')
  }
  for (const [variable, port, name] of wanted) {
    const owner = taken.get(port)
    const what = name === undefined ? `${variable} is ${port}` : `${variable}: ${name} is on ${port}`
    if (owner !== undefined) {
      problems.add(`${what}, the port of ${owner} on the same node`, {
        code: 'ha-port',
        variable,
        hint: `choose another port, such as ${[8443, 7443, 9443].find((free) => !taken.has(free) && free !== port) ?? 16_443}`,
      })
    }
    taken.set(port, name === undefined ? variable : `${variable} (${name})`)
  }
  const names = nodes.map((node) => node.name)
  for (const { name, port } of ownPortUsers(frontends, names)) {
    problems.add(`ha_frontends: ${name} is on ${port}, and so is its server on the same node`, {
      code: 'ha-port',
      variable: 'ha_frontends',
      hint: 'choose another port for it, or set server_port to where the servers listen, or run haproxy on load balancers of their own',
    })
  }
}

/** What the number and kind of nodes rule out. */
export function checkNodes(topology: Outline, problems: Problems): void {
  const { endpoint, layout, nodes } = topology
  if (nodes.length > MOST_NODES) {
    problems.add(`${nodes.length} nodes are more than there are priorities for (${MOST_NODES})`, {
      code: 'ha-nodes',
      hint: 'put load balancers of their own before the control-plane nodes',
    })
  }
  if (layout === 'dedicated' && !endpoint.haproxy) {
    problems.add('ha_haproxy is off, and the virtual address would be on hosts without an API server', {
      code: 'ha-variable',
      variable: 'ha_haproxy',
      hint: 'leave ha_haproxy out, or leave out the group of load balancers',
    })
  }
  if (endpoint.authPass !== undefined && endpoint.vips.some((vip) => vip.family === 6)) {
    problems.add('ha_auth_pass needs VRRP version 2, which has no IPv6', {
      code: 'ha-variable',
      variable: 'ha_auth_pass',
      hint: 'leave ha_auth_pass out',
    })
  }
}

/** Timers that the chosen version of VRRP cannot keep. */
export function checkTimers({ endpoint, nodes }: Outline, problems: Problems): void {
  if (endpoint.failover !== 'fast' || nodes.length < 2) return
  if (endpoint.authPass !== undefined) {
    problems.add(
      'ha_failover is fast, and ha_auth_pass needs VRRP version 2, which knows whole seconds only',
      {
        code: 'ha-failover',
        variable: 'ha_failover',
        hint: 'leave ha_auth_pass out (it crosses the network in clear text anyway), or write ha_failover=balanced',
      },
    )
  }
}

/** Two nodes with one address: one of them is written wrongly. */
export function checkAddresses(topology: Topology, problems: Problems): void {
  const owners = new Map<string, string>()
  const all = [
    ...topology.backends.map(({ name, address }) => ({ name, address })),
    ...topology.nodes.flatMap((node) =>
      [...node.addresses.values()].map((address) => ({ name: node.name, address })),
    ),
  ]
  for (const { name, address } of all) {
    const owner = owners.get(address) ?? name
    owners.set(address, owner)
    if (owner !== name) {
      problems.add(`${owner} and ${name} have the same address ${address}`, {
        code: 'ha-address',
        host: name,
        variable: 'ha_address',
        hint: 'correct ha_address or ip of one of them',
      })
    }
    if (topology.endpoint.vips.some((vip) => vip.address === address)) {
      problems.add(`ha_vip ${address} is the address of ${name}`, {
        code: 'ha-vip',
        host: name,
        variable: 'ha_vip',
        hint: 'choose a free address of the nodes’ network',
      })
    }
  }
}
