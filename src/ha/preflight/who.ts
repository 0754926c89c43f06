import { listed } from '../../verify/finding.ts'
import type { PreflightSeen } from './seen.ts'

/** The hosts of the endpoint that run keepalived, in the inventory's order. */
export function nodesOf(seen: PreflightSeen): string[] {
  return [...seen.views].filter(([, view]) => view.keepalived).map(([host]) => host)
}

/** Whose hardware address this is: a host that was asked, or one that the inventory knows by an address. */
export function hostWith(seen: PreflightSeen, mac: string): string | undefined {
  for (const [host, { macs }] of seen.hosts) if (macs.includes(mac)) return host
  return addressesWith(seen, mac)
    .map((address) => seen.owners.get(address))
    .find((name) => name !== undefined)
}

/** Everything that is known about the machine with this hardware address. */
export function describeMac(seen: PreflightSeen, mac: string): string {
  const host = hostWith(seen, mac)
  if (host !== undefined) return `${mac}, which is ${host} of the inventory`
  const others = addressesWith(seen, mac)
  if (others.length === 0) return `${mac}, which is no host of the inventory`
  return `${mac}, a machine that is not in the inventory and also has ${listed(others.slice(0, 3))}`
}

/** Addresses, beside the virtual ones, that hosts believe to be at this hardware address. */
function addressesWith(seen: PreflightSeen, mac: string): string[] {
  const vips = new Set([...seen.views.values()].flatMap((view) => view.vips))
  const asked = [...seen.heard.values()].flatMap(({ vips: entries }) =>
    [...entries].map(([address, entry]) => ({ address, mac: entry.mac })),
  )
  const all = [...[...seen.hosts.values()].flatMap(({ neighbours }) => neighbours), ...asked]
  const found = all.filter((one) => one.mac === mac && !vips.has(one.address)).map(({ address }) => address)
  // Link-local ones say nothing to anybody.
  return [...new Set(found)].filter((address) => !address.startsWith('fe80:')).sort()
}

/** All addresses of a node: those that it says itself, else those that the endpoint is derived from. */
export function addressesOf(seen: PreflightSeen, host: string): Set<string> {
  const view = seen.views.get(host)
  const own = seen.hosts.get(host)?.addresses.map(({ address }) => address) ?? []
  const derived = view?.instances.map(({ source }) => source).filter(Boolean) ?? []
  const known = [...seen.owners].filter(([, name]) => name === host).map(([address]) => address)
  return new Set([...own, ...derived, ...known])
}

/** Addresses of all nodes, asked or not. */
export function ownAddresses(seen: PreflightSeen): Set<string> {
  const peers = [...seen.views.values()].flatMap((view) => view.instances.flatMap((one) => one.peers))
  const own = [...seen.hosts.keys(), ...seen.views.keys()].flatMap((host) => [...addressesOf(seen, host)])
  return new Set([...peers, ...own])
}

/** Hosts that have the address on an interface. */
export function holdersOf(seen: PreflightSeen, vip: string): string[] {
  return [...seen.hosts]
    .filter(([, host]) => host.addresses.some(({ address }) => address === vip))
    .map(([name]) => name)
}
