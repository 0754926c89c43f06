import { createHash, getHashes } from 'node:crypto'
import { Bytes } from '../bytes.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import type { Item } from '../things.ts'
import { filter, type Filters } from './define.ts'
import { passwordHash } from './password-hash.ts'
import { splitUrl } from './urls.ts'

const sha1 = filter({}, (value) => digest('sha1', value))

/** Filters for encodings and digests. */
export const encode: Filters = {
  b64encode: filter({ encoding: 'utf-8' }, (value, { encoding }) =>
    bytes(value, encoding).toString('base64'),
  ),
  b64decode: filter({ encoding: 'utf-8' }, (value, { encoding }) => decode(str(value), encoding)),
  hash: filter({ hashtype: 'sha1' }, (value, { hashtype }) => digest(str(hashtype), value)),
  md5: filter({}, (value) => digest('md5', value)),
  sha1,
  checksum: sha1,
  to_uuid: filter({ namespace: '361E6D51-FAEC-444A-9079-341386DA8E2E' }, (value, { namespace }) =>
    uuid5(str(namespace), str(value)),
  ),
  password_hash: filter(
    { hashtype: 'sha512', salt: null, salt_size: null, rounds: null, ident: null },
    passwordHash,
  ),
  urlsplit: filter({ query: '' }, (value, { query }) => splitUrl(str(value), str(query))),
}

const ENCODINGS = new Map<string, BufferEncoding>([
  ['utf-8', 'utf8'],
  ['utf8', 'utf8'],
  ['ascii', 'latin1'],
  ['latin-1', 'latin1'],
  ['latin1', 'latin1'],
  ['iso-8859-1', 'latin1'],
  ['utf-16-le', 'utf16le'],
])

function encodingOf(name: Item): BufferEncoding {
  const found = ENCODINGS.get(str(name).toLowerCase().replaceAll('_', '-'))
  if (found) return found
  throw new Mistake(`the encoding ${str(name)} is not supported`, {
    hint: `It knows: ${[...ENCODINGS.keys()].join(', ')}.`,
  })
}

function bytes(value: Item, encoding: Item): Buffer {
  return Buffer.from(textOf(value), encodingOf(encoding))
}

function decode(text: string, encoding: Item): string {
  const compact = text.replaceAll(/[^A-Za-z\d+/=]/g, '')
  const body = compact.replace(/=+$/, '')
  if (body.length % 4 === 1 || (body.length % 4 > 0 && compact.length % 4 > 0)) {
    throw new Mistake('the text is no base64: its padding is wrong')
  }
  const decoded = Buffer.from(body, 'base64')
  const out = decoded.toString(encodingOf(encoding))
  if (encodingOf(encoding) === 'utf8' && !Buffer.from(out, 'utf8').equals(decoded)) {
    throw new Mistake('the decoded bytes are no UTF-8 text')
  }
  return out
}

function textOf(value: Item): string {
  return value instanceof Bytes ? value.decoded : str(value)
}

// Names of hashes that are spelt otherwise here.
const NODE_HASHES = new Map([
  ['blake2b', 'blake2b512'],
  ['blake2s', 'blake2s256'],
])

function digest(type: string, value: Item): string {
  const name = NODE_HASHES.get(type.toLowerCase()) ?? type.toLowerCase().replaceAll('_', '-')
  if (!getHashes().includes(name)) throw new Mistake(`unsupported hash type ${type}`)
  return createHash(name).update(textOf(value), 'utf8').digest('hex')
}

function uuid5(namespace: string, name: string): string {
  const hex = namespace.replaceAll(/[-{}]|urn:uuid:/g, '')
  if (!/^[\da-f]{32}$/i.test(hex)) throw new Mistake(`Invalid value '${namespace}' for 'namespace'`)
  const hash = createHash('sha1')
    .update(Buffer.from(hex, 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16)
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
