import {
  firstOf,
  hostMask,
  lastOf,
  netMask,
  type Network,
  parseNetwork,
  reverseName,
  showAddress,
  sizeOf,
  usable,
  within,
} from '../addresses.ts'
import { Mistake, suggestion } from '../mistakes.ts'
import type { Item } from '../things.ts'
import { integer } from '../words.ts'

/** A value that is being asked about. */
export interface Asked {
  network: Network
  /** Written with a prefix or a mask, or without. */
  type: 'address' | 'network'
  /** As it was written. */
  text: string
}

/** The answer, or undefined for "no". */
type Query = (asked: Asked) => Item | undefined

const show = ({ network }: Asked, value: bigint): string => showAddress(value, network.version)
const ip = (asked: Asked): string => show(asked, asked.network.value)
const cidr = (asked: Asked): string => `${ip(asked)}/${asked.network.prefix}`
const size = (asked: Asked): bigint => sizeOf(asked.network)
const isFirst = ({ network }: Asked): boolean => network.value === firstOf(network)

/** netaddr knows no broadcast address in networks of one or two addresses. */
function broadcast(asked: Asked): bigint | undefined {
  return size(asked) > 2n ? lastOf(asked.network) : undefined
}

function hostAddress(asked: Asked): string | undefined {
  return isHost(asked) || asked.network.version === 6 ? ip(asked) : undefined
}

function isHost(asked: Asked): boolean {
  return size(asked) === 1n || !isFirst(asked) || broadcast(asked) === undefined
}

function hostWithPrefix(asked: Asked): Item | undefined {
  const edge = asked.network.value === lastOf(asked.network) || isFirst(asked)
  return size(asked) > 2n && edge ? false : cidr(asked)
}

function needsNetwork(asked: Asked): void {
  if (asked.type === 'address')
    throw new Mistake('Not a network address', { hint: 'Give it with its prefix, such as 192.0.2.1/24.' })
}

function usableEnd(which: 'first' | 'last'): Query {
  return (asked) => {
    needsNetwork(asked)
    const ends = usable(asked.network)
    return ends && show(asked, ends[which])
  }
}

function neighbour(step: bigint): Query {
  return (asked) => {
    needsNetwork(asked)
    const ends = usable(asked.network)
    const value = asked.network.value + step
    return ends && value >= ends.first && value <= ends.last ? show(asked, value) : undefined
  }
}

function inAny(...networks: string[]): (asked: Asked) => boolean {
  const known = networks.map(parseNetwork).filter((network) => network !== undefined)
  return ({ network }) => {
    const own = { ...network, prefix: network.version === 4 ? 32 : 128 }
    return known.some((outer) => within(outer, own))
  }
}

const isLoopback = inAny('127.0.0.0/8', '::1')
const isLinkLocal = inAny('169.254.0.0/16', 'fe80::/10')
const isMulticast = inAny('224.0.0.0/4', 'ff00::/8')
// What IANA's registries of special-purpose addresses say is not globally reachable.
const isLocal = inAny(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '::ffff:0:0/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
)

function itself(holds: (asked: Asked) => boolean): Query {
  return (asked) => (holds(asked) ? asked.text : undefined)
}

function peer(asked: Asked): Item {
  needsNetwork(asked)
  const { value } = asked.network
  if (size(asked) === 2n) return show(asked, value ^ 1n)
  if (size(asked) !== 4n) throw new Mistake('Not a point-to-point network')
  if (value % 4n === 0n) throw new Mistake('Network address of /30 has no peer')
  if (value % 4n === 3n) throw new Mistake('Broadcast address of /30 has no peer')
  return show(asked, value ^ 3n)
}

function rangeUsable(asked: Asked): Item | undefined {
  needsNetwork(asked)
  const ends = usable(asked.network)
  return ends && `${show(asked, ends.first)}-${show(asked, ends.last)}`
}

function asVersion(version: 4 | 6): Query {
  return (asked) => {
    const { network } = asked
    if (network.version === version) return asked.text
    if (version === 6) return `${showAddress((0xffffn << 32n) | network.value, 6)}/${network.prefix + 96}`
    const isMapped = network.value >> 32n === 0xffffn || network.value >> 32n === 0n
    if (!isMapped || network.prefix < 96) return false
    return `${showAddress(network.value & 0xffffffffn, 4)}/${network.prefix - 96}`
  }
}

/** The IPv6 network that 6to4 gives the holder of an IPv4 address. */
function sixToFour(asked: Asked): Item {
  const { network } = asked
  if (network.version === 6) return within(SIX_TO_FOUR, network) ? asked.text : false
  if (isLoopback(asked) || isMulticast(asked) || (size(asked) > 1n && isFirst(asked))) return false
  const digits = network.value.toString(16).padStart(8, '0')
  return `2002:${digits.slice(0, 4)}:${digits.slice(4)}::1/48`
}

const SIX_TO_FOUR: Network = { version: 6, value: 0x2002n << 112n, prefix: 16 }

function wrapped(asked: Asked): Item {
  if (asked.network.version === 4) return asked.text
  return asked.type === 'address' ? `[${ip(asked)}]` : `[${ip(asked)}]/${asked.network.prefix}`
}

const hostmask: Query = (asked) => show(asked, hostMask(asked.network))
const networkAddress: Query = (asked) => show(asked, firstOf(asked.network))
const subnet: Query = (asked) => `${show(asked, firstOf(asked.network))}/${asked.network.prefix}`
const notFirst = (asked: Asked): boolean => size(asked) === 2n || (size(asked) > 1n && !isFirst(asked))
const loopback = itself(isLoopback)

/** The questions of the ipaddr filter by name. */
export const QUERIES: ReadonlyMap<string, Query> = new Map<string, Query>([
  ['', (asked) => (asked.type === 'address' ? ip(asked) : cidr(asked))],
  ['6to4', sixToFour],
  ['address', hostAddress],
  ['ip', hostAddress],
  ['address/prefix', hostWithPrefix],
  ['gateway', hostWithPrefix],
  ['gw', hostWithPrefix],
  ['host/prefix', hostWithPrefix],
  ['hostnet', hostWithPrefix],
  ['router', hostWithPrefix],
  ['bool', () => true],
  ['broadcast', (asked) => (broadcast(asked) === undefined ? undefined : show(asked, lastOf(asked.network)))],
  ['cidr', cidr],
  ['first_usable', usableEnd('first')],
  ['last_usable', usableEnd('last')],
  ['next_usable', neighbour(1n)],
  ['previous_usable', neighbour(-1n)],
  ['range_usable', rangeUsable],
  ['host', (asked) => (isHost(asked) ? cidr(asked) : undefined)],
  ['hostmask', hostmask],
  ['wildcard', hostmask],
  [
    'int',
    (asked) =>
      asked.type === 'address'
        ? integer(asked.network.value)
        : `${asked.network.value}/${asked.network.prefix}`,
  ],
  ['ip/prefix', (asked) => (notFirst(asked) ? cidr(asked) : undefined)],
  [
    'ip_netmask',
    (asked) => (notFirst(asked) ? `${ip(asked)} ${show(asked, netMask(asked.network))}` : undefined),
  ],
  ['ipv4', asVersion(4)],
  ['v4', asVersion(4)],
  ['ipv6', asVersion(6)],
  ['v6', asVersion(6)],
  ['link-local', itself(isLinkLocal)],
  ['lo', loopback],
  ['loopback', loopback],
  ['multicast', itself(isMulticast)],
  ['unicast', itself((asked) => !isMulticast(asked))],
  ['private', itself(isLocal)],
  ['public', itself((asked) => !isLocal(asked) && !isMulticast(asked))],
  ['net', (asked) => (size(asked) > 1n && isFirst(asked) ? cidr(asked) : undefined)],
  ['netmask', (asked) => show(asked, netMask(asked.network))],
  ['network', networkAddress],
  ['network_id', networkAddress],
  ['network/prefix', subnet],
  ['subnet', subnet],
  [
    'network_netmask',
    (asked) => `${show(asked, firstOf(asked.network))} ${show(asked, netMask(asked.network))}`,
  ],
  [
    'network_wildcard',
    (asked) => `${show(asked, firstOf(asked.network))} ${show(asked, hostMask(asked.network))}`,
  ],
  ['peer', peer],
  ['prefix', (asked) => asked.network.prefix],
  ['revdns', (asked) => reverseName(asked.network)],
  ['size', (asked) => integer(size(asked))],
  ['size_usable', (asked) => integer(size(asked) <= 2n ? (size(asked) === 1n ? 0n : 2n) : size(asked) - 2n)],
  ['type', (asked) => (size(asked) === 1n || !isFirst(asked) ? 'address' : 'network')],
  ['version', (asked) => asked.network.version],
  ['wrap', wrapped],
])

/** Answers a question by its name, a position in the network, or a network that the address may be in. */
export function answer(asked: Asked, query: string): Item | undefined {
  const known = QUERIES.get(query)
  if (known) return known(asked)
  if (/^-?\d+$/.test(query)) return nth(asked, BigInt(query))
  const outer = parseNetwork(query)
  if (outer) return within(outer, asked.network) ? asked.text : undefined
  throw new Mistake(`unknown filter type: ${query}`, {
    hint: suggestion(query, QUERIES.keys()) ?? `It knows: ${[...QUERIES.keys()].filter(Boolean).join(', ')}.`,
  })
}

function nth(asked: Asked, index: bigint): Item | undefined {
  if (size(asked) === 1n) return asked.type === 'address' ? ip(asked) : cidr(asked)
  if (index >= size(asked) || index < -size(asked)) return undefined
  const base = index < 0n ? lastOf(asked.network) + 1n : firstOf(asked.network)
  return `${show(asked, base + index)}/${asked.network.prefix}`
}
