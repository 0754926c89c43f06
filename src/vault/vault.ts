import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Redactor } from '../secret.ts'
import { isDict, type Value } from '../value.ts'
import { seal, unseal, type VaultPassword } from './cipher.ts'
import type { EncryptedText } from './encrypted-text.ts'
import { formatEnvelope, isEncrypted, parseEnvelope, type Envelope } from './envelope.ts'

/** A password and the vault id that the user gave it. */
export interface VaultSecret {
  id: string
  password: VaultPassword
}

export interface VaultOptions {
  /** Gets everything that is decrypted, so that no output shows it. */
  redactor?: Redactor | undefined
  /** Try only the passwords whose id is the one in the header (DEFAULT_VAULT_ID_MATCH). */
  matchIds?: boolean | undefined
}

export interface Opened {
  plain: Buffer
  /** The secret that fitted. */
  secret: VaultSecret
  /** The id in the header. */
  id: string
}

const MIN_HIDDEN = 4
const MIN_HIDDEN_DIGITS = 6
// Of a longer file every line would be searched for in all output.
const MAX_HIDDEN = 64 * 1024

/** The vault passwords of a run, in the order in which they were given, and what they open. */
export class Vault {
  readonly secrets: readonly VaultSecret[]
  readonly #options: VaultOptions
  readonly #texts = new WeakMap<EncryptedText, string>()
  readonly #files = new WeakMap<Buffer, Buffer>()

  constructor(secrets: readonly VaultSecret[], options: VaultOptions = {}) {
    this.secrets = secrets
    this.#options = options
    for (const { password } of secrets) options.redactor?.add(password.reveal())
  }

  /**
   * The text of an inline value. Throws HakubeError `vault-password-missing` where there is none, and
   * `vault-password-wrong` where none fits.
   */
  reveal(value: EncryptedText): string {
    const known = this.#texts.get(value)
    if (known !== undefined) return known
    const text = this.#open(value.envelope, value.placeAt(1, 1), 'this value').plain.toString('utf8')
    this.#texts.set(value, text)
    this.#options.redactor?.add(text)
    return text
  }

  /** The content of a file, decrypted if it is encrypted as a whole. Throws as `open` does. */
  content(bytes: Buffer, file: string): Buffer {
    if (!isEncrypted(bytes)) return bytes
    const known = this.#files.get(bytes)
    if (known) return known
    const { plain } = this.open(bytes, file)
    this.#files.set(bytes, plain)
    if (plain.length <= MAX_HIDDEN) this.#options.redactor?.add(plain.toString('utf8'))
    return plain
  }

  /** Hides all texts of a value that came out of an encrypted file. Short ones would hide half of the output. */
  hide(value: Value): void {
    if (typeof value === 'string' && value.length >= MIN_HIDDEN && !value.includes('{{')) {
      this.#options.redactor?.add(value)
    } else if (typeof value === 'number' || typeof value === 'bigint') {
      // A PIN is a secret; a port or a count is none.
      if (String(value).length >= MIN_HIDDEN_DIGITS) this.#options.redactor?.add(String(value))
    } else if (Array.isArray(value)) for (const item of value) this.hide(item)
    else if (isDict(value)) for (const item of value.values()) this.hide(item)
  }

  /**
   * Decrypts a file, with the secret that fitted. Throws HakubeError `vault-format`, `vault-password-missing`,
   * `vault-password-wrong`, each with the file's place.
   */
  open(bytes: Buffer, file: string): Opened {
    const text = bytes.toString('latin1')
    const placeAt = (line: number, column: number): Place => ({ file, line, column })
    return this.#open(parseEnvelope(text, placeAt), placeAt(1, 1), file)
  }

  #open(envelope: Envelope, place: Place, what: string): Opened {
    const tried = this.#candidates(envelope.id)
    for (const secret of tried) {
      const plain = unseal(envelope, secret.password)
      if (plain) return { plain, secret, id: envelope.id }
    }
    if (this.secrets.length === 0) throw missing(what, place)
    throw wrong(what, place, envelope.id, tried)
  }

  /** The passwords of the header's id first: each try costs milliseconds. */
  #candidates(id: string): VaultSecret[] {
    const same = this.secrets.filter((secret) => secret.id === id)
    if (this.#options.matchIds === true) return same
    return [...same, ...this.secrets.filter((secret) => secret.id !== id)]
  }
}

/** Encrypts as ansible-vault does. Throws HakubeError for what is encrypted already; `what` names it. */
export function encrypt(
  plain: Buffer,
  secret: VaultSecret,
  { id = secret.id, what = 'this' }: { id?: string; what?: string } = {},
): string {
  if (isEncrypted(plain)) {
    throw new HakubeError(`${what} is encrypted already`, {
      code: 'vault-encrypted-already',
      hint: 'use `hakube vault rekey` to change its password',
    })
  }
  return formatEnvelope(seal(plain, secret.password), id)
}

function missing(what: string, place: Place): HakubeError {
  return new HakubeError(`${what} is encrypted by Ansible Vault, and no vault password is given`, {
    code: 'vault-password-missing',
    place,
    hint: 'give it with --vault-password-file FILE, --vault-id ID@FILE or --ask-vault-pass',
  })
}

function wrong(what: string, place: Place, id: string, tried: readonly VaultSecret[]): HakubeError {
  const ids = tried.map((secret) => secret.id).join(', ')
  const header = `The id in its header is ${id}`
  if (tried.length === 0) {
    return new HakubeError(`there is no vault password with the id ${id} for ${what}`, {
      code: 'vault-password-missing',
      place,
      hint: `give it with --vault-id ${id}@FILE; only ids that match are tried, because vault_id_match is set`,
    })
  }
  const which =
    tried.length === 1 ? `the vault password (id ${ids})` : `none of the vault passwords (ids ${ids})`
  return new HakubeError(`${which} ${tried.length === 1 ? 'does not open' : 'opens'} ${what}`, {
    code: 'vault-password-wrong',
    place,
    hint: `${header}. Either it has another password, or it was changed after it was encrypted.`,
  })
}
