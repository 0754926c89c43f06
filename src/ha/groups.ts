import { nearest } from '../suggest.ts'
import type { Problems } from './problems.ts'

/** Names under which inventories keep the control-plane nodes, and the load balancers of a dedicated pair. */
export const CONTROL_PLANE = ['control_plane', 'masters', 'kube_control_plane', 'kube-master'] as const
export const LOAD_BALANCERS = ['loadbalancers', 'lb', 'haproxy'] as const

export interface Members {
  /** stacked: keepalived and haproxy run on the control-plane nodes; dedicated: on load balancers before them. */
  layout: 'stacked' | 'dedicated'
  /** Hosts that run API servers, in the inventory's order. */
  controlPlane: readonly string[]
  /** Hosts that hold the virtual address, in the inventory's order. */
  nodes: readonly string[]
}

type Groups = ReadonlyMap<string, readonly string[]>

/** Who is what, from the inventory's groups. Undefined if that cannot be told; the problems say why. */
export function readGroups(groups: Groups, problems: Problems): Members | undefined {
  const controlPlane = readGroup(groups, CONTROL_PLANE, problems)
  const loadBalancers = readGroup(groups, LOAD_BALANCERS, problems)
  if (!controlPlane || controlPlane.length === 0) {
    if (!problems.any) missing(groups, problems)
    return undefined
  }
  const both = (loadBalancers ?? []).filter((host) => controlPlane.includes(host))
  if (both.length > 0) {
    problems.add(`${both.join(', ')}: in the group of control-plane nodes and in that of load balancers`, {
      code: 'ha-groups',
      hint: 'leave the load balancers’ group out to run haproxy on the control-plane nodes, or take the host out of one of the two',
    })
  }
  if (!loadBalancers || loadBalancers.length === 0) {
    return { layout: 'stacked', controlPlane, nodes: controlPlane }
  }
  return { layout: 'dedicated', controlPlane, nodes: loadBalancers }
}

/** The hosts of the group under whichever of its names it goes; two names with different hosts are a mistake. */
function readGroup(
  groups: Groups,
  names: readonly string[],
  problems: Problems,
): readonly string[] | undefined {
  const [first, ...others] = names.filter((name) => (groups.get(name)?.length ?? 0) > 0)
  if (first === undefined) return undefined
  const hosts = groups.get(first) ?? []
  for (const other of others) {
    if (sameSet(hosts, groups.get(other) ?? [])) continue
    problems.add(`the groups ${first} and ${other} mean the same and hold different hosts`, {
      code: 'ha-groups',
      hint: `keep one of them: ${first}: ${hosts.join(', ')}; ${other}: ${(groups.get(other) ?? []).join(', ')}`,
    })
  }
  return hosts
}

function sameSet(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((host) => second.includes(host))
}

function missing(groups: Groups, problems: Problems): void {
  const empty = [...groups.keys()].find((name) => CONTROL_PLANE.some((known) => known === name))
  const odd = [...groups.keys()].find((name) => nearest(name, CONTROL_PLANE) !== undefined)
  const list = `list the hosts that run API servers in a group [${CONTROL_PLANE[0]}] (or ${CONTROL_PLANE.slice(1).join(', ')})`
  const meant = odd === undefined ? undefined : nearest(odd, CONTROL_PLANE)
  problems.add('the inventory has no control-plane node', {
    code: 'ha-groups',
    hint:
      empty === undefined && meant !== undefined ? `did you mean [${meant}] where it says [${odd}]?` : list,
  })
}
