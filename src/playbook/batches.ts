import { HakubeError } from '../errors.ts'
import { toJson, type Value } from '../value.ts'
import type { Located } from './model.ts'

const ORDERS = ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'] as const
type Order = (typeof ORDERS)[number]

/** The hosts of a play in the order that its `order` asks for. Throws HakubeError for another word. */
export function ordered(hosts: readonly string[], order: Located | undefined): string[] {
  const word = toJson(order?.value ?? 'inventory')
  const known = ORDERS.find((one) => one === word)
  if (!known) {
    throw new HakubeError(`order: ${JSON.stringify(word)} is no order of hosts`, {
      code: 'wrong-order',
      place: order?.place,
      hint: `write one of ${ORDERS.join(', ')}`,
    })
  }
  return arrange([...hosts], known)
}

function arrange(hosts: string[], order: Order): string[] {
  switch (order) {
    case 'inventory':
      return hosts
    case 'reverse_inventory':
      return hosts.reverse()
    case 'sorted':
      return hosts.sort()
    case 'reverse_sorted':
      return hosts.sort().reverse()
    case 'shuffle':
      return hosts
        .map((host) => ({ host, at: Math.random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ host }) => host)
  }
}

/**
 * The hosts of a play in the batches that its `serial` asks for: a number, a percentage such as "30%", or a list of
 * them, whose last one holds for the rest. As in Ansible a percentage is rounded down, to one host at least, and 0
 * means all hosts. Throws HakubeError for anything else.
 */
export function batchesOf(hosts: readonly string[], serial: Located | undefined): string[][] {
  if (!serial || hosts.length === 0) return [[...hosts]]
  const sizes = (Array.isArray(serial.value) ? serial.value : [serial.value]).map((value) =>
    sizeOf(value, hosts.length, serial),
  )
  const batches: string[][] = []
  for (let at = 0; at < hosts.length;) {
    const size = sizes[Math.min(batches.length, sizes.length - 1)] ?? hosts.length
    batches.push(hosts.slice(at, at + size))
    at += size
  }
  return batches
}

function sizeOf(value: Value, hosts: number, { place }: Located): number {
  const text = String(toJson(value)).trim()
  const [, digits, percent] = /^(-?\d+)(?:\.\d+)?(%?)$/.exec(text) ?? []
  if (digits === undefined) {
    throw new HakubeError(`serial: ${text} is neither a number of hosts nor a percentage`, {
      code: 'wrong-serial',
      place,
      hint: 'write serial: 1, serial: "30%" or a list of both',
    })
  }
  if (percent === '%') return Math.max(1, Math.floor((Number.parseFloat(text) / 100) * hosts))
  return Number(digits) > 0 ? Number(digits) : hosts
}
