import { listed } from '../../verify/finding.ts'
import { merged } from '../../verify/evaluate.ts'
import { readKeepalivedConf } from '../../verify/keepalived-conf.ts'
import { apiServers } from './apis.ts'
import { exchange } from './exchange.ts'
import type { CheckName, PreflightFinding } from './finding.ts'
import { clocks, disk, guards, names, ports } from './local.ts'
import { foreignRouters, virtualAddresses } from './network.ts'
import type { PreflightSeen } from './seen.ts'
import { holdersOf, nodesOf } from './who.ts'

/** Everything that is to be said before the first change, about all endpoints of the inventory. Pure. */
export function judge(seen: PreflightSeen): PreflightFinding[] {
  return merged(endpointsOf(seen).flatMap(judgeOne))
}

/** The same about one endpoint, in the order of CHECKS. */
export function judgeOne(seen: PreflightSeen): PreflightFinding[] {
  const waiting = seen.heard.size > 0 ? [virtualAddresses, foreignRouters, exchange] : []
  const checks = [...waiting, apiServers, ports, clocks, names, disk, guards]
  const skips = new Set([...seen.views.values()].flatMap((view) => view.skip_preflight))
  return merged(checks.flatMap((check) => check(seen)).map((finding) => skipped(finding, skips)))
}

/** Whoever skips a check still hears what it has found. */
function skipped(finding: PreflightFinding, skips: ReadonlySet<CheckName>): PreflightFinding {
  if (finding.level !== 'fail' || !skips.has(finding.check)) return finding
  return { ...finding, level: 'warn', todo: `${finding.todo ?? ''} (not refused: ha_skip_preflight)` }
}

/** An inventory may have several endpoints; the hosts of one have the same addresses and port. */
export function endpointsOf(seen: PreflightSeen): PreflightSeen[] {
  const groups = new Map<string, string[]>()
  for (const [host, view] of seen.views) {
    const key = JSON.stringify([view.vips, view.port])
    groups.set(key, [...(groups.get(key) ?? []), host])
  }
  return [...groups.values()].map((hosts) => {
    const of = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([host]) => hosts.includes(host)))
    return {
      ...seen,
      views: of(seen.views),
      hosts: of(seen.hosts),
      heard: of(seen.heard),
      probes: seen.probes.filter(({ from }) => hosts.includes(from)),
    }
  })
}

/**
 * Whether what runs proves that the network is as the endpoint needs it: keepalived is active on all nodes, they talk
 * in the way in which they are to talk, and nodes of ours hold the addresses. Says how that is known.
 */
export function establishedBy(seen: PreflightSeen): string | undefined {
  const nodes = nodesOf(seen)
  const running = nodes.every((host) => {
    const [view, look] = [seen.views.get(host), seen.hosts.get(host)]
    if (!view || look?.units.get('keepalived') !== 'active' || look.keepalivedConf === undefined) return false
    const conf = readKeepalivedConf(look.keepalivedConf)
    return view.instances.every((wanted) => {
      const found = conf.instances.find(({ vrid }) => vrid === wanted.vrid)
      const peers = view.vrrp.unicast ? wanted.peers : []
      return found !== undefined && sorted(found.peers) === sorted(peers)
    })
  })
  const vips = new Set([...seen.views.values()].flatMap((view) => view.vips))
  const holders = [...vips].map((vip) => holdersOf(seen, vip))
  if (nodes.length === 0 || !running || !holders.every((hosts) => hosts.length === 1)) return undefined
  return `keepalived runs on ${listed(nodes)}, and ${listed([...new Set(holders.flat())])} holds ${listed([...vips])}`
}

function sorted(words: readonly string[]): string {
  return [...words].sort().join(' ')
}
