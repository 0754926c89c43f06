import ipaddr from 'ipaddr.js'

export type Family = 4 | 6

/** An address with the length of its network's prefix. */
export interface Network {
  address: string
  prefix: number
}

/** An address as one writes it, and whether a prefix length stood beside it. */
export interface Cidr {
  /** In canonical form: IPv6 in small letters and shortened. */
  address: string
  family: Family
  prefix: number | undefined
}

/** Reads "10.0.0.10" or "10.0.0.10/24", IPv4 or IPv6; undefined if it is neither. */
export function parseCidr(text: string): Cidr | undefined {
  const [whole, digits] = text.split('/', 2)
  const address = parseAddress(whole ?? '')
  if (!address || text.split('/').length > 2) return undefined
  if (digits === undefined) return { ...address, prefix: undefined }
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > fullPrefix(address.family)) return undefined
  return { ...address, prefix: Number(digits) }
}

/** Reads an address without prefix or zone; undefined if it is none. */
export function parseAddress(text: string): { address: string; family: Family } | undefined {
  // Short forms such as "10.1" are addresses to inet_aton(3), and mistakes here.
  if (ipaddr.IPv4.isValidFourPartDecimal(text))
    return { address: ipaddr.IPv4.parse(text).toString(), family: 4 }
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined
  return { address: ipaddr.IPv6.parse(text).toString(), family: 6 }
}

/** 32 or 128: the prefix of a network that holds one address. */
export function fullPrefix(family: Family): number {
  return family === 4 ? 32 : 128
}

export function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4
}

export function isInNetwork(address: string, network: Network): boolean {
  const one = ipaddr.parse(address)
  const other = ipaddr.parse(network.address)
  if (one instanceof ipaddr.IPv4 && other instanceof ipaddr.IPv4) return one.match(other, network.prefix)
  if (one instanceof ipaddr.IPv6 && other instanceof ipaddr.IPv6) return one.match(other, network.prefix)
  return false
}

/** Which of the addresses of its network no host can have: "network" or "broadcast"; undefined = an ordinary one. */
export function specialAddress({ address, prefix }: Network): 'network' | 'broadcast' | undefined {
  if (familyOf(address) === 6 || prefix >= 31) return undefined
  const cidr = `${address}/${prefix}`
  if (ipaddr.IPv4.networkAddressFromCIDR(cidr).toString() === address) return 'network'
  if (ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString() === address) return 'broadcast'
  return undefined
}

/** The kind of address, such as "unicast", "private", "loopback", "multicast", "linkLocal". */
export function rangeOf(address: string): string {
  return ipaddr.parse(address).range()
}

/** Address and port as one writes them in a URL or for haproxy. */
export function withPort(address: string, port: number): string {
  return familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
}

/** The bytes of an address, for hashing. */
export function bytesOf(address: string): number[] {
  return ipaddr.parse(address).toByteArray()
}
