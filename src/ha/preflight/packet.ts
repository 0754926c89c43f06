import ipaddr from 'ipaddr.js'
import { bytesOf, type Family, familyOf } from '../address.ts'

/** VRRP's number among the protocols of IP. */
export const VRRP = 112

/** Where VRRP is sent to where the peers are not named. */
export const GROUPS: Readonly<Record<Family, string>> = { 4: '224.0.0.18', 6: 'ff02::12' }

/** An advertisement as it was heard. */
export interface Advert {
  source: string
  /** undefined: the kernel does not tell it (IPv6). */
  destination: string | undefined
  version: number
  vrid: number
  priority: number
  /** It is one of hakube's own, of this run or of somebody else's. */
  trial: boolean
}

/**
 * The lowest priority that is none of the special ones: whoever hears it and has this ID goes on as before.
 */
export const PROBE_PRIORITY = 1

/** Hundredths of a second; what hears an advertisement waits three times as long for the next one. */
const INTERVAL = 100

/**
 * What a trial claims: an address of the loopback, which means nothing to anybody else. keepalived wants one, and
 * takes notice only of those that claim the same.
 */
export const TRIAL_ADDRESS = '127.255.112.1'

/** Over IPv6 there is but one loopback address, so it is the sender's own one. */
function trialAddress(source: string): string {
  return familyOf(source) === 4 ? TRIAL_ADDRESS : source
}

/** A well-formed advertisement of version 3 (RFC 5798) that claims no address that anybody uses. */
export function probePacket(vrid: number, source: string, destination: string): Buffer {
  const address = bytesOf(trialAddress(source))
  const head = [0x31, vrid, PROBE_PRIORITY, 1, INTERVAL >> 8, INTERVAL & 0xff, 0, 0]
  const packet = Buffer.from([...head, ...address])
  const pseudo = pseudoHeader(source, destination, packet.length)
  packet.writeUInt16BE(checksum([...pseudo, ...packet]), 6)
  return packet
}

/** Its checksum covers these fields of the IP header, too; both families count the same bytes in the end. */
function pseudoHeader(source: string, destination: string, length: number): number[] {
  return [...bytesOf(source), ...bytesOf(destination), 0, VRRP, length >> 8, length & 0xff]
}

function checksum(bytes: readonly number[]): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}

/** What a raw socket gave: for IPv4 the whole packet, for IPv6 what is behind its header. Undefined for no VRRP. */
export function readAdvert(family: Family, source: string, bytes: Buffer): Advert | undefined {
  const start = family === 4 ? ((bytes[0] ?? 0) & 0x0f) * 4 : 0
  const [first, vrid, priority] = bytes.subarray(start)
  if (first === undefined || vrid === undefined || priority === undefined) return undefined
  const version = first >> 4
  // Type 1 is the only one there is.
  if ((first & 0x0f) !== 1 || (version !== 2 && version !== 3)) return undefined
  const destination = family === 4 ? addressOf(bytes.subarray(16, 20)) : undefined
  const claimed = bytes.subarray(start + 8, start + 8 + (family === 4 ? 4 : 16)).toString('hex')
  const trial = version === 3 && bytes[start + 3] === 1 && claimed === hexOf(trialAddress(source))
  return { source, destination, version, vrid, priority, trial }
}

/** The text of an address of 4 or 16 bytes. */
export function addressOf(bytes: Uint8Array): string {
  return ipaddr.fromByteArray([...bytes]).toString()
}

export function hexOf(address: string): string {
  return Buffer.from(bytesOf(address)).toString('hex')
}

/** Sent to everybody on the network, as far as that shows. */
export function isMulticast({ source, destination }: Advert): boolean {
  if (destination !== undefined) return ipaddr.parse(destination).range() === 'multicast'
  // Multicast over IPv6 comes from link-local addresses, what is sent to peers from those that name them.
  return familyOf(source) === 6 && ipaddr.parse(source).range() === 'linkLocal'
}

/** An ID that is none of these, the same for all nodes: high ones are rarely given by hand. */
export function freeVrid(used: ReadonlySet<number>): number {
  for (let vrid = 250; vrid > 0; vrid--) if (!used.has(vrid)) return vrid
  return 255
}
