import { deriveTopology, type TopologyInput } from '../../../src/ha/topology.ts'
import { type View, viewOf } from '../../../src/ha/view.ts'
import { judgeOne } from '../../../src/ha/preflight/judge.ts'
import type { CheckName } from '../../../src/ha/preflight/finding.ts'
import type { Advert } from '../../../src/ha/preflight/packet.ts'
import type { Heard, HostSeen, PreflightSeen } from '../../../src/ha/preflight/seen.ts'
import type { Probe } from '../../../src/verify/probe.ts'
import { answered, OWN } from '../../verify/healthy.ts'
import { three } from '../fixtures.ts'

export const VIP = '10.0.0.10'
const NOW = Date.parse('2030-01-01')

/** An address of these nodes by their number. */
const own = (host: string) => `10.0.0.${host.slice(1)}`

export const mac = (host: string) => `02:00:00:00:00:0${host.slice(1)}`

export function advert(source: string, more: Partial<Advert> = {}): Advert {
  return { source, destination: '224.0.0.18', version: 3, vrid: 51, priority: 100, trial: false, ...more }
}

function hostSeen(host: string, all: readonly string[]): HostSeen {
  const others = all.filter((other) => other !== host)
  return {
    addresses: [{ interface: 'eth0', address: own(host) }],
    macs: [mac(host)],
    neighbours: others.map((other) => ({ address: own(other), mac: mac(other) })),
    units: new Map([
      ['haproxy', 'inactive'],
      ['keepalived', 'inactive'],
      ['firewalld', 'inactive'],
    ]),
    programs: new Set(),
    keepalivedConf: undefined,
    listeners: [],
    configuredPorts: new Set(),
    clock: { least: -0.01, most: 0.01 },
    names: new Map([
      ['localhost', ['::1', '127.0.0.1']],
      [host, [own(host)]],
    ]),
    hostname: host,
    free: new Map([
      ['/etc', 9_000_000],
      ['/usr', 9_000_000],
      ['/var', 9_000_000],
    ]),
    selinux: undefined,
    kubernetes: { kubelet: false, apiserverManifest: false, ca: undefined, etcd: false },
  }
}

function heardBy(host: string, all: readonly string[]): Heard {
  return {
    tool: 'perl',
    adverts: all
      .filter((other) => other !== host)
      .map((other) => advert(own(other), { vrid: 250, priority: 1 })),
    sent: 28,
    errors: [],
    vips: new Map([[VIP, { mac: undefined, state: 'FAILED' }]]),
    began: { earliest: NOW, latest: NOW + 200 },
  }
}

export interface Changes {
  hosts?: Record<string, Partial<HostSeen>>
  heard?: Record<string, Partial<Heard>>
  /** What an API server answers, by its node. */
  apis?: Record<string, Probe>
  seen?: Partial<PreflightSeen>
  input?: TopologyInput
}

/** Three blank nodes m1 to m3 about which nothing is to be said, but for these changes. */
export function scene(variables: Record<string, unknown> = {}, changes: Changes = {}): PreflightSeen {
  const input = changes.input ?? three({ ha_vip: VIP, ...variables })
  const topology = deriveTopology(input)
  const names = [...input.hosts.keys()]
  const views = new Map(names.map((host): [string, View] => [host, viewOf(topology, host)]))
  return {
    views,
    hosts: new Map(names.map((host) => [host, { ...hostSeen(host, names), ...changes.hosts?.[host] }])),
    heard: new Map(names.map((host) => [host, { ...heardBy(host, names), ...changes.heard?.[host] }])),
    missing: new Map(),
    probes: names.flatMap((from) =>
      names.map((host) => ({
        from,
        address: own(host),
        port: 6443,
        result: changes.apis?.[host] ?? answered(200, { ...OWN, names: [...OWN.names, VIP] }),
      })),
    ),
    owners: new Map(names.map((host) => [own(host), host])),
    opening: new Set(),
    now: NOW,
    ...changes.seen,
  }
}

/** What is said of one check, as `level where: what`. */
export function said(seen: PreflightSeen, check: CheckName): string[] {
  return judgeOne(seen)
    .filter((finding) => finding.check === check)
    .map(({ level, where, what }) => `${level} ${where}: ${what}`)
}
