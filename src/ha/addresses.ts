import { nearest } from '../suggest.ts'
import {
  type Cidr,
  type Family,
  familyOf,
  fullPrefix,
  isInNetwork,
  parseAddress,
  rangeOf,
} from './address.ts'
import type { HostInput, Interface, InterfaceAddress } from './input.ts'
import type { Problems } from './problems.ts'
import type { Given } from './variables.ts'

/** Where a virtual address goes on one node. */
export interface Placement {
  interface: string
  prefix: number
}

/** One per virtual address; undefined = the node's facts are not known, or there is no place for it. */
export type Placements = readonly (Placement | undefined)[]

interface Node {
  host: HostInput
  given: Given
}

/**
 * A node's own address of one family, for VRRP and as a backend: its ha_address, else its `ip`, else its address in
 * a virtual address's network. Never ansible_host: that is the way from here, not the way inside the cluster.
 */
export function nodeAddress(
  node: Node,
  family: Family,
  vips: readonly Cidr[],
  problems: Problems,
): string | undefined {
  const { host, given } = node
  const fromVariable = given.ha_address?.find((address) => familyOf(address) === family)
  if (fromVariable !== undefined) return checkedAddress(host, 'ha_address', fromVariable, problems)
  const fromIp = inventoryAddress(host, family)
  if (fromIp) return checkedAddress(host, fromIp.name, fromIp.address, problems)
  const found = addressBeside(node, family, vips)
  if (found !== undefined) return found
  // Where the virtual address is wrong, that is the mistake to show.
  if (host.facts && problems.any) return undefined
  problems.add(`${host.name}: its IPv${family} address is not known`, {
    code: 'ha-address',
    host: host.name,
    variable: 'ha_address',
    hint: host.facts
      ? `no interface has one in the network of ${vips.map((vip) => vip.address).join(', ')}: set ha_address on its line of the inventory`
      : 'its facts are not there (not reached, or left out by --limit): set ha_address on its line of the inventory',
  })
  return undefined
}

function inventoryAddress(host: HostInput, family: Family): { name: string; address: string } | undefined {
  for (const [name, value] of [
    ['ip', host.ip],
    ['ip6', host.ip6],
  ] as const) {
    const address = parseAddress(value ?? '')
    if (address?.family === family) return { name, address: address.address }
  }
  return undefined
}

function checkedAddress(host: HostInput, variable: string, address: string, problems: Problems): string {
  const own = host.facts && addressesOf(host.facts.interfaces)
  if (own && !own.some((each) => each.address === address)) {
    problems.add(`${host.name}: ${variable} is ${address}, which is on none of its interfaces`, {
      code: 'ha-address',
      host: host.name,
      variable,
      hint: `it has ${own.map((each) => each.address).join(', ')}`,
    })
  }
  return address
}

/** The node's address in the network of a virtual one; beside a routed one, the first on its interface. */
function addressBeside({ host, given }: Node, family: Family, vips: readonly Cidr[]): string | undefined {
  const virtual = new Set(vips.map((vip) => vip.address))
  const usable = (name?: string) =>
    addressesOf(host.facts?.interfaces ?? [], name).filter(
      (each) => each.family === family && !virtual.has(each.address) && rangeOf(each.address) !== 'linkLocal',
    )
  const near = usable(given.ha_interface).find((each) => vips.some((vip) => isInNetwork(vip.address, each)))
  if (near) return near.address
  const outward = given.ha_interface ?? host.facts?.defaultInterface[family]
  const routed = vips.some((vip) => vip.family === family && vip.prefix === fullPrefix(family))
  return routed && outward !== undefined ? usable(outward)[0]?.address : undefined
}

function addressesOf(interfaces: readonly Interface[], name?: string): InterfaceAddress[] {
  return interfaces
    .filter((each) => name === undefined || each.name === name)
    .flatMap((each) => [...each.addresses])
}

/** Interface and prefix of a virtual address on a node whose facts are known. */
export function placeVip({ host, given }: Node, vip: Cidr, problems: Problems): Placement | undefined {
  const facts = host.facts
  if (!facts) return undefined
  const about = { code: 'ha-interface', host: host.name }
  const named = given.ha_interface
  if (named !== undefined && !facts.interfaces.some((each) => each.name === named)) {
    const names = facts.interfaces.map((each) => each.name)
    const near = nearest(named, names)
    problems.add(`${host.name}: there is no interface ${named}`, {
      ...about,
      variable: 'ha_interface',
      hint:
        near === undefined
          ? `it has ${names.join(', ')}`
          : `did you mean ${near}? It has ${names.join(', ')}`,
    })
    return undefined
  }
  const home = facts.interfaces
    .filter((each) => named === undefined || each.name === named)
    .flatMap((each) => each.addresses.map((address) => ({ name: each.name, address })))
    .find(
      ({ address }) =>
        (address.primary || address.address !== vip.address) && isInNetwork(vip.address, address),
    )
  if (home) return { interface: home.name, prefix: vip.prefix ?? home.address.prefix }
  return placeRouted(host, vip, named, problems)
}

/** An address in nobody's network can only be reached by a route: whoever wants that writes /32 or /128. */
function placeRouted(
  host: HostInput,
  vip: Cidr,
  named: string | undefined,
  problems: Problems,
): Placement | undefined {
  const outward = named ?? host.facts?.defaultInterface[vip.family]
  if (vip.prefix === fullPrefix(vip.family) && outward !== undefined)
    return { interface: outward, prefix: vip.prefix }
  const networks = (host.facts?.interfaces ?? [])
    .filter((each) => each.name !== 'lo' && (named === undefined || each.name === named))
    .flatMap((each) => each.addresses.map(({ address, prefix }) => `${each.name} ${address}/${prefix}`))
  const where =
    named === undefined ? 'in the network of none of its interfaces' : `not in the network of ${named}`
  problems.add(`${host.name}: ha_vip ${vip.address} is ${where}`, {
    code: 'ha-vip-network',
    host: host.name,
    variable: 'ha_vip',
    hint: `it has ${networks.join(', ') || 'no addresses'}; for an address that routers send to the holder write ${vip.address}/${fullPrefix(vip.family)}`,
  })
  return undefined
}
