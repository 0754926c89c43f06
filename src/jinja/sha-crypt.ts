import { createHash } from 'node:crypto'

export type ShaCryptType = 'sha256' | 'sha512'

/** What users may call them: crypt's names, and those of passlib, which Ansible takes as well. */
export const SHA_CRYPT_NAMES: ReadonlyMap<string, ShaCryptType> = new Map([
  ['sha512_crypt', 'sha512'],
  ['sha256_crypt', 'sha256'],
  ['sha512', 'sha512'],
  ['sha256', 'sha256'],
])

/** The characters of salts and hashes, by their value. */
export const CRYPT_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** What crypt(3) takes where the hash does not name a number. */
const DEFAULT_ROUNDS = 5000

/**
 * The crypt(3) hashes $5$ and $6$ of a password. Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", 2008,
 * whose steps are numbered in the comments.
 */
export function shaCrypt(type: ShaCryptType, password: string, salt: string, rounds?: number): string {
  const key = Buffer.from(password, 'utf8')
  const saltBytes = Buffer.from(salt, 'utf8')
  const hash = (...parts: Buffer[]): Buffer => {
    const digest = createHash(type)
    for (const part of parts) digest.update(part)
    return digest.digest()
  }
  let mixed = first(hash, key, saltBytes)
  // 13-15 and 16-20: the sequences P and S.
  const p = stretched(hash(...Array.from<Buffer>({ length: key.length }).fill(key)), key.length)
  const times = 16 + (mixed[0] ?? 0)
  const s = stretched(hash(...Array.from<Buffer>({ length: times }).fill(saltBytes)), saltBytes.length)
  // 21: the rounds that make it slow.
  for (let round = 0; round < (rounds ?? DEFAULT_ROUNDS); round += 1) {
    const parts = [round % 2 === 1 ? p : mixed]
    if (round % 3 !== 0) parts.push(s)
    if (round % 7 !== 0) parts.push(p)
    parts.push(round % 2 === 1 ? mixed : p)
    mixed = hash(...parts)
  }
  const ident = type === 'sha512' ? '$6$' : '$5$'
  const shown = rounds === undefined ? '' : `rounds=${rounds}$`
  return `${ident}${shown}${salt}$${encoded(mixed, type)}`
}

/** 1-12: the digest that the rounds start from. */
function first(hash: (...parts: Buffer[]) => Buffer, key: Buffer, salt: Buffer): Buffer {
  const b = hash(key, salt, key)
  const parts = [key, salt, stretched(b, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? b : key)
  return hash(...parts)
}

/** The digest repeated up to this length. */
function stretched(digest: Buffer, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => digest[index % digest.length] ?? 0))
}

/** 22: crypt's own base64, over bytes in an order of its own. */
function encoded(digest: Buffer, type: ShaCryptType): string {
  const byte = (index: number): number => digest[index] ?? 0
  const groups = type === 'sha512' ? 21 : 10
  // Each group takes three bytes, a third of the digest apart; the first one moves round by round.
  const step = type === 'sha512' ? [22, 1] : [21, 1]
  let at = type === 'sha512' ? [0, 21, 42] : [0, 10, 20]
  let out = ''
  for (let group = 0; group < groups; group += 1) {
    const [a = 0, b = 0, c = 0] = at
    out += letters((byte(a) << 16) | (byte(b) << 8) | byte(c), 4)
    at = at.map((index) => (index + (step[0] ?? 0)) % (groups * 3))
  }
  return out + (type === 'sha512' ? letters(byte(63), 2) : letters((byte(31) << 8) | byte(30), 3))
}

function letters(value: number, count: number): string {
  let out = ''
  for (let rest = value, left = count; left > 0; left -= 1, rest >>>= 6)
    out += CRYPT_ALPHABET[rest & 63] ?? ''
  return out
}
