import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errnoOf } from '../../errno.ts'
import { LookupFailure, str, type Lookup } from '../../jinja/index.ts'
import { seeded } from '../../jinja/filters/random.ts'
import { CRYPT_ALPHABET, SHA_CRYPT_NAMES, shaCrypt } from '../../jinja/sha-crypt.ts'
import type { Dict, Value } from '../../value.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const SPACE = ' \t\n\r\v\f'
/** Python's names of sets of characters. */
const SETS: Readonly<Record<string, string>> = {
  ascii_letters: LETTERS + LETTERS.toUpperCase(),
  ascii_lowercase: LETTERS,
  ascii_uppercase: LETTERS.toUpperCase(),
  digits: DIGITS,
  hexdigits: `${DIGITS}abcdefABCDEF`,
  octdigits: '01234567',
  punctuation: PUNCTUATION,
  whitespace: SPACE,
  printable: DIGITS + LETTERS + LETTERS.toUpperCase() + PUNCTUATION + SPACE,
}
const OPTIONS = ['length', 'chars', 'encrypt', 'seed', 'ident']

/** Passwords that a run has made: in check mode they are in no file, and yet the same for all who ask. */
export type MadePasswords = Map<string, Stored>

interface Stored {
  password: string
  salt: string | undefined
}

/**
 * Ansible's `password`: the password in a file on the controller, which is made when it is not there. Check mode makes
 * one up and writes nothing. `/dev/null` keeps none: each asking gives another one, but for a `seed`.
 */
export function passwordLookup(folder: string, check: boolean, made: MadePasswords): Lookup {
  return (terms, given) =>
    terms.map((term) => {
      const { path, options } = parse(str(term), given)
      const file = resolve(folder, path)
      const fresh = (): Stored => ({ password: generate(options), salt: undefined })
      const known = file === '/dev/null' ? fresh() : (made.get(file) ?? read(file))
      let stored = known ?? fresh()
      const hash = hashOf(options.get('encrypt'))
      const needsSalt = hash !== undefined && stored.salt === undefined
      if (needsSalt) stored = { ...stored, salt: choose(CRYPT_ALPHABET, 8, below) }
      if (file !== '/dev/null' && (!known || needsSalt))
        stored = keep(file, stored, { check, made, isNew: !known })
      return hash === undefined
        ? stored.password
        : shaCrypt(hash, stored.password, stored.salt ?? '', undefined)
    })
}

function parse(term: string, given: Dict): { path: string; options: Map<string, Value> } {
  const options = new Map<string, Value>([...given].map(([key, value]) => [String(key), value]))
  // Old playbooks put options behind the path: 'credentials/db length=15 chars=digits'.
  const [path = '', ...words] = term.split(/ (?=\w+=)/)
  for (const word of words) {
    const at = word.indexOf('=')
    const value = word.slice(at + 1).replace(/^(['"])(.*)\1$/, '$2')
    options.set(word.slice(0, at), word.startsWith('chars=') ? splitChars(value) : value)
  }
  for (const name of options.keys()) {
    if (!OPTIONS.includes(name))
      throw new LookupFailure(`password has no option '${name}': it knows ${OPTIONS.join(', ')}`)
  }
  if (options.has('ident')) throw new LookupFailure('ident belongs to bcrypt, which is not supported')
  return { path, options }
}

function generate(options: ReadonlyMap<string, Value>): string {
  const length = Number(options.get('length') ?? 20)
  if (!Number.isInteger(length) || length < 0 || length > 10_000) {
    throw new LookupFailure(`the length of a password cannot be ${str(options.get('length') ?? '')}`)
  }
  const seed = options.get('seed')
  return choose(
    candidates(options.get('chars')),
    length,
    seed === undefined || seed === null ? below : seeded(seed),
  )
}

function candidates(chars: Value | undefined): string {
  if (chars === undefined || chars === null) return `${SETS['ascii_letters'] ?? ''}${DIGITS}.,:-_`
  const parts = Array.isArray(chars) ? chars.map(str) : str(chars).split(',')
  const all = parts.map((part) => (Object.hasOwn(SETS, part) ? (SETS[part] ?? '') : part)).join('')
  // Quotes are never part of a password, as in Ansible.
  const without = all.replaceAll(/["']/g, '')
  if (without === '') throw new LookupFailure('there are no characters to make a password of')
  return without
}

/** `ascii_letters,digits,,` is three parts: two commas are one that counts. */
function splitChars(chars: string): string[] {
  const parts = chars
    .replaceAll(',,', ',')
    .split(',')
    .filter((part) => part !== '')
  return chars.includes(',,') ? [',', ...parts] : parts
}

function below(limit: number): number {
  return randomInt(limit)
}

function choose(from: string, count: number, pick: (limit: number) => number): string {
  const letters = Array.from(from)
  return Array.from({ length: count }, () => letters[pick(letters.length)] ?? '').join('')
}

function hashOf(encrypt: Value | undefined): 'sha256' | 'sha512' | undefined {
  if (encrypt === undefined || encrypt === null || encrypt === '' || encrypt === false) return undefined
  const hash = SHA_CRYPT_NAMES.get(str(encrypt))
  if (hash) return hash
  throw new LookupFailure(
    `the hash '${str(encrypt)}' is not supported: password knows ${[...SHA_CRYPT_NAMES.keys()].join(', ')}`,
  )
}

function read(file: string): Stored | undefined {
  try {
    const [, password = '', salt] =
      /^([^]*?)(?: salt=(\S*?))?(?: ident=\S*)?$/.exec(readFileSync(file, 'utf8').trimEnd()) ?? []
    return { password, salt }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw new LookupFailure(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Writes the file, private to its owner. Whoever else has made it meanwhile was first: theirs is the password. */
function keep(
  file: string,
  stored: Stored,
  run: { check: boolean; made: MadePasswords; isNew: boolean },
): Stored {
  if (run.check) {
    run.made.set(file, stored)
    return stored
  }
  const text = `${stored.password}${stored.salt === undefined ? '' : ` salt=${stored.salt}`}\n`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600, flag: run.isNew ? 'wx' : 'w' })
    return stored
  } catch (error) {
    const theirs = errnoOf(error) === 'EEXIST' ? read(file) : undefined
    if (theirs) return theirs
    throw new LookupFailure(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
