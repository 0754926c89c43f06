import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Sealed } from './cipher.ts'

/** What an encrypted text begins with. */
export const MARK = '$ANSIBLE_VAULT'
/** The id of a text or a password that has none. */
export const DEFAULT_ID = 'default'

export interface Envelope extends Sealed {
  /** The vault id in the header: a hint which password fits. */
  id: string
}

/** Where a character of an encrypted text stands; line and column count from 1. */
export type PlaceAt = (line: number, column: number) => Place

const LINE = 80
const BROKEN = 'The text is cut off or was changed: take it from a backup, or encrypt it again.'

/** Whether this is a text that Ansible Vault has encrypted; such a text is pure ASCII. */
export function isEncrypted(content: Buffer | string): boolean {
  if (typeof content === 'string') return content.startsWith(MARK) && !/[^\0-\x7f]/.test(content)
  if (content.subarray(0, MARK.length).toString('latin1') !== MARK) return false
  return content.every((byte) => byte < 0x80)
}

/**
 * Takes an encrypted text apart (format 1.1, or 1.2 with an id).
 * Throws HakubeError `vault-format` for one that is cut off or was changed, and for another version or cipher.
 */
export function parseEnvelope(text: string, placeAt: PlaceAt): Envelope {
  const [header = '', ...body] = splitLines(text)
  const id = readHeader(header, placeAt)
  const hex = joinBody(body, placeAt)
  const inner = Buffer.from(hex, 'hex').toString('latin1')
  const parts = inner.split('\n')
  const [salt = '', mac = '', ciphertext = ''] = parts
  const ok = parts.length === 3 && parts.every(isHex) && mac.length === 64 && salt !== '' && ciphertext !== ''
  if (!ok) throw wrong('the encrypted text is not whole', placeAt(body.length + 1, 1), BROKEN)
  return {
    id,
    salt: Buffer.from(salt, 'hex'),
    mac: Buffer.from(mac, 'hex'),
    ciphertext: Buffer.from(ciphertext, 'hex'),
  }
}

/** Writes an encrypted text as ansible-vault does: format 1.2 with an id, else 1.1. */
export function formatEnvelope(sealed: Sealed, id: string = DEFAULT_ID): string {
  const header = id === DEFAULT_ID ? [MARK, '1.1', 'AES256'] : [MARK, '1.2', 'AES256', id]
  const parts = [sealed.salt, sealed.mac, sealed.ciphertext].map((part) => part.toString('hex'))
  const hex = Buffer.from(parts.join('\n')).toString('hex')
  return [header.join(';'), ...(hex.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []), ''].join('\n')
}

function readHeader(header: string, placeAt: PlaceAt): string {
  const [mark = '', version, cipher, id] = header.split(';').map((part) => part.trim())
  const columnOf = (index: number) => header.split(';').slice(0, index).join(';').length + 2
  // The text itself is not shown: it may be a secret that nobody has encrypted yet.
  if (mark !== MARK) {
    const hint = `It must begin with ${MARK};1.1;AES256 or ${MARK};1.2;AES256;ID.`
    throw wrong('this is not encrypted by Ansible Vault', placeAt(1, 1), hint)
  }
  if (version === undefined || cipher === undefined) {
    throw wrong('the header of the vault is not whole', placeAt(1, 1), BROKEN)
  }
  if (version !== '1.1' && version !== '1.2') {
    const message = `version ${version} of the vault format is not supported`
    throw wrong(message, placeAt(1, columnOf(1)), 'Supported are 1.1 and 1.2: encrypt the text again.')
  }
  if (cipher !== 'AES256') {
    const message = `the cipher ${cipher} is not supported`
    throw wrong(message, placeAt(1, columnOf(2)), 'Supported is AES256 only: encrypt the text again.')
  }
  return id || DEFAULT_ID
}

function joinBody(lines: readonly string[], placeAt: PlaceAt): string {
  for (const [index, line] of lines.entries()) {
    const odd = /[^0-9a-fA-F]/.exec(line)
    if (!odd) continue
    const shown = JSON.stringify(odd[0])
    throw wrong(`${shown} is no hexadecimal digit`, placeAt(index + 2, odd.index + 1), BROKEN)
  }
  const hex = lines.join('')
  const last = Math.max(1, lines.length)
  const end = placeAt(last + 1, (lines[last - 1] ?? '').length + 1)
  if (hex === '') throw wrong('there is nothing after the header of the vault', placeAt(1, 1), BROKEN)
  if (hex.length % 2 === 1) throw wrong('the number of hexadecimal digits is odd', end, BROKEN)
  return hex
}

function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text)
}

/** Lines as Python's bytes.splitlines() cuts them, without empty ones at the end. */
function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  while (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return lines
}

function wrong(message: string, place: Place, hint: string): HakubeError {
  return new HakubeError(message, { code: 'vault-format', place, hint })
}
