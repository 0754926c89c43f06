import { certificates, sameCluster } from './checks/certificates.ts'
import { agreement, backends, drift } from './checks/configs.ts'
import { oneHolder, reachable, rightHolder } from './checks/holders.ts'
import { nodeLoss } from './checks/loss.ts'
import { checkScript, clocks, kernel, units, versions } from './checks/nodes.ts'
import { apiServers, vipAnswers } from './checks/servers.ts'
import { type Finding, listed } from './finding.ts'
import type { Seen } from './seen.ts'

/** All checks, in the order of CHECKS. */
const ALL = [
  reachable,
  oneHolder,
  rightHolder,
  vipAnswers,
  apiServers,
  sameCluster,
  certificates,
  backends,
  agreement,
  drift,
  units,
  checkScript,
  kernel,
  versions,
  clocks,
  nodeLoss,
]

/** Everything that the checks say about what was seen. Pure. */
export function evaluate(seen: Seen): Finding[] {
  return merged(ALL.flatMap((check) => check(seen)))
}

/** The same about several hosts is said once. */
export function merged<Check extends string>(findings: readonly Finding<Check>[]): Finding<Check>[] {
  const groups = new Map<string, Finding<Check>[]>()
  for (const finding of findings) {
    const key = JSON.stringify({ ...finding, where: '' })
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first ? [{ ...first, where: listed(group.map(({ where }) => where)) }] : []
  })
}

/** An inventory may have several endpoints; the hosts of one have the same addresses and port. */
export function endpointsOf(seen: Seen): Seen[] {
  const groups = new Map<string, string[]>()
  for (const [host, view] of seen.views) {
    const key = JSON.stringify([view.vips, view.port])
    groups.set(key, [...(groups.get(key) ?? []), host])
  }
  return [...groups.values()].map((hosts) => only(seen, new Set(hosts)))
}

function only(seen: Seen, hosts: ReadonlySet<string>): Seen {
  const of = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([host]) => hosts.has(host)))
  return {
    ...seen,
    views: of(seen.views),
    nodes: of(seen.nodes),
    missing: of(seen.missing),
    probes: seen.probes.filter(({ from }) => hosts.has(from)),
    outcomes: seen.outcomes.filter(({ host }) => hosts.has(host)),
  }
}
