import { describe, expect, it } from 'vitest'
import { isSignedBy, readCertificate } from '../../src/verify/certificate.ts'
import { fixture, OTHER, OWN } from './healthy.ts'

describe('readCertificate', () => {
  it('reads names, addresses in canonical form, and the time', () => {
    expect(OWN.names).toEqual(['kubernetes', 'api.example.com', '10.0.0.1', '10.0.0.10', 'fd00::10'])
    expect(OWN.notAfter - OWN.notBefore).toBe(36_500 * 86_400_000)
  })

  it('tells two authorities of one name apart by their keys', () => {
    expect(OWN.issuer).toBe('CN=kubernetes')
    expect(OWN.issuerKey).toMatch(/^[\da-f]{40}$/)
    expect(OTHER.issuerKey).not.toBe(OWN.issuerKey)
  })

  it('reads one without that extension', () => {
    const authority = readCertificate(fixture('own-ca.pem'))
    expect(authority).toMatchObject({ subject: 'CN=kubernetes', names: [] })
  })
})

it('proves who signed', () => {
  expect(isSignedBy(OWN, fixture('own-ca.pem'))).toBe(true)
  expect(isSignedBy(OWN, fixture('other-ca.pem'))).toBe(false)
})
