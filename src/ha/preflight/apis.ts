import { certificates, sameCluster } from '../../verify/checks/certificates.ts'
import { apiServers as verifyServers, describe, serversOf } from '../../verify/checks/servers.ts'
import { listed } from '../../verify/finding.ts'
import type { NodeSeen, ProbeSeen, Seen } from '../../verify/seen.ts'
import { ok, type PreflightFinding } from './finding.ts'
import type { HostSeen, PreflightSeen } from './seen.ts'

/**
 * The API servers as far as they are there: nothing that listens is no mistake before the cluster is set up. What
 * verify calls a failure is a warning here, since the endpoint is not to blame for it.
 */
export function apiServers(seen: PreflightSeen): PreflightFinding[] {
  const { probes } = seen
  const all = verifySeen(seen, probes)
  const absent = serversOf(all).filter((server) => server.probes.length > 0 && server.probes.every(isRefused))
  const there = verifySeen(
    seen,
    probes.filter((probe) => !isRefused(probe)),
  )
  const silent = new Set(absent.map(({ name }) => name))
  const found = [...verifyServers(there), ...sameCluster(there), ...certificates(there)].filter(
    ({ level, where }) => level !== 'warn' && !silent.has(where),
  )
  const out = found.map((finding): PreflightFinding => {
    return { ...finding, check: 'api-servers', level: finding.level === 'fail' ? 'warn' : finding.level }
  })
  // Workers are found by their kubelet: there it is a mistake that nothing listens.
  const workers = verifyServers(all).filter(
    ({ where, todo }) => silent.has(where) && todo?.includes('looks like a worker'),
  )
  for (const finding of workers) out.push({ ...finding, check: 'api-servers', level: 'warn' })
  const waiting = absent.filter(({ name }) => !workers.some(({ where }) => where === name))
  if (waiting.length > 0) {
    const names = listed(waiting.map(({ name }) => name))
    out.push(ok('api-servers', names, 'nothing listens yet: the endpoint waits for the API servers'))
  }
  return out
}

function isRefused({ result }: ProbeSeen): boolean {
  return result.outcome === 'unreachable' && describe(result).startsWith('refuses')
}

/** What verify's checks look at, as far as it was asked here. */
export function verifySeen(seen: PreflightSeen, probes: readonly ProbeSeen[] = seen.probes): Seen {
  return {
    views: seen.views,
    nodes: new Map([...seen.hosts].map(([host, look]) => [host, nodeOf(look)])),
    missing: seen.missing,
    probes,
    outcomes: [],
    owners: seen.owners,
    now: seen.now,
  }
}

function nodeOf({ addresses, macs, clock, keepalivedConf, kubernetes }: HostSeen): NodeSeen {
  return {
    addresses,
    macs,
    clock,
    keepalivedConf,
    kubernetes,
    neighbours: new Map(),
    units: new Map(),
    versions: new Map(),
    states: new Map(),
    check: undefined,
    sysctls: new Map(),
    haproxyCfg: undefined,
  }
}
