import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInNetwork, parseAddress, parseCidr, specialAddress, withPort } from '../../src/ha/address.ts'

describe('parseCidr', () => {
  it.each([
    ['10.0.0.10', { address: '10.0.0.10', family: 4, prefix: undefined }],
    ['10.0.0.10/24', { address: '10.0.0.10', family: 4, prefix: 24 }],
    ['FD00:0::10/64', { address: 'fd00::10', family: 6, prefix: 64 }],
    ['10.0.0.10/0', { address: '10.0.0.10', family: 4, prefix: 0 }],
  ])('reads %s', (text, expected) => {
    expect(parseCidr(text)).toEqual(expected)
  })

  it.each([
    '',
    '10',
    '10.1',
    '10.0.0.256',
    '010.0.0.1',
    '0x0a.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '10.0.0.1/24/24',
    '10.0.0.1/255.255.255.0',
    'fe80::1%eth0',
    'fd00::10/129',
    'fd00:::1',
    'm1',
    ' 10.0.0.1',
  ])('refuses "%s"', (text) => {
    expect(parseCidr(text)).toBeUndefined()
  })

  it('reads back what it gives, for every address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const first = parseAddress(text)
        expect(first).toBeDefined()
        expect(parseAddress(first?.address ?? '')).toEqual(first)
      }),
    )
  })

  it('survives any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCidr(text)))
  })
})

it.each([
  ['10.0.0.10', '10.0.0.1', 24, true],
  ['10.0.1.10', '10.0.0.1', 24, false],
  ['fd00::10', 'fd00::1', 64, true],
  ['fd00::10', '10.0.0.1', 0, false],
])('%s in the network of %s/%d: %s', (address, other, prefix, expected) => {
  expect(isInNetwork(address, { address: other, prefix })).toBe(expected)
})

it.each([
  ['10.0.0.0', 24, 'network'],
  ['10.0.0.255', 24, 'broadcast'],
  ['10.0.0.255', 16, undefined],
  ['10.0.0.0', 31, undefined],
  ['10.0.0.1', 32, undefined],
  ['fd00::', 64, undefined],
])('%s/%d is special: %s', (address, prefix, expected) => {
  expect(specialAddress({ address, prefix })).toBe(expected)
})

it('writes IPv6 with its port in brackets', () => {
  expect([withPort('10.0.0.1', 80), withPort('fd00::1', 80)]).toEqual(['10.0.0.1:80', '[fd00::1]:80'])
})
