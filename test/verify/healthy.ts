import { readFileSync } from 'node:fs'
import { deriveTopology, type TopologyInput } from '../../src/ha/topology.ts'
import { viewOf, type View } from '../../src/ha/view.ts'
import { readCertificate } from '../../src/verify/certificate.ts'
import type { Finding, Level } from '../../src/verify/finding.ts'
import { splitServer } from '../../src/verify/haproxy-cfg.ts'
import type { Probe } from '../../src/verify/probe.ts'
import type { NodeSeen, ProbeSeen, Seen } from '../../src/verify/seen.ts'
import { three } from '../ha/fixtures.ts'
import { renderFor } from '../ha/render.ts'

export const VIP = '10.0.0.10'

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}

/** Certificates of two authorities of the same name, as kubeadm's all are. */
export const OWN = readCertificate(fixture('own.pem'))
export const OTHER = readCertificate(fixture('other.pem'))

export function answered(status: number, certificate = OWN, body = ''): Probe {
  return { outcome: 'answered', status, body, certificate, ms: 5 }
}

const RUNS = { known: true, enablement: 'enabled', activity: 'active', needsReload: false } as const

const mac = (host: string) => `02:00:00:00:0${host.startsWith('lb') ? 1 : 0}:0${host.at(-1) ?? ''}`

/** A node in good health; m1 holds the address. */
function nodeOf(host: string, view: View, input: TopologyInput): NodeSeen {
  const own = `10.0.0.${host.startsWith('lb') ? '2' : ''}${host.at(-1) ?? ''}`
  const isHolder = view.keepalived && host.endsWith('1')
  const holder = host.startsWith('lb') || !view.keepalived ? 'lb1' : 'm1'
  return {
    addresses: [own, ...(isHolder ? view.vips : [])].map((address) => ({ interface: 'eth0', address })),
    macs: ['00:00:00:00:00:00', mac(host)],
    neighbours: new Map(
      view.vips.map((vip) => [
        vip,
        isHolder ? [] : [{ interface: 'eth0', mac: mac(holder), state: 'REACHABLE' }],
      ]),
    ),
    units: new Map([
      ['haproxy', RUNS],
      ['keepalived', RUNS],
    ]),
    versions: new Map([
      ['haproxy', '2.6.12'],
      ['keepalived', '2.2.7'],
    ]),
    states: new Map(view.instances.map(({ name }) => [name, isHolder ? 'MASTER' : 'BACKUP'])),
    check: { code: 0, words: '' },
    sysctls: new Map(view.sysctls.map(({ name, value }) => [name, value])),
    clock: { least: -0.01, most: 0.01 },
    keepalivedConf: view.keepalived ? renderFor('keepalived.conf.hbs', input, host) : undefined,
    haproxyCfg: view.haproxy ? renderFor('haproxy.cfg.hbs', input, host) : undefined,
    kubernetes: { kubelet: true, apiserverManifest: true, ca: fixture('own-ca.pem'), etcd: true },
  }
}

/** Three stacked nodes of which nothing is to be said; `variables` are the inventory's. */
export function healthy(variables: Record<string, unknown> = {}): Seen {
  return healthyOf(three({ ha_vip: VIP, ...variables }))
}

/** The same for any set-up in which m1 or lb1 holds the address. */
export function healthyOf(input: TopologyInput): Seen {
  const topology = deriveTopology(input)
  const views = new Map([...input.hosts.keys()].map((host) => [host, viewOf(topology, host)]))
  const probes = [...views].flatMap(([from, view]): ProbeSeen[] => [
    ...view.vips.map((address) => ({ from, address, port: view.port, result: answered(200) })),
    ...(view.haproxy || view.keepalived ? view.servers : []).flatMap(({ address }) => {
      const split = splitServer(address)
      return split ? [{ from, address: split.host, port: split.port, result: answered(200) }] : []
    }),
  ])
  return {
    views,
    nodes: new Map([...views].map(([host, view]) => [host, nodeOf(host, view, input)])),
    missing: new Map(),
    probes,
    outcomes: [],
    owners: new Map([['10.0.0.115', 'worker-1']]),
    now: Date.parse('2030-01-01'),
  }
}

/** The same, with some fields of some nodes otherwise. */
export function withNodes(seen: Seen, changes: Record<string, Partial<NodeSeen>>): Seen {
  const nodes = new Map([...seen.nodes].map(([host, node]) => [host, { ...node, ...changes[host] }]))
  return { ...seen, nodes }
}

/** The same, with another result of all connections to an address. */
export function withProbe(seen: Seen, address: string, result: Probe): Seen {
  const probes = seen.probes.map((probe) => (probe.address === address ? { ...probe, result } : probe))
  return { ...seen, probes }
}

/** The same without a host: it could not be asked. */
export function without(seen: Seen, host: string, why = 'it is down'): Seen {
  return {
    ...seen,
    nodes: new Map([...seen.nodes].filter(([name]) => name !== host)),
    missing: new Map([...seen.missing, [host, why]]),
    probes: seen.probes.filter(({ from }) => from !== host),
  }
}

/** `level where: what` of each finding. */
export function lines(findings: readonly Finding[], ...levels: readonly Level[]): string[] {
  return findings
    .filter(({ level }) => levels.length === 0 || levels.includes(level))
    .map(({ level, where, what }) => `${level} ${where}: ${what}`)
}
