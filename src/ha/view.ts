import { familyOf, fullPrefix, withPort } from './address.ts'
import { budgetOf, type BudgetSettings } from './budget.ts'
import type { Endpoint } from './endpoint.ts'
import type { Members } from './groups.ts'
import { firewallView } from './firewall.ts'
import { DOWN_FILE, HARD_STOP, IDLE, type Profile, PROFILES } from './profile.ts'
import type { Frontend } from './frontends.ts'
import type { Node, Topology } from './topology.ts'
import { directivesOf, releasesOf } from './versions.ts'
import { mirrored } from './vrrp.ts'

/** The check script on the hosts, in the directory whose files SELinux lets keepalived run. */
export const CHECK_SCRIPT = '/usr/libexec/keepalived/hakube-check'

/** What haproxy answers keepalived on. */
export const MONITOR_PATH = '/alive'

/** Where haproxy tells the node itself how its servers are. */
export const STATISTICS_PATH = '/servers'

/**
 * The endpoint as one host sees it: the variable `ha` of templates and playbooks. Plain data, in the spelling of
 * playbooks.
 */
export function viewOf(topology: Topology, host: string) {
  const { endpoint, nodes } = topology
  const node = nodes.find((each) => each.name === host)
  const profile = PROFILES[endpoint.failover]
  const failover = nodes.length > 1
  const haproxy = node !== undefined && endpoint.haproxy
  const keepalived = node !== undefined && failover
  return {
    cluster: topology.cluster ?? '',
    layout: topology.layout,
    endpoints: endpoint.vips.map((vip) => `https://${withPort(vip.address, endpoint.port)}`),
    vips: endpoint.vips.map((vip) => vip.address),
    port: endpoint.port,
    haproxy,
    keepalived,
    packages: [...(haproxy ? ['haproxy'] : []), ...(keepalived ? ['keepalived'] : [])],
    apiserver: {
      port: endpoint.apiserverPort,
      check_path: endpoint.checkPath,
      here: topology.backends.some((backend) => backend.name === host),
    },
    servers: topology.backends.map(({ name, address }) => ({
      name,
      address: withPort(address, endpoint.apiserverPort),
    })),
    binds: binds(topology, endpoint.port, endpoint.bind),
    frontends: topology.frontends.map((frontend) => frontendView(topology, frontend)),
    monitor: { port: endpoint.monitorPort, path: MONITOR_PATH, statistics: STATISTICS_PATH },
    stats: endpoint.stats
      ? {
          binds: wildcards(topology, endpoint.stats.port),
          path: endpoint.stats.path,
          realm: endpoint.stats.realm ?? '',
        }
      : null,
    stats_socket: node?.osFamily === 'Debian' ? '/run/haproxy/admin.sock' : '/var/lib/haproxy/stats',
    directives: directivesOf(releasesOf(node?.distribution)),
    timers: haproxyTimers(profile, endpoint.idleTimeout),
    vrrp: vrrp(topology, profile),
    down_file: haproxy && keepalived ? DOWN_FILE : '',
    check: { command: checkCommand(topology, host), ...profile.check },
    instances: node && failover ? instances(topology, node) : [],
    firewall: firewallView(topology, host),
    sysctls: endpoint.haproxy && bindsVip(topology) ? sysctls(topology) : [],
    failover: endpoint.failover,
    budget: budgetOf(budgetSettings(topology)),
    skip_preflight: endpoint.skipPreflight,
    warnings: topology.warnings,
  }
}

export type View = ReturnType<typeof viewOf>

function frontendView(topology: Topology, { name, port, bind, balance, check, servers }: Frontend) {
  const http = check.type === 'http' || check.type === 'https'
  return {
    name,
    port,
    binds: binds(topology, port, bind),
    balance,
    check: {
      type: check.type,
      http,
      path: check.path,
      status: check.status,
      // Words of haproxy's default-server line.
      words: [
        ...(check.type === 'none' ? [] : ['check']),
        ...(check.type === 'https' ? ['check-ssl', 'verify', 'none'] : []),
        ...(check.port === undefined ? [] : ['port', String(check.port)]),
      ].join(' '),
    },
    servers: servers.map((server) => ({ name: server.name, address: server.address })),
  }
}

function binds(topology: Topology, port: number, bind: 'wildcard' | 'vip'): string[] {
  const { vips } = topology.endpoint
  return bind === 'vip' ? vips.map((vip) => withPort(vip.address, port)) : wildcards(topology, port)
}

/** Only the families that are used: a node without IPv6 has no [::]. */
function wildcards(topology: Topology, port: number): string[] {
  const families = new Set(topology.endpoint.vips.map((vip) => vip.family))
  return [...(families.has(4) ? [`*:${port}`] : []), ...(families.has(6) ? [`[::]:${port} v6only`] : [])]
}

function bindsVip({ endpoint, frontends }: Topology): boolean {
  return endpoint.bind === 'vip' || frontends.some((frontend) => frontend.bind === 'vip')
}

/** A backup has not got the address yet that haproxy is to listen on. */
function sysctls(topology: Topology): { name: string; value: string }[] {
  const families = new Set(topology.endpoint.vips.map((vip) => vip.family))
  return [...families].map((family) => ({ name: `net.ipv${family}.ip_nonlocal_bind`, value: '1' }))
}

function haproxyTimers(profile: Profile, idle: string) {
  const { inter, fastinter, timeout, fall, rise } = profile.backend
  return {
    connect: milliseconds(profile.connect),
    idle,
    keepalive: IDLE.keepalive,
    check: milliseconds(timeout),
    inter: milliseconds(inter),
    fastinter: milliseconds(fastinter),
    fall,
    rise,
    hard_stop: HARD_STOP,
  }
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`
}

/** What the failover budget of an endpoint depends on. */
export function budgetSettings({ endpoint, nodes, layout, backends }: Topology): BudgetSettings {
  const priorities = nodes.map((node) => node.priorities[0] ?? 0)
  return settingsFor(endpoint, { priorities, stacked: layout === 'stacked', servers: backends.length })
}

/** The same for an endpoint of which only the inventory is known. */
export function plannedBudgetSettings(endpoint: Endpoint, members: Members): BudgetSettings {
  return settingsFor(endpoint, {
    priorities: mirrored(members.nodes.length, endpoint.vips, 0),
    stacked: members.layout === 'stacked',
    servers: members.controlPlane.length,
  })
}

function settingsFor(
  endpoint: Endpoint,
  rest: Pick<BudgetSettings, 'priorities' | 'stacked' | 'servers'>,
): BudgetSettings {
  return {
    failover: endpoint.failover,
    version: versionOf(endpoint),
    haproxy: endpoint.haproxy,
    ...rest,
  }
}

/** Only version 2 has passwords. */
function versionOf({ authPass }: Endpoint): 2 | 3 {
  return authPass === undefined ? 3 : 2
}

function vrrp(topology: Topology, profile: Profile) {
  const { authPass, preempt, unicast } = topology.endpoint
  const version = versionOf(topology.endpoint)
  return {
    version,
    advert: version === 3 ? profile.advert : profile.advertV2,
    unicast,
    preempt,
    auth_pass: authPass ?? '',
  }
}

/** keepalived checks what the node's part of the endpoint is: its haproxy, else its own API server. */
function checkCommand({ endpoint, backends }: Topology, host: string): string {
  if (endpoint.haproxy) {
    return `${CHECK_SCRIPT} http 127.0.0.1 ${endpoint.monitorPort} ${MONITOR_PATH} ${endpoint.port}`
  }
  const address = backends.find((backend) => backend.name === host)?.address ?? '127.0.0.1'
  return `${CHECK_SCRIPT} https ${address} ${endpoint.apiserverPort} ${endpoint.checkPath}`
}

function instances(topology: Topology, node: Node) {
  return topology.endpoint.vips.map((vip, index) => {
    const placement = node.placements[index]
    const source = node.addresses.get(vip.family) ?? ''
    return {
      name: `hakube_${vip.address.replaceAll(/[^\da-f]+/g, '_')}`,
      vip: `${vip.address}/${placement?.prefix ?? vip.prefix ?? fullPrefix(vip.family)}`,
      interface: placement?.interface ?? '',
      vrid: topology.vrids[index] ?? 0,
      priority: node.priorities[index] ?? 0,
      source,
      peers: topology.nodes
        .filter((other) => other !== node)
        .map((other) => other.addresses.get(familyOf(vip.address)) ?? ''),
    }
  })
}
