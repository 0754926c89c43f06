import { X509Certificate } from 'node:crypto'
import { parseAddress } from '../ha/address.ts'

/** What a server's certificate says. */
export interface Certificate {
  subject: string
  issuer: string
  /** Which key signed it (hex), so that two authorities of the same name differ; undefined = it does not say. */
  issuerKey: string | undefined
  /** Milliseconds since 1970. */
  notBefore: number
  notAfter: number
  /** Names and addresses that it is valid for; addresses in canonical form. */
  names: readonly string[]
  /** The certificate itself, for the check of its signature. */
  pem: string
}

/** Reads a certificate in DER or PEM. Throws what node throws for something else. */
export function readCertificate(bytes: Buffer | string): Certificate {
  const certificate = new X509Certificate(bytes)
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    issuerKey: authorityKey(certificate.raw),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    names: readNames(certificate.subjectAltName ?? ''),
    pem: certificate.toString(),
  }
}

/** Whether the key of this authority (PEM) signed the certificate. */
export function isSignedBy(certificate: Certificate, authority: string): boolean {
  return new X509Certificate(certificate.pem).verify(new X509Certificate(authority).publicKey)
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ')
}

/** "DNS:api, IP Address:10.0.0.1": node quotes names that have commas, which no server of ours has. */
function readNames(text: string): string[] {
  return text.split(', ').flatMap((part) => {
    const [kind, ...rest] = part.split(':')
    const value = rest.join(':')
    if (kind === 'DNS') return [value]
    if (kind === 'IP Address') return [parseAddress(value)?.address ?? value]
    return []
  })
}

/** The extension authorityKeyIdentifier (2.5.29.35), as DER writes its name. */
const AUTHORITY_KEY = Buffer.from('0603551d23', 'hex')

/**
 * The key identifier in the extension, which node does not show: OCTET STRING { SEQUENCE { [0] key id, … } }. All of
 * them are shorter than 128 bytes unless the issuer's name is in there too, so both forms of a length are read.
 */
function authorityKey(der: Buffer): string | undefined {
  const at = der.indexOf(AUTHORITY_KEY)
  if (at < 0) return undefined
  const octets = value(der, at + AUTHORITY_KEY.length, 0x04)
  const sequence = octets && value(octets, 0, 0x30)
  const key = sequence && value(sequence, 0, 0x80)
  return key?.toString('hex')
}

function value(der: Buffer, at: number, tag: number): Buffer | undefined {
  if (der[at] !== tag) return undefined
  const first = der[at + 1] ?? 0
  if (first < 0x80) return der.subarray(at + 2, at + 2 + first)
  const bytes = first - 0x80
  if (bytes > 2) return undefined
  const start = at + 2 + bytes
  return der.subarray(start, start + der.readUIntBE(at + 2, bytes))
}
