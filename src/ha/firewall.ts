import type { Family } from './address.ts'
import type { Topology } from './topology.ts'

/** What a node's firewall has to let in, in firewalld's spelling. */
export interface FirewallView {
  /** Whether hakube sees to it (ha_firewall). */
  manage: boolean
  /** Ports for everybody: 8443/tcp. */
  clients: string[]
  /** Ports for the other nodes alone. */
  node_ports: string[]
  /** Where these come from: the other nodes. */
  nodes: string[]
  /** Where VRRP comes from; empty without keepalived. */
  vrrp: string[]
}

/** The source of multicast VRRP over IPv6 is the link-local address, which nobody writes into an inventory. */
const LINK_LOCAL = 'fe80::/10'

/**
 * What the firewall of one node lets in: clients to what is on the virtual address, VRRP from the other nodes, and
 * where haproxy and API servers share nodes, the other nodes' haproxy to this one's API server.
 */
export function firewallView(topology: Topology, host: string): FirewallView {
  const { endpoint, nodes, backends, frontends } = topology
  const manage = endpoint.firewall
  if (!nodes.some((node) => node.name === host))
    return { manage, clients: [], node_ports: [], nodes: [], vrrp: [] }
  const others = nodes.filter((node) => node.name !== host)
  const families = [...new Set(endpoint.vips.map((vip) => vip.family))]
  const addresses = (family: Family) => others.flatMap((node) => node.addresses.get(family) ?? [])
  const ports = [
    endpoint.port,
    ...frontends.map((frontend) => frontend.port),
    ...(endpoint.stats ? [endpoint.stats.port] : []),
  ]
  // Without haproxy the API server's port is the endpoint's, and open to everybody.
  const serves = endpoint.haproxy && others.length > 0 && backends.some((backend) => backend.name === host)
  return {
    manage,
    clients: [...new Set(ports)].map((port) => `${port}/tcp`),
    node_ports: serves ? [`${endpoint.apiserverPort}/tcp`] : [],
    nodes: serves ? addresses(endpoint.vips[0]?.family ?? 4) : [],
    vrrp:
      others.length === 0
        ? []
        : families.flatMap((family) =>
            family === 6 && !endpoint.unicast ? [LINK_LOCAL] : addresses(family),
          ),
  }
}
