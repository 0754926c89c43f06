import type { Clock, Kubernetes, ProbeSeen } from '../../verify/seen.ts'
import type { View } from '../view.ts'
import type { Advert } from './packet.ts'

/** What a host says before anything is changed on it. */
export interface HostSeen {
  addresses: readonly { interface: string; address: string }[]
  /** Hardware addresses of its interfaces, in small letters. */
  macs: readonly string[]
  /** Who it believes to have an address, of all that it has talked to. */
  neighbours: readonly Neighbour[]
  /** The state of each unit in systemd's words; empty where there is no systemd. */
  units: ReadonlyMap<'haproxy' | 'keepalived' | 'firewalld', string>
  /** Programs that are installed. */
  programs: ReadonlySet<string>
  keepalivedConf: string | undefined
  listeners: readonly Listener[]
  /** Ports of haproxy's configuration as it is there. */
  configuredPorts: ReadonlySet<number>
  clock: Clock | undefined
  /** Names that were looked up; an empty list = not found, no entry = cannot be asked. */
  names: ReadonlyMap<string, readonly string[]>
  /** What the host calls itself. */
  hostname: string
  /** KiB that are free, by directory. */
  free: ReadonlyMap<string, number>
  /** As getenforce says it in small letters; undefined = there is no SELinux. */
  selinux: string | undefined
  kubernetes: Kubernetes
}

export interface Neighbour {
  address: string
  mac: string
}

/** Somebody who listens for TCP connections. */
export interface Listener {
  /** Canonical; 0.0.0.0 and :: are all of them. */
  address: string
  port: number
  /** undefined: no process there has the socket that the host may see. Process 0: only its service is known. */
  owner: { pid: number; name: string; ours: boolean } | undefined
}

/** What a host heard in the seconds in which all of them spoke. */
export interface Heard {
  /** By which program; undefined = it has none that can. */
  tool: string | undefined
  adverts: readonly Advert[]
  /** How many advertisements it sent itself. */
  sent: number
  /** What went wrong there, in the system's words. */
  errors: readonly string[]
  /** By virtual address, and other addresses that were knocked at: what the neighbour table says after knocking; no mac and FAILED = nobody answers. */
  vips: ReadonlyMap<string, { mac: string | undefined; state: string }>
  /** When the listening began, on the controller's clock: not before and not after; milliseconds. */
  began: { earliest: number; latest: number }
}

/** All that is known when the judging begins. */
export interface PreflightSeen {
  /** What each host of the endpoint is to be. */
  views: ReadonlyMap<string, View>
  hosts: ReadonlyMap<string, HostSeen>
  /** Hosts that could not be asked, and why. */
  missing: ReadonlyMap<string, string>
  /** What the hosts heard; empty where that was not asked for. */
  heard: ReadonlyMap<string, Heard>
  probes: readonly ProbeSeen[]
  /** Names of the inventory's hosts by their addresses. */
  owners: ReadonlyMap<string, string>
  /** Hosts whose firewalld this run opens for VRRP before keepalived starts. */
  opening: ReadonlySet<string>
  /** Milliseconds since 1970. */
  now: number
}
