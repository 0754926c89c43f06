import { parseAddress } from '../ha/address.ts'
import type { UfwRule } from './ufw-rule.ts'

/** Of which version an address or network is, to ufw; undefined: it is none. */
export function versionOf(text: string): 4 | 6 | undefined {
  const [address = '', mask, ...more] = text.split('/')
  const family = more.length > 0 ? undefined : parseAddress(address)?.family
  if (family === 4 && /^[0-9./]+$/.test(text))
    return mask === undefined || isPrefix(mask, 32) || bitsOf(mask) !== undefined ? 4 : undefined
  if (family === 6 && text.length <= 43 && /^[a-f0-9:./]+$/i.test(text))
    return mask === undefined || isPrefix(mask, 128) ? 6 : undefined
  return undefined
}

function isPrefix(text: string, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) <= most
}

/** The rule as ufw writes it down: networks without the bits of a host, ports in order. */
export function normalRule(rule: UfwRule): UfwRule {
  const { v6 } = rule
  return {
    ...rule,
    to: normalAddress(rule.to, v6),
    from: normalAddress(rule.from, v6),
    toPort: normalPorts(rule.toPort),
    fromPort: normalPorts(rule.fromPort),
  }
}

function normalAddress(text: string, v6: boolean): string {
  const [address = '', mask] = text.split('/')
  if (v6) {
    const short = shortAddress(address)
    return mask === undefined || mask === '128' ? short : `${short}/${mask}`
  }
  if (mask === undefined || mask === '32' || mask === '255.255.255.255') return address
  const bits = bitsOf(mask) ?? prefixBits(Number(mask))
  const length = bitsOf(mask) === undefined ? mask : (prefixOf(bits) ?? mask)
  const network = ((bitsOf(address) ?? 0) & bits) >>> 0
  const quads = [24, 16, 8, 0].map((shift) => (network >>> shift) & 255)
  return `${quads.join('.')}/${length}`
}

/** As the C library prints it: with the last four bytes in decimal where it looks like IPv4 inside. */
function shortAddress(text: string): string {
  const plain = parseAddress(text)?.address ?? text
  const inside = /^::(ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain)
  if (!inside) return plain
  const bytes = [inside[2], inside[3]].flatMap((group = '0') => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
  return `::${inside[1] ?? ''}${bytes.join('.')}`
}

function bitsOf(text: string): number | undefined {
  const quads = text.split('.').map((quad) => (/^\d{1,3}$/.test(quad) ? Number(quad) : Number.NaN))
  if (quads.length !== 4 || !quads.every((quad) => quad <= 255)) return undefined
  return quads.reduce((all, quad) => all * 256 + quad, 0)
}

function prefixBits(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0
}

function prefixOf(bits: number): string | undefined {
  for (let length = 0; length <= 32; length++) if (prefixBits(length) === bits) return String(length)
  return undefined
}

function normalPorts(text: string): string {
  return text
    .split(',')
    .toSorted((one, other) => {
      const [first = 0, end = -1] = one.split(':').map(Number)
      const [second = 0, last = -1] = other.split(':').map(Number)
      return first - second || end - last || 0
    })
    .join(',')
}

/** Why ufw does not take these ports; undefined: it does. Names are not looked up here. */
export function portsProblem(text: string): string | undefined {
  if (!/^\d(?:[0-9,:]*\d)?$/.test(text))
    return /[,:]/.test(text)
      ? 'several ports and ranges have to be numbers'
      : /^\w[\w-]+/.test(text)
        ? undefined
        : 'it is no port'
  const parts = text.split(',')
  const sizes = parts.map((part) => part.split(':').length)
  if (sizes.reduce((all, size) => all + size, 0) > 15) return 'more than 15 ports are too many for one rule'
  for (const part of parts) {
    const [low = 0, high = 65536, ...more] = part.split(':').map(Number)
    if (part === '' || more.length > 0 || low < 1 || low > 65535) return 'a port is from 1 to 65535'
    if (part.includes(':') && (high > 65535 || low >= high)) return 'a range goes up, to 65535 at most'
  }
  return undefined
}
