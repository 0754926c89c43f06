import { type Network, parseNetwork, sizeOf, within } from './addresses.ts'
import { iterate } from './compare.ts'
import { answer } from './filters/address-queries.ts'
import { Mistake } from './mistakes.ts'
import { str } from './print.ts'
import type { Runtime } from './runtime.ts'
import type { Args, Item } from './things.ts'
import { defined } from './undefined.ts'

type Test = (value: Item, args: Args, runtime: Runtime) => boolean

function read(value: Item): Network | undefined {
  const text = str(defined(value))
  return text === text.trim() ? parseNetwork(text) : undefined
}

/** A test on one address without a prefix. */
function address(holds: (network: Network) => boolean): Test {
  return (value) => {
    const network = str(defined(value)).includes('/') ? undefined : read(value)
    return network !== undefined && holds(network)
  }
}

/** A test on an address or a network. */
function network(holds: (network: Network) => boolean): Test {
  return (value) => {
    const found = read(value)
    return found !== undefined && isWhole(found) && holds(found)
  }
}

/** Python's networks have no host part. */
function isWhole(found: Network): boolean {
  return found.value % sizeOf(found) === 0n
}

/** The ipaddr filter's question of the same name. */
function asked(query: string): Test {
  return address((found) => answer({ network: found, type: 'address', text: 'yes' }, query) !== undefined)
}

function compared(inside: (value: Network, other: Network) => boolean): Test {
  return (value, { positional }) => {
    const [other] = positional
    if (other === undefined) throw new Mistake('takes a network')
    const [a, b] = [read(value), read(other)]
    return a !== undefined && b !== undefined && isWhole(a) && isWhole(b) && inside(a, b)
  }
}

const inNetwork = compared((inner, outer) => within(outer, inner))

function inSome(enough: (hits: number) => boolean): Test {
  return (value, { positional: [networks = []] }, runtime) => {
    const hits = [...iterate(networks)].filter((one) =>
      inNetwork(value, { positional: [one], named: new Map() }, runtime),
    )
    return enough(hits.length)
  }
}

/** A test on a mask, by the bits it begins with: ones, then zeros, then ones again. */
function mask(holds: (runs: [number, number, number]) => boolean): Test {
  return address((found) => {
    if (found.version !== 4) return false
    const bits = found.value.toString(2).padStart(32, '0')
    const [, ones = '', zeros = '', low = ''] = /^(1*)(0*)(1*)/.exec(bits) ?? []
    return holds([ones.length, zeros.length, ones === '' ? low.length : 0])
  })
}

function inside(...outer: string[]): Test {
  const networks = outer.map((one) => parseNetwork(one)).filter((one) => one !== undefined)
  return address((found) => networks.some((one) => within(one, found)))
}

const MAC = /^(?:[\da-f]{12}|[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}[\da-f]{2}|(?:[\da-f]{4}\.){2}[\da-f]{4})$/i

/** Tests on IP addresses, as the collection ansible.utils has them. */
export const ADDRESS_TESTS: Readonly<Record<string, Test>> = {
  ip: network(() => true),
  ipv4: network((found) => found.version === 4),
  ipv6: network((found) => found.version === 6),
  ip_address: address(() => true),
  ipv4_address: address((found) => found.version === 4),
  ipv6_address: address((found) => found.version === 6),
  private: asked('private'),
  public: asked('public'),
  loopback: asked('loopback'),
  multicast: asked('multicast'),
  unspecified: address((found) => found.value === 0n),
  in_network: inNetwork,
  subnet_of: inNetwork,
  supernet_of: compared((outer, inner) => within(outer, inner)),
  in_any_network: inSome((hits) => hits > 0),
  in_one_network: inSome((hits) => hits === 1),
  ipv4_netmask: mask(([ones, zeros]) => ones + zeros === 32),
  ipv4_hostmask: mask(([ones, zeros, low]) => zeros + low === 32 && ones === 0),
  ipv6_ipv4_mapped: inside('::ffff:0:0/96'),
  ipv6_sixtofour: inside('2002::/16'),
  ipv6_teredo: inside('2001::/32'),
  reserved: inside(
    '240.0.0.0/4',
    '::/8',
    '100::/8',
    '200::/7',
    '400::/6',
    '800::/5',
    '1000::/4',
    '4000::/3',
    '6000::/3',
    '8000::/3',
    'a000::/3',
    'c000::/3',
    'e000::/4',
    'f000::/5',
    'f800::/6',
    'fe00::/9',
  ),
  mac: (value) => MAC.test(str(defined(value))),
}
