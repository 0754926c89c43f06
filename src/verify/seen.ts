import type { View } from '../ha/view.ts'
import type { TaskOutcome } from '../report/events.ts'
import type { UnitReply } from '../world/replies.ts'
import type { Probe } from './probe.ts'

/** An entry of a node's neighbour table: who it believes to have an address. */
export interface Neighbour {
  interface: string
  mac: string
  /** As the kernel says it: REACHABLE, STALE, DELAY, … */
  state: string
}

/** What a node says about itself. */
export interface NodeSeen {
  /** Every address on its interfaces, canonical, without prefix; with the interface. */
  addresses: readonly { interface: string; address: string }[]
  /** Hardware addresses of its interfaces, in small letters. */
  macs: readonly string[]
  /** By virtual address, as far as the node has an entry. */
  neighbours: ReadonlyMap<string, readonly Neighbour[]>
  /** By name without suffix: haproxy, keepalived. 'unknown' where there is no systemd. */
  units: ReadonlyMap<string, UnitReply | 'unknown'>
  /** Of haproxy and keepalived: of the package, else what the program says of itself. */
  versions: ReadonlyMap<string, string>
  /** The last state of each VRRP instance in the journal. */
  states: ReadonlyMap<string, string>
  /** The check that keepalived runs, as run just now; undefined = there is none. */
  check: { code: number; words: string } | undefined
  /** Kernel parameters by name; undefined = the kernel has no such one. */
  sysctls: ReadonlyMap<string, string | undefined>
  clock: Clock | undefined
  /** The configurations as they are on the node; undefined = no such file. */
  keepalivedConf: string | undefined
  haproxyCfg: string | undefined
  /** Signs of Kubernetes on it. */
  kubernetes: Kubernetes
}

export interface Kubernetes {
  /** The kubelet has a folder of its own there. */
  kubelet: boolean
  /** kubeadm's manifest of an API server is there. */
  apiserverManifest: boolean
  /** The cluster's CA as the node has it, PEM. */
  ca: string | undefined
  /** Something listens on etcd's port. */
  etcd: boolean
}

/** How far a node's clock is from the controller's, in seconds: the truth lies between the two. */
export interface Clock {
  least: number
  most: number
}

/** One connection through a host to a server, as that host reaches it. */
export interface ProbeSeen {
  /** The host that opened the connection. */
  from: string
  address: string
  port: number
  result: Probe
}

/** All that is known when the checks begin; they are pure functions over it. */
export interface Seen {
  /** What each host of the endpoint is to be. */
  views: ReadonlyMap<string, View>
  nodes: ReadonlyMap<string, NodeSeen>
  /** Hosts that could not be asked, and why. */
  missing: ReadonlyMap<string, string>
  probes: readonly ProbeSeen[]
  /** What the playbook would do to the hosts, and what it found. */
  outcomes: readonly TaskOutcome[]
  /** Names of the inventory's hosts by their addresses, also of those that are not part of the endpoint. */
  owners: ReadonlyMap<string, string>
  /** Milliseconds since 1970, for what expires. */
  now: number
}
