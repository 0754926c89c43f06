import ipaddr from 'ipaddr.js'

/** An address with the network it is in; a bare address is a network of its own. */
export interface Network {
  version: 4 | 6
  value: bigint
  prefix: number
}

export function widthOf(network: { version: 4 | 6 }): number {
  return network.version === 4 ? 32 : 128
}

/** Reads an address, or one with /prefix or /netmask; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', mask, ...more] = text.trim().split('/')
  if (more.length > 0) return undefined
  const parsed = parseAddress(address)
  if (!parsed) return undefined
  const prefix = mask === undefined ? widthOf(parsed) : parsePrefix(mask, parsed.version)
  return prefix === undefined ? undefined : { ...parsed, prefix }
}

function parseAddress(text: string): { version: 4 | 6; value: bigint } | undefined {
  // Only the usual four numbers: 10.1 or 0x0a000001 would be a typo here rather than an address.
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { version: 4, value: fromBytes(ipaddr.IPv4.parse(text).toByteArray()) }
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined
  return { version: 6, value: fromBytes(ipaddr.IPv6.parse(text).toByteArray()) }
}

function fromBytes(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n)
}

function parsePrefix(mask: string, version: 4 | 6): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= widthOf({ version }) ? Number(mask) : undefined
  const parsed = parseAddress(mask)
  if (!parsed || parsed.version !== version) return undefined
  const width = widthOf(parsed)
  const bits = parsed.value.toString(2).padStart(width, '0')
  if (/^1*0*$/.test(bits)) return bits.replaceAll('0', '').length
  return /^0*1*$/.test(bits) ? bits.replaceAll('1', '').length : undefined
}

/** The address as text, in the short form of RFC 5952. */
export function showAddress(value: bigint, version: 4 | 6): string {
  const size = widthOf({ version }) / 8
  const bytes = Array.from({ length: size }, (_, index) =>
    Number((value >> BigInt(8 * (size - 1 - index))) & 0xffn),
  )
  if (version === 4) return bytes.join('.')
  const address = new ipaddr.IPv6(bytes)
  return address.isIPv4MappedAddress()
    ? `::ffff:${address.toIPv4Address().toString()}`
    : address.toRFC5952String()
}

export function sizeOf(network: Network): bigint {
  return 1n << BigInt(widthOf(network) - network.prefix)
}

export function hostMask(network: Network): bigint {
  return sizeOf(network) - 1n
}

export function netMask(network: Network): bigint {
  return (1n << BigInt(widthOf(network))) - 1n - hostMask(network)
}

export function firstOf(network: Network): bigint {
  return network.value & netMask(network)
}

export function lastOf(network: Network): bigint {
  return network.value | hostMask(network)
}

/** The addresses a host can have: all but the first and the last, in networks larger than two. */
export function usable(network: Network): { first: bigint; last: bigint } | undefined {
  if (sizeOf(network) === 1n) return undefined
  const [first, last] = [firstOf(network), lastOf(network)]
  return sizeOf(network) === 2n ? { first, last } : { first: first + 1n, last: last - 1n }
}

/** Whether the inner network lies wholly in the outer one. */
export function within(outer: Network, inner: Network): boolean {
  if (outer.version !== inner.version) return false
  return firstOf(inner) >= firstOf(outer) && lastOf(inner) <= lastOf(outer)
}

/** The name under in-addr.arpa or ip6.arpa. */
export function reverseName(network: Network): string {
  if (network.version === 4) {
    return `${showAddress(network.value, 4).split('.').reverse().join('.')}.in-addr.arpa.`
  }
  const digits = network.value.toString(16).padStart(32, '0')
  return `${Array.from(digits).reverse().join('.')}.ip6.arpa.`
}
