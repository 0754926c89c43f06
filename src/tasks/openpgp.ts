import { createHash } from 'node:crypto'

/** A public key with what belongs to it: certificates and subkeys. */
export interface PublicKey {
  /** IDs of the key and its subkeys: the last 16 hex digits of their fingerprints, the key's own first. */
  ids: readonly string[]
  /** Hex digits, in capitals. */
  fingerprint: string
  /** Seconds since 1970. */
  created: number
  /** Its packets as they are. */
  bytes: Buffer
}

/** Why bytes are no OpenPGP keys. */
export class OpenPgpError extends Error {}

const ARMOR = /-----BEGIN PGP PUBLIC KEY BLOCK-----([\s\S]*?)-----END PGP PUBLIC KEY BLOCK-----/g
const KEY = 6
const SUBKEY = 14

/** The public keys of a key file, binary or as text (armored); several blocks of text may follow each other. */
export function readKeys(file: Buffer): PublicKey[] {
  const text = file.toString('latin1')
  const blocks = [...text.matchAll(ARMOR)].map((match) => dearmor(match[1] ?? ''))
  if (blocks.length === 0 && text.includes('-----BEGIN PGP'))
    throw new OpenPgpError('the block of text is no public key, or is cut short')
  return (blocks.length > 0 ? blocks : [file]).flatMap(readPackets)
}

/** Keys as text in one block, as key files often are: apt reads no further than the end of the first. */
export function armored(...keys: readonly PublicKey[]): string {
  const bytes = Buffer.concat(keys.map((key) => key.bytes))
  const text = bytes.toString('base64').replace(/.{64}/g, '$&\n')
  const body = `${text.trimEnd()}\n=${checkSum(bytes)}`
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${body}\n-----END PGP PUBLIC KEY BLOCK-----\n`
}

/** The CRC-24 of RFC 4880, without which rpm takes a text for no key. */
function checkSum(bytes: Buffer): string {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1
      if (crc & 0x1000000) crc ^= 0x1864cfb
    }
  }
  return Buffer.from([crc >> 16, crc >> 8, crc].map((part) => part & 0xff)).toString('base64')
}

/** Header lines end at an empty line; the last line, with =, is a check sum. */
function dearmor(block: string): Buffer {
  const lines = block.replaceAll('\r', '').split('\n')
  const body = lines.slice(lines.findIndex((line, index) => index > 0 && line.trim() === '') + 1)
  return Buffer.from(body.filter((line) => !line.startsWith('=')).join(''), 'base64')
}

function readPackets(bytes: Buffer): PublicKey[] {
  const keys: { ids: string[]; fingerprint: string; created: number; from: number; to: number }[] = []
  let at = 0
  while (at < bytes.length) {
    const packet = packetAt(bytes, at)
    const { tag, body, next } = packet
    const last = keys.at(-1)
    if (tag === KEY) {
      const { id, fingerprint } = identify(body)
      keys.push({ ids: [id], fingerprint, created: body.readUInt32BE(1), from: at, to: next })
    } else if (!last) throw new OpenPgpError('it does not begin with a public key')
    else {
      last.to = next
      if (tag === SUBKEY) last.ids.push(identify(body).id)
    }
    at = next
  }
  return keys.map(({ from, to, ...key }) => ({ ...key, bytes: bytes.subarray(from, to) }))
}

function packetAt(bytes: Buffer, at: number): { tag: number; body: Buffer; next: number } {
  const first = bytes[at] ?? 0
  if ((first & 0x80) === 0) throw new OpenPgpError('these bytes are no OpenPGP packets')
  const { length, begin } = (first & 0x40) === 0 ? oldLength(bytes, at) : newLength(bytes, at)
  const next = begin + length
  if (next > bytes.length) throw new OpenPgpError('it is cut short')
  const tag = (first & 0x40) === 0 ? (first & 0x3c) >> 2 : first & 0x3f
  return { tag, body: bytes.subarray(begin, next), next }
}

interface Length {
  length: number
  begin: number
}

function oldLength(bytes: Buffer, at: number): Length {
  const size = [1, 2, 4][(bytes[at] ?? 0) & 3]
  if (size === undefined) throw new OpenPgpError('a packet without a length')
  if (at + 1 + size > bytes.length) throw new OpenPgpError('it is cut short')
  return { length: bytes.readUIntBE(at + 1, size), begin: at + 1 + size }
}

function newLength(bytes: Buffer, at: number): Length {
  const first = bytes[at + 1] ?? 0
  if (first < 192) return { length: first, begin: at + 2 }
  if (first < 224) return { length: ((first - 192) << 8) + (bytes[at + 2] ?? 0) + 192, begin: at + 3 }
  if (first !== 255 || at + 6 > bytes.length) throw new OpenPgpError('a packet in parts, or cut short')
  return { length: bytes.readUInt32BE(at + 2), begin: at + 6 }
}

/** Version 4: the SHA-1 of the packet. Version 3, of the last century: the number of the key itself. */
function identify(body: Buffer): { id: string; fingerprint: string } {
  const version = body[0]
  if (version === 4) {
    const head = Buffer.from([0x99, body.length >> 8, body.length & 0xff])
    const fingerprint = createHash('sha1').update(head).update(body).digest('hex').toUpperCase()
    return { id: fingerprint.slice(-16), fingerprint }
  }
  throw new OpenPgpError(`keys of version ${version} are not read`)
}
