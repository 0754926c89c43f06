import { bytesOf, type Cidr } from './address.ts'
import type { Problems } from './problems.ts'

/**
 * The virtual router IDs, one per virtual address: those given, else from a hash of the address, so that two
 * clusters on one network differ without anybody keeping a list.
 */
export function virtualRouterIds(
  vips: readonly Cidr[],
  given: readonly number[] | undefined,
  problems?: Problems,
): number[] {
  if (!given) return computed(vips)
  if (given.length !== vips.length || new Set(given).size !== given.length) {
    problems?.add(
      `ha_vrid has ${given.length} IDs (${given.join(', ')}) for ${vips.length} virtual addresses`,
      {
        code: 'ha-vrid',
        variable: 'ha_vrid',
        hint: 'write one per address of ha_vip, all different, or leave ha_vrid out',
      },
    )
    return computed(vips)
  }
  return [...given]
}

function computed(vips: readonly Cidr[]): number[] {
  const used = new Set<number>()
  return vips.map((vip) => {
    let vrid = 1 + (hash(bytesOf(vip.address)) % 255)
    while (used.has(vrid)) vrid = (vrid % 255) + 1
    used.add(vrid)
    return vrid
  })
}

/** FNV-1a, 32 bits: short, and spreads neighbouring addresses. */
function hash(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01_00_01_93) >>> 0, 0x81_1c_9d_c5)
}

const HIGHEST = 200

/** The largest number of nodes that priorities are given to. */
export const MOST_NODES = HIGHEST

/**
 * Priorities in the inventory's order, highest first, all different: with equal ones the higher address would win.
 * The gaps let one backup wait a little longer than the other, so that they do not take over at once.
 */
export function priorities(nodes: number): number[] {
  const step = Math.max(1, Math.min(10, Math.floor((HIGHEST - 1) / Math.max(1, nodes - 1))))
  return Array.from({ length: nodes }, (_, index) => HIGHEST - index * step)
}

/**
 * The priorities of all nodes for one of several virtual addresses. The first address of a family belongs to the
 * first node, the second to the second one, and so on, so that all nodes carry some; an IPv4 and an IPv6 address
 * of the same rank stay together.
 */
export function mirrored(nodes: number, vips: readonly Cidr[], index: number): number[] {
  const order = priorities(nodes)
  const family = vips[index]?.family
  const rank = vips.slice(0, index).filter((vip) => vip.family === family).length
  return order.map((_, node) => order[(node - (rank % nodes) + nodes) % nodes] ?? 0)
}
