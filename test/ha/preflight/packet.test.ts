import { expect, it, test } from 'vitest'
import {
  freeVrid,
  GROUPS,
  hexOf,
  isMulticast,
  probePacket,
  readAdvert,
} from '../../../src/ha/preflight/packet.ts'

/** What the receiver of a packet adds up: all ones where nothing was changed on the way. */
function sum(packet: Buffer, source: string, destination: string): number {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(packet.length)
  const pseudo = Buffer.concat([
    Buffer.from(hexOf(source), 'hex'),
    Buffer.from(hexOf(destination), 'hex'),
    length,
    Buffer.from([0, 0, 0, 112]),
  ])
  const all = Buffer.concat([pseudo, packet])
  let total = 0
  for (let at = 0; at < all.length; at += 2) total += all.readUInt16BE(at)
  while (total > 0xffff) total = (total >> 16) + (total & 0xffff)
  return total
}

test.each([
  ['10.0.0.1', '10.0.0.2'],
  ['10.0.0.1', GROUPS[4]],
  ['fd00::1', 'fd00::2'],
  ['fe80::1:2', GROUPS[6]],
])('from %s to %s the checksum is right', (source, destination) => {
  expect(sum(probePacket(250, source, destination), source, destination)).toBe(0xffff)
})

it('claims the lowest priority, once a second, and no address but its own', () => {
  expect(probePacket(250, '10.0.0.1', '10.0.0.2').toString('hex')).toMatch(/^31fa01010064[\da-f]{4}7fff7001$/)
})

it('is read as it was written', () => {
  const packet = probePacket(250, 'fd00::1', 'fd00::2')
  expect(readAdvert(6, 'fd00::1', packet)).toEqual({
    source: 'fd00::1',
    destination: undefined,
    version: 3,
    vrid: 250,
    priority: 1,
    trial: true,
  })
})

/** What a host heard of keepalived 2.2.7, with its header's counter and checksum blanked. */
const KEEPALIVED = '45c0002000000000ff7000000a58001fe0000012315878010064606d0a580077'

it('of keepalived is read, behind the header of IPv4', () => {
  expect(readAdvert(4, '10.88.0.31', Buffer.from(KEEPALIVED, 'hex'))).toEqual({
    source: '10.88.0.31',
    destination: '224.0.0.18',
    version: 3,
    vrid: 88,
    priority: 120,
    trial: false,
  })
})

test.each(['', '45', '31', '4158780100643d9e', '3258780100643d9e'])('%j is none', (hex) => {
  expect(readAdvert(6, 'fe80::1', Buffer.from(hex, 'hex'))).toBeUndefined()
})

test.each([
  [{ source: '10.0.0.1', destination: '224.0.0.18' }, true],
  [{ source: '10.0.0.1', destination: '10.0.0.2' }, false],
  [{ source: 'fe80::1', destination: undefined }, true],
  [{ source: 'fd00::1', destination: undefined }, false],
])('%j is sent to everybody: %s', (ends, expected) => {
  expect(isMulticast({ ...ends, version: 3, vrid: 1, priority: 1, trial: false })).toBe(expected)
})

it('takes an ID that nobody has', () => {
  expect(freeVrid(new Set([250, 249, 7]))).toBe(248)
})
