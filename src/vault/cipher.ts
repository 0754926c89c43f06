import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

/** The parts of an encrypted text, as bytes. */
export interface Sealed {
  salt: Buffer
  /** HMAC-SHA256 over the ciphertext. */
  mac: Buffer
  ciphertext: Buffer
}

const ITERATIONS = 10_000
const KEY_BYTES = 32
const BLOCK_BYTES = 16
const MAX_CACHED = 10_000

interface Keys {
  cipher: Buffer
  mac: Buffer
  counter: Buffer
}

/** A vault password. Deriving its keys takes milliseconds, so it is done once for each salt. */
export class VaultPassword {
  readonly #bytes: Buffer
  readonly #keys = new Map<string, Keys>()

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The password as text. Only what keeps it out of the output calls this. */
  reveal(): string {
    return this.#bytes.toString('utf8')
  }

  keysFor(salt: Buffer): Keys {
    const name = salt.toString('hex')
    let keys = this.#keys.get(name)
    if (keys) return keys
    const derived = pbkdf2Sync(this.#bytes, salt, ITERATIONS, 2 * KEY_BYTES + BLOCK_BYTES, 'sha256')
    keys = {
      cipher: derived.subarray(0, KEY_BYTES),
      mac: derived.subarray(KEY_BYTES, 2 * KEY_BYTES),
      counter: derived.subarray(2 * KEY_BYTES),
    }
    if (this.#keys.size < MAX_CACHED) this.#keys.set(name, keys)
    return keys
  }
}

/**
 * Encrypts as Ansible Vault's AES256 does: keys by PBKDF2, AES-256-CTR over the padded text, a MAC over the result.
 * The padding is of no use to CTR, but belongs to the format.
 */
export function seal(plain: Buffer, password: VaultPassword, salt: Buffer = randomBytes(32)): Sealed {
  const keys = password.keysFor(salt)
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.counter)
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.update(paddingFor(plain)), cipher.final()])
  return { salt, mac: macOf(ciphertext, keys), ciphertext }
}

/** The plain text; undefined if this is not the password, or if the text was changed. */
export function unseal(sealed: Sealed, password: VaultPassword): Buffer | undefined {
  const keys = password.keysFor(sealed.salt)
  const mac = macOf(sealed.ciphertext, keys)
  if (mac.length !== sealed.mac.length || !timingSafeEqual(mac, sealed.mac)) return undefined
  const cipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.counter)
  return withoutPadding(Buffer.concat([cipher.update(sealed.ciphertext), cipher.final()]))
}

function macOf(ciphertext: Buffer, keys: Keys): Buffer {
  return createHmac('sha256', keys.mac).update(ciphertext).digest()
}

/** PKCS#7: as many bytes as are missing to a whole block, at least one, each of that value. */
function paddingFor(plain: Buffer): Buffer {
  const count = BLOCK_BYTES - (plain.length % BLOCK_BYTES)
  return Buffer.alloc(count, count)
}

function withoutPadding(padded: Buffer): Buffer | undefined {
  const count = padded.at(-1) ?? 0
  const isPadding = count >= 1 && count <= BLOCK_BYTES && count <= padded.length
  if (!isPadding || !padded.subarray(-count).every((byte) => byte === count)) return undefined
  return padded.subarray(0, -count)
}
