import { readKeepalivedConf } from '../../verify/keepalived-conf.ts'
import { familyOf, fullPrefix, isInNetwork } from '../address.ts'
import type { View } from '../view.ts'
import { GROUPS } from './packet.ts'
import type { HostSeen, PreflightSeen } from './seen.ts'
import type { Speech } from './speak.ts'

/** IDs that somebody might take the trial for: those of the endpoint, and of whatever keepalived runs there. */
export function usedVrids(seen: PreflightSeen): Set<number> {
  const ours = [...seen.views.values()].flatMap((view) => view.instances.map(({ vrid }) => vrid))
  const theirs = [...seen.hosts.values()].flatMap(({ keepalivedConf }) =>
    readKeepalivedConf(keepalivedConf ?? '').instances.flatMap(({ vrid }) => vrid ?? []),
  )
  return new Set([...ours, ...theirs])
}

/** What a node says: as its keepalived will, to its peers or to everybody. */
export function speechOf(view: View, look: HostSeen, vrid: number): Omit<Speech, 'others' | 'rank'> {
  const joins = new Map<string, Speech['joins'][number]>()
  const sends = new Map<string, Speech['sends'][number]>()
  for (const { vip, interface: name, source, peers } of view.instances) {
    const family = familyOf(vip)
    joins.set(`${family} ${name}`, { family, interface: name })
    const from = view.vrrp.unicast ? source : multicastSource(look, name, source)
    if (from === '') continue
    for (const to of view.vrrp.unicast ? peers.filter(Boolean) : [GROUPS[family]])
      sends.set(`${name} ${from} ${to}`, { family, interface: name, source: from, destination: to })
  }
  // Of its own addresses a host has no neighbour.
  const held = new Set(look.addresses.map(({ address }) => address))
  const vips = view.instances.flatMap(({ vip, interface: name }) => {
    const [address = '', prefix] = vip.split('/')
    const family = familyOf(address)
    if (held.has(address) || Number(prefix) === fullPrefix(family)) return []
    return [{ family, interface: name, address }]
  })
  return { joins: [...joins.values()], sends: [...sends.values()], vips, vrid }
}

/** More would be a flood. */
const MOST_OTHERS = 64

/** Addresses of the inventory in the networks of the virtual ones whose hardware addresses nobody has told. */
export function strangersTo(seen: PreflightSeen, view: View, look: HostSeen): Speech['others'] {
  const known = new Set([
    ...[...seen.hosts.values()].flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    ...look.neighbours.map(({ address }) => address),
  ])
  const others = [...seen.owners.keys()].filter((address) => !known.has(address)).slice(0, MOST_OTHERS)
  return view.instances.flatMap(({ vip, interface: name }) => {
    const [network = '', prefix] = vip.split('/')
    return others
      .filter((address) => isInNetwork(address, { address: network, prefix: Number(prefix) }))
      .map((address) => ({ family: familyOf(address), interface: name, address }))
  })
}

/** Over IPv6, VRRP for everybody comes from the interface's link-local address. */
function multicastSource(look: HostSeen, name: string, source: string): string {
  if (source !== '' && familyOf(source) === 4) return source
  const local = look.addresses.find((one) => one.interface === name && one.address.startsWith('fe80:'))
  return local?.address ?? ''
}
