import {
  firstOf,
  lastOf,
  type Network,
  parseNetwork,
  showAddress,
  sizeOf,
  usable,
  widthOf,
  within,
} from '../addresses.ts'
import { intArgument, REQUIRED } from '../arguments.ts'
import { truthy } from '../compare.ts'
import { Mistake } from '../mistakes.ts'
import { asNumber, isInt } from '../numbers.ts'
import { str } from '../print.ts'
import type { Item } from '../things.ts'
import { type Asked, answer } from './address-queries.ts'
import { filter, type Filters } from './define.ts'

/** Filters on IP addresses and networks, as the collection ansible.utils has them. */
export const addresses: Filters = {
  ipaddr: filter({ query: '', version: null, alias: '' }, (value, { query, version }) =>
    ask(value, str(query), versionOf(version)),
  ),
  ipv4: filter({ query: '' }, (value, { query }) => ask(value, str(query), 4)),
  ipv6: filter({ query: '' }, (value, { query }) => ask(value, str(query), 6)),
  ipwrap: filter({ query: '' }, (value, { query }) => wrap(value, str(query))),
  ipsubnet: filter({ query: '', index: null }, (value, args) =>
    subnet(value, str(args.query), indexOf(args.index)),
  ),
  ipmath: filter({ amount: REQUIRED }, (value, { amount }) => {
    const network = need(value)
    return shifted(network, network.value + BigInt(intArgument(amount, 'amount')))
  }),
  nthhost: filter({ query: '' }, (value, { query }) => nthHost(value, str(query))),
  network_in_network: filter({ test: REQUIRED }, (value, { test }) => {
    const [outer, inner] = [recognize(value), recognize(test)]
    return outer !== undefined && inner !== undefined && within(outer.network, inner.network)
  }),
  network_in_usable: filter({ test: REQUIRED }, (value, { test }) => inUsable(value, test)),
  reduce_on_network: filter({ network: REQUIRED }, (value, { network }) =>
    (Array.isArray(value) ? value : [value]).filter((item) => {
      const inner = recognize(item)?.network
      return inner !== undefined && within(need(network), inner)
    }),
  ),
  next_nth_usable: filter({ offset: REQUIRED }, (value, { offset }) =>
    nthUsable(value, intArgument(offset, 'offset')),
  ),
  previous_nth_usable: filter({ offset: REQUIRED }, (value, { offset }) =>
    nthUsable(value, -intArgument(offset, 'offset')),
  ),
  ip4_hex: filter({ delimiter: '' }, (value, { delimiter }) => {
    const network = need(value)
    if (network.version !== 4) throw new Mistake(`${str(value)} is no IPv4 address`)
    return network.value.toString(16).padStart(8, '0').match(/../g)?.join(str(delimiter)) ?? ''
  }),
}

function versionOf(version: Item): 4 | 6 | undefined {
  if (version === null || version === false) return undefined
  if (version === 4 || version === 6) return version
  throw new Mistake(`the version is 4 or 6, not ${str(version)}`)
}

/** Hosts only: the network's own address and its broadcast address do not count. */
function inUsable(value: Item, test: Item): boolean {
  const [outer, inner] = [recognize(value)?.network, recognize(test)?.network]
  if (!outer || !inner || outer.version !== inner.version) return false
  const ends = usable(outer) ?? { first: outer.value, last: outer.value }
  return firstOf(inner) >= ends.first && lastOf(inner) <= ends.last
}

function indexOf(item: Item): bigint | undefined {
  if (item === null) return undefined
  return typeof item === 'string' && /^-?\d+$/.test(item) ? BigInt(item) : BigInt(intArgument(item, 'index'))
}

function recognize(value: Item): Asked | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : asNumber(value)
  if (typeof value !== 'boolean' && number !== undefined && isInt(number)) return fromNumber(BigInt(number))
  if (typeof value !== 'string') return undefined
  const network = parseNetwork(value)
  if (network) return { network, type: value.includes('/') ? 'network' : 'address', text: value }
  const [, digits, prefix] = /^(\d+)\/(\d+)$/.exec(value) ?? []
  const counted = digits === undefined ? undefined : fromNumber(BigInt(digits))
  if (!counted || Number(prefix) > widthOf(counted.network)) return undefined
  const numbered = { ...counted.network, prefix: Number(prefix) }
  return {
    network: numbered,
    type: 'network',
    text: `${showAddress(numbered.value, numbered.version)}/${prefix}`,
  }
}

function fromNumber(value: bigint): Asked | undefined {
  if (value <= 0n || value >= 1n << 128n) return undefined
  const version = value < 1n << 32n ? 4 : 6
  const network: Network = { version, value, prefix: widthOf({ version }) }
  return { network, type: 'address', text: `${showAddress(value, version)}/${network.prefix}` }
}

/** The answer to a question about an address; false where it is none, or the answer is no. Lists keep what has one. */
export function ask(value: Item, query: string, version: 4 | 6 | undefined): Item {
  if (Array.isArray(value)) return value.map((item) => ask(item, query, version)).filter(truthy)
  const asked = recognize(value)
  if (!asked || (version !== undefined && asked.network.version !== version)) return false
  const found = answer(asked, query)
  // Ansible hands out None where the question has no answer, and false where the value is no address.
  return found === undefined ? (/^-?\d+$/.test(query) ? false : null) : found
}

function wrap(value: Item, query: string): Item {
  if (Array.isArray(value)) return value.map((item) => wrap(item, query))
  const found = ask(value, query, undefined)
  return truthy(found) ? ask(found, 'wrap', undefined) : value
}

function need(value: Item): Network {
  const asked = recognize(value)
  if (!asked) throw new Mistake(`'${str(value)}' is no IP address or network`)
  return asked.network
}

function shifted(network: Network, value: bigint): string {
  if (value < 0n || value >= 1n << BigInt(widthOf(network))) throw new Mistake('there is no such address')
  return showAddress(value, network.version)
}

function show(network: Network): string {
  return `${showAddress(network.value, network.version)}/${network.prefix}`
}

/** The network without the host's part; an address inside one counts alone. */
function asSubnet(asked: Asked): { network: Network; isAddress: boolean } {
  const { network } = asked
  if (network.value !== firstOf(network))
    return { network: { ...network, value: firstOf(network) }, isAddress: sizeOf(network) === 1n }
  return { network, isAddress: sizeOf(network) === 1n }
}

function subnet(value: Item, query: string, index: bigint | undefined): Item {
  const asked = recognize(value)
  if (!asked) return false
  const { network, isAddress } = asSubnet(asked)
  if (query === '') return show(network)
  if (!/^\d+$/.test(query)) return rank(network, query)
  const prefix = Number(query)
  if (prefix > widthOf(network)) return false
  if (isAddress) return supernet(network, prefix, index)
  if (prefix < network.prefix) throw new Mistake(`Requested subnet size of ${prefix} is invalid`)
  const count = 1n << BigInt(prefix - network.prefix)
  if (index === undefined) return str(count <= Number.MAX_SAFE_INTEGER ? Number(count) : count)
  const at = index < 0n ? index + count : index
  if (at < 0n || at >= count) return false
  return show({ ...network, prefix, value: network.value + (at << BigInt(widthOf(network) - prefix)) })
}

/** The networks an address is in, from the given prefix down to the one just around it. */
function supernet(network: Network, prefix: number, index: bigint | undefined): Item {
  const count = BigInt(widthOf(network) - prefix)
  const at = index === undefined ? 0n : index < 0n ? index + count : index
  if (at < 0n || at >= count) return false
  const wider = { ...network, prefix: prefix + Number(at) }
  return show({ ...wider, value: firstOf(wider) })
}

/** Which of the equally large parts of an outer network this one is, counted from 1. */
function rank(network: Network, query: string): Item {
  const outer = parseNetwork(query)
  if (!outer) throw new Mistake(`You must pass a valid subnet or IP address; ${query} is invalid`)
  if (!within(outer, network)) throw new Mistake(`${show(network)} is not in the subnet ${show(outer)}`)
  return str(Number(((network.value - firstOf(outer)) >> BigInt(widthOf(network) - network.prefix)) + 1n))
}

function nthHost(value: Item, query: string): Item {
  const asked = recognize(value)
  if (!asked || !/^-?\d+$/.test(query)) return false
  const { network } = asSubnet(asked)
  const index = BigInt(query)
  if (index >= sizeOf(network) || index < -sizeOf(network)) return false
  return showAddress((index < 0n ? lastOf(network) + 1n : firstOf(network)) + index, network.version)
}

function nthUsable(value: Item, offset: number): Item {
  const network = recognize(value)?.network
  if (!network) return false
  const ends = usable(network)
  const wanted = network.value + BigInt(offset)
  return ends && wanted >= ends.first && wanted <= ends.last ? showAddress(wanted, network.version) : null
}
