import type { Cidr } from './address.ts'
import type { GivenFrontend } from './frontends.ts'
import type { Members } from './groups.ts'
import type { CheckName } from './preflight/finding.ts'
import type { Problems } from './problems.ts'
import { IDLE, type ProfileName } from './profile.ts'
import { oneValue } from './read-variables.ts'
import type { EndpointVariable, Given, Stats } from './variables.ts'

/** What holds for the whole endpoint: the variables with their defaults filled in. */
export interface Endpoint {
  vips: readonly Cidr[]
  /** Whether haproxy runs on the nodes; without it the virtual address leads to the node's own API server. */
  haproxy: boolean
  /** Port that clients use. */
  port: number
  bind: 'wildcard' | 'vip'
  apiserverPort: number
  checkPath: string
  /** Given by hand; undefined = computed. */
  vrids: readonly number[] | undefined
  unicast: boolean
  failover: ProfileName
  preempt: boolean
  /** How long a connection may say nothing, in haproxy's words. */
  idleTimeout: string
  authPass: string | undefined
  monitorPort: number
  stats: Stats | undefined
  /** Checks of the preflight that do not stop a run. */
  skipPreflight: readonly CheckName[]
  /** Whether hakube opens what is needed in the nodes' firewalld. */
  firewall: boolean
  /** Further services, as they are written. */
  frontends: readonly GivenFrontend[]
}

/** Reads the endpoint out of the variables of all its hosts. Undefined without a virtual address. */
export function readEndpoint(
  given: ReadonlyMap<string, Given>,
  members: Members,
  problems: Problems,
): Endpoint | undefined {
  const groups = [members.controlPlane, members.nodes]
  const one = <Name extends EndpointVariable>(name: Name) => oneValue(name, given, groups, problems)
  const haproxy = one('ha_haproxy') ?? true
  const apiserverPort = one('ha_apiserver_port') ?? 6443
  const port = one('ha_port')
  const endpoint = {
    haproxy,
    port: haproxy ? (port ?? (members.layout === 'stacked' ? 8443 : 6443)) : apiserverPort,
    bind: one('ha_bind') ?? 'wildcard',
    apiserverPort,
    checkPath: one('ha_check_path') ?? '/readyz',
    vrids: one('ha_vrid'),
    unicast: one('ha_vrrp') !== 'multicast',
    failover: one('ha_failover') ?? 'balanced',
    preempt: one('ha_preempt'),
    idleTimeout: one('ha_idle_timeout') ?? IDLE.timeout,
    authPass: one('ha_auth_pass'),
    monitorPort: one('ha_monitor_port') ?? 8404,
    stats: one('ha_stats'),
    skipPreflight: one('ha_skip_preflight') ?? [],
    firewall: one('ha_firewall') ?? true,
    frontends: one('ha_frontends') ?? [],
  }
  one('ha_runtime')
  if (!haproxy) refuseHaproxySettings(given, apiserverPort, problems)
  const vips = one('ha_vip')
  if (vips) return { ...endpoint, vips, preempt: endpoint.preempt ?? isActiveActive(vips) }
  // A malformed ha_vip has been reported already.
  if (!problems.any) {
    problems.add('ha_vip is not set', {
      code: 'ha-variable',
      variable: 'ha_vip',
      hint: 'write the virtual address under [all:vars], such as ha_vip=10.0.0.10',
    })
  }
  return undefined
}

/** Several addresses of one family: each belongs on a node of its own, and must get back there. */
function isActiveActive(vips: readonly Cidr[]): boolean {
  return vips.length > new Set(vips.map((vip) => vip.family)).size
}

const NEEDS_HAPROXY = [
  'ha_port',
  'ha_bind',
  'ha_monitor_port',
  'ha_idle_timeout',
  'ha_stats',
  'ha_frontends',
] as const

function refuseHaproxySettings(
  given: ReadonlyMap<string, Given>,
  apiserverPort: number,
  problems: Problems,
): void {
  for (const [host, values] of given) {
    for (const name of NEEDS_HAPROXY) {
      if (values[name] === undefined || (name === 'ha_port' && values.ha_port === apiserverPort)) continue
      problems.add(`${name} means nothing without haproxy (ha_haproxy is off)`, {
        code: 'ha-variable',
        host,
        variable: name,
        hint:
          name === 'ha_port'
            ? `clients reach the API servers on their own port, ha_apiserver_port (${apiserverPort})`
            : `leave ${name} out, or leave ha_haproxy out`,
      })
    }
  }
}
