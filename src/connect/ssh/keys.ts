import { readFile } from 'node:fs/promises'
import ssh2, { type ParsedKey, type SigningRequestOptions } from 'ssh2'
import { errnoOf } from '../../errno.ts'
import type { Secret } from '../../secret.ts'
import type { KeyRing } from './key-ring.ts'

type SignDone = (error?: Error | null, signature?: Buffer) => void
type KeysDone = (error?: Error | null, keys?: ParsedKey[]) => void

/** A private key file as far as it can be read without its passphrase. */
export interface KeyFile {
  file: string
  /** The private key, when it is not encrypted. */
  key: ParsedKey | undefined
  /** The public key; undefined for an encrypted key of an old format without its `.pub` file. */
  publicKey: ParsedKey | undefined
  /** The text of an encrypted key. */
  locked: Buffer | undefined
  /** Why there is no key; empty when the file does not exist. */
  problem: string
}

/** Reads a key file without asking anybody. */
export async function readKeyFile(file: string): Promise<KeyFile> {
  const none = { file, key: undefined, publicKey: undefined, locked: undefined }
  const text = await readFile(file).catch((error: unknown) => asError(error))
  if (text instanceof Error) return { ...none, problem: errnoOf(text) === 'ENOENT' ? '' : text.message }
  const key = parsePrivate(text)
  if (!(key instanceof Error)) return { ...none, key, publicKey: key, problem: '' }
  // The public half of a key that the agent holds does for IdentityFile.
  const half = ssh2.utils.parseKey(text)
  if (!(half instanceof Error)) return { ...none, publicKey: half, problem: 'it is a public key' }
  if (!/encrypted/i.test(key.message)) return { ...none, problem: key.message }
  return { ...none, publicKey: publicPart(text) ?? (await publicFile(file)), locked: text, problem: '' }
}

/** The key of an encrypted file; undefined when its passphrase is not to be had. */
export function unlockKey({ file, locked }: KeyFile, ring: KeyRing): Promise<ParsedKey | undefined> {
  if (!locked) return Promise.resolve(undefined)
  return ring.unlock(file, (passphrase: Secret) => {
    const key = parsePrivate(locked, passphrase.reveal())
    return key instanceof Error ? undefined : key
  })
}

/**
 * An encrypted key as ssh2 takes it: its public half is offered, and the passphrase is asked for when the host
 * has said that it would let this key in. What cannot be unlocked signs with nothing, and the host refuses it.
 */
export class LockedKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #publicKey: ParsedKey
  readonly #unlock: () => Promise<ParsedKey | undefined>

  constructor(publicKey: ParsedKey, unlock: () => Promise<ParsedKey | undefined>) {
    super()
    this.#publicKey = publicKey
    this.#unlock = unlock
  }

  override getIdentities(done: KeysDone): void {
    done(undefined, [this.#publicKey])
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignDone,
    done?: SignDone,
  ): void {
    const finish = typeof options === 'function' ? options : done
    const hash = typeof options === 'function' ? undefined : options.hash
    this.#unlock().then(
      (key) => finish?.(undefined, key ? key.sign(data, hash) : Buffer.alloc(64)),
      (error: unknown) => finish?.(asError(error)),
    )
  }
}

function parsePrivate(text: Buffer, passphrase?: string): ParsedKey | Error {
  const key = ssh2.utils.parseKey(text, passphrase)
  if (key instanceof Error || key.isPrivateKey()) return key
  return new Error('it is a public key')
}

/** OpenSSH's format keeps the public key in the open; see PROTOCOL.key of OpenSSH. */
function publicPart(text: Buffer): ParsedKey | undefined {
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text.toString('latin1'))?.[1]
  if (base64 === undefined) return undefined
  const data = Buffer.from(base64, 'base64')
  // The magic word, then the names of cipher and key derivation and its options, then the number of keys.
  let at = 'openssh-key-v1\0'.length
  for (let field = 0; field < 3; field += 1) at += 4 + lengthAt(data, at)
  const length = lengthAt(data, at + 4)
  return length === 0 ? undefined : parsePublic(data.subarray(at + 8, at + 8 + length))
}

function lengthAt(data: Buffer, at: number): number {
  return at + 4 <= data.length ? data.readUInt32BE(at) : 0
}

/** A public key in SSH's wire format. */
function parsePublic(wire: Buffer): ParsedKey | undefined {
  const length = lengthAt(wire, 0)
  const type = wire.toString('latin1', 4, 4 + Math.min(length, 64))
  const key = ssh2.utils.parseKey(`${type} ${wire.toString('base64')}`)
  return key instanceof Error ? undefined : key
}

async function publicFile(file: string): Promise<ParsedKey | undefined> {
  const text = await readFile(`${file}.pub`).catch(() => undefined)
  const key = text && ssh2.utils.parseKey(text)
  return key && !(key instanceof Error) ? key : undefined
}

/** The public key that belongs to a file, also where the private one is missing and the agent holds it. */
export async function publicKeyOf(file: KeyFile): Promise<ParsedKey | undefined> {
  return file.publicKey ?? (await publicFile(file.file))
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
