import type { View } from '../../ha/view.ts'
import type { NodeSeen, Seen } from '../seen.ts'

/** A host that is to hold virtual addresses, with what it is to be and what it says. */
export interface Member {
  name: string
  view: View
  /** undefined: it could not be asked. */
  seen: NodeSeen | undefined
}

/** The hosts that run keepalived or haproxy, in the inventory's order. */
export function membersOf(seen: Seen): Member[] {
  return [...seen.views]
    .filter(([, view]) => view.keepalived || view.haproxy)
    .map(([name, view]) => ({ name, view, seen: seen.nodes.get(name) }))
}

/** The virtual addresses of the endpoint. */
export function vipsOf(seen: Seen): readonly string[] {
  const [view] = seen.views.values()
  return view?.vips ?? []
}

/** Whether there is anything that can move: a single node has no keepalived. */
export function hasFailover(seen: Seen): boolean {
  return [...seen.views.values()].some((view) => view.keepalived)
}

/** Every host that was asked and has the address on an interface, part of the endpoint's nodes or not. */
export function holdersOf(seen: Seen, vip: string): string[] {
  return [...seen.nodes]
    .filter(([, node]) => node.addresses.some(({ address }) => address === vip))
    .map(([name]) => name)
}

/** The settings of a virtual address on a node. */
export function instanceOf(view: View, vip: string): View['instances'][number] | undefined {
  return view.instances.find((instance) => instance.vip.split('/')[0] === vip)
}

/** Whether keepalived on a node could hold an address: it runs, and its check succeeds. */
export function canHold({ view, seen }: Member): boolean {
  if (!seen || !view.keepalived || (seen.check && seen.check.code !== 0)) return false
  const unit = seen.units.get('keepalived')
  return unit === 'unknown' || (unit !== undefined && unit.known && unit.activity === 'active')
}

/** Who would hold an address next, best first: the highest priority among those that can. */
export function candidates(seen: Seen, vip: string): Member[] {
  const priority = ({ view }: Member) => instanceOf(view, vip)?.priority ?? 0
  return membersOf(seen)
    .filter(canHold)
    .sort((a, b) => priority(b) - priority(a))
}
