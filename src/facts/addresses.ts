import type { Facts } from './subject.ts'

/** One address of an interface. */
export interface Address {
  device: string
  /** The address's label: the device, or an alias of it such as eth0:1. */
  label: string
  family: 4 | 6
  address: string
  prefix: number
  broadcast: string
  scope: string
  /** Marked by the kernel as not the first of its network. */
  secondary: boolean
}

/** Reads `ip -o addr` of iproute2 and of busybox. */
export function readIpAddresses(text: string): Address[] {
  return text.split('\n').flatMap((line) => readIpLine(line) ?? [])
}

function readIpLine(line: string): Address | undefined {
  const match = /^\d+:\s+(\S+?)(?:@\S+)?:?\s+(inet6?)\s+(\S+)\s+([^\\]*)/.exec(line)
  if (!match) return undefined
  const [, device = '', kind, own = '', rest = ''] = match
  const words = rest.trim().split(/\s+/)
  const after = (word: string): string | undefined => {
    const index = words.indexOf(word)
    return index < 0 ? undefined : words[index + 1]
  }
  const family = kind === 'inet' ? 4 : 6
  const [address = '', ownPrefix] = own.split('/')
  // A point-to-point address has its prefix at the peer: that is the peer's network, for IPv4 not ours.
  const prefix = ownPrefix ?? (family === 6 ? after('peer')?.split('/')[1] : undefined)
  const last = words.at(-1) ?? ''
  return {
    device,
    label: family === 4 && (last === device || last.startsWith(`${device}:`)) ? last : device,
    family,
    address,
    prefix: prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix),
    broadcast: after('brd') ?? '',
    scope: after('scope') ?? 'global',
    secondary: words.includes('secondary'),
  }
}

/** An IPv4 address in Ansible's shape; the prefix is text there. */
export function ipv4Facts(address: Address): Facts {
  const mask = address.prefix === 0 ? 0 : (0xff_ff_ff_ff << (32 - address.prefix)) >>> 0
  return {
    address: address.address,
    broadcast: address.broadcast,
    netmask: showIpv4(mask),
    network: showIpv4((parseIpv4(address.address) & mask) >>> 0),
    prefix: String(address.prefix),
  }
}

/** An IPv6 address in Ansible's shape. */
export function ipv6Facts(address: Address): Facts {
  return { address: address.address, prefix: String(address.prefix), scope: address.scope }
}

/** The number of a dotted IPv4 address. */
export function parseIpv4(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

export function showIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}
