import type { Value } from '../value.ts'
import type { Seen } from './seen.ts'
import type { Facts } from './subject.ts'

const DIR = '/sys/class/net'

/** ARPHRD_* numbers of include/uapi/linux/if_arp.h under the names that Ansible uses. */
const TYPES: Readonly<Record<string, string>> = {
  '1': 'ether',
  '32': 'infiniband',
  '512': 'ppp',
  '772': 'loopback',
  '65534': 'tunnel',
}

const IFF_PROMISC = 0x100

export const interfaceFiles = [
  ...['address', 'mtu', 'operstate', 'type', 'flags', 'speed'].map((name) => `${DIR}/*/${name}`),
  ...['bridge_id', 'stp_state'].map((name) => `${DIR}/*/bridge/${name}`),
  ...['slaves', 'mode', 'miimon', 'lacp_rate', 'primary'].map((name) => `${DIR}/*/bonding/${name}`),
  // One file of every port of a bridge, to know the ports' names.
  `${DIR}/*/brif/*/port_id`,
  '/proc/net/dev',
]

/** All interfaces of the host, in the order of their names. */
export function interfaceNames(seen: Seen): string[] {
  const names = seen.paths(/^\/sys\/class\/net\/[^/]+\/mtu$/).map((path) => path.split('/')[4] ?? '')
  if (names.length > 0) return names
  // No /sys: some containers.
  return [...(seen.file('/proc/net/dev') ?? '').matchAll(/^\s*([^\s:|]+):/gm)].map((match) => match[1] ?? '')
}

/** An interface in Ansible's shape, still without addresses. */
export function interfaceFacts(seen: Seen, device: string): Facts {
  const read = (name: string): string | undefined => seen.file(`${DIR}/${device}/${name}`)
  const mac = read('address')
  const flags = read('flags')
  return {
    device,
    macaddress: mac === undefined || mac === '' || mac === '00:00:00:00:00:00' ? undefined : mac,
    mtu: int(read('mtu')),
    active: seen.file(`${DIR}/${device}/operstate`) === undefined ? undefined : read('operstate') !== 'down',
    type: read('type') === undefined ? undefined : (TYPES[read('type') ?? ''] ?? 'unknown'),
    speed: int(read('speed')),
    promisc: flags === undefined ? undefined : (Number.parseInt(flags, 16) & IFF_PROMISC) !== 0,
    ...bridgeFacts(seen, device),
    ...bondFacts(read),
  }
}

function bridgeFacts(seen: Seen, device: string): Facts {
  const id = seen.file(`${DIR}/${device}/bridge/bridge_id`)
  if (id === undefined) return {}
  const ports = seen
    .paths(/\/brif\/[^/]+\/port_id$/)
    .map((path) => path.split('/'))
    .filter((parts) => parts[4] === device)
    .map((parts) => parts[6] ?? '')
  return {
    type: 'bridge',
    interfaces: ports,
    id,
    stp: seen.file(`${DIR}/${device}/bridge/stp_state`) === '1',
  }
}

function bondFacts(read: (name: string) => string | undefined): Facts {
  const mode = read('bonding/mode')
  if (mode === undefined) return {}
  const first = (name: string): Value | undefined => read(`bonding/${name}`)?.split(/\s/)[0]
  return {
    type: 'bonding',
    slaves: (read('bonding/slaves') ?? '').split(/\s+/).filter((word) => word !== ''),
    mode: first('mode'),
    miimon: first('miimon'),
    lacp_rate: first('lacp_rate'),
    primary: read('bonding/primary') === '' ? undefined : read('bonding/primary'),
  }
}

function int(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text.trim()) ? Number(text) : undefined
}
