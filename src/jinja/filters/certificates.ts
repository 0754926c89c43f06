import { createHash, createPublicKey, getHashes, X509Certificate } from 'node:crypto'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import type { Item, ItemDict } from '../things.ts'
import { filter, type Filters } from './define.ts'

/** Filters about certificates, of community.crypto. */
export const certificates: Filters = {
  x509_certificate_info: filter({}, (value) => describe(read(str(value)))),
}

function read(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new Mistake('this is no certificate', { hint: 'It takes the text of a PEM file.' })
  }
}

/** What Ansible tells of a certificate, without its extensions but the names. */
function describe(certificate: X509Certificate): ItemDict {
  const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }))
  const der = key.export({ type: 'spki', format: 'der' })
  const [subject, issuer] = [certificate.subject, certificate.issuer].map(namesOf)
  return new Map<string, Item>([
    ['subject', new Map(subject)],
    ['subject_ordered', subject?.map((pair) => [...pair]) ?? []],
    ['issuer', new Map(issuer)],
    ['issuer_ordered', issuer?.map((pair) => [...pair]) ?? []],
    ['subject_alt_name', alternatives(certificate.subjectAltName)],
    ['not_before', moment(certificate.validFrom)],
    ['not_after', moment(certificate.validTo)],
    ['serial_number', BigInt(`0x${certificate.serialNumber}`)],
    ['version', 3],
    ['public_key', key.export({ type: 'spki', format: 'pem' }).toString()],
    ['public_key_type', (key.asymmetricKeyType ?? '').replace(/^ec$/, 'ECC').toUpperCase()],
    ['fingerprints', fingerprints(certificate.raw)],
    ['public_key_fingerprints', fingerprints(der)],
  ])
}

/** Short names of what a name is made of, and Ansible’s. */
const PARTS: Readonly<Record<string, string>> = {
  C: 'countryName',
  ST: 'stateOrProvinceName',
  L: 'localityName',
  O: 'organizationName',
  OU: 'organizationalUnitName',
  CN: 'commonName',
  SN: 'surname',
  GN: 'givenName',
  DC: 'domainComponent',
  UID: 'userId',
}

/** `C=DE\nCN=api` as pairs, in its order. */
function namesOf(text: string | undefined): [string, string][] {
  return (text ?? '').split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf('=')
    if (at < 1) return []
    const name = line.slice(0, at)
    const value = line
      .slice(at + 1)
      .replaceAll(/\\([0-9A-F]{2}|.)/g, (_, own: string) =>
        own.length === 2 ? String.fromCharCode(Number.parseInt(own, 16)) : own,
      )
    return [[PARTS[name] ?? name, value]]
  })
}

/** `DNS:a, IP Address:10.0.0.1` as a list, addresses as they are written. */
function alternatives(text: string | undefined): Item {
  if (text === undefined) return null
  // A value with a comma of its own is written as JSON.
  const parts = text.match(/[\w ]+:(?:"(?:[^"\\]|\\.)*"|[^,"])*/g) ?? []
  return parts.map((part) => {
    const [, kind = '', value = ''] = /^ *([^:]+):([^]*)$/.exec(part) ?? []
    const plain = value.startsWith('"') ? String(JSON.parse(value)) : value
    if (kind === 'IP Address') return `IP:${shortAddress(plain)}`
    return `${kind}:${plain}`
  })
}

/** FD88:0:0:0:0:0:0:1 as fd88::1. */
function shortAddress(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

/** `Nov 29 11:52:54 2026 GMT` as 20261129115254Z. */
function moment(text: string): string {
  return new Date(text).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
}

/** Ansible’s names of digests, and OpenSSL’s where they differ. */
const DIGESTS: Readonly<Record<string, string>> = {
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
  md5: 'md5',
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha3_224: 'sha3-224',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
  sha512: 'sha512',
}

function fingerprints(bytes: Buffer): ItemDict {
  const known = new Set(getHashes())
  return new Map(
    Object.entries(DIGESTS)
      .filter(([, name]) => known.has(name))
      .map(([name, own]) => [
        name,
        createHash(own)
          .update(bytes)
          .digest('hex')
          .replaceAll(/..(?!$)/g, '$&:'),
      ]),
  )
}
