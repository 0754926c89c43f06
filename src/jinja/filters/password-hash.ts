import { intArgument } from '../arguments.ts'
import { random } from '../lookups.ts'
import { Mistake } from '../mistakes.ts'
import { str } from '../print.ts'
import type { Runtime } from '../runtime.ts'
import type { Item } from '../things.ts'
import { CRYPT_ALPHABET, SHA_CRYPT_NAMES, shaCrypt } from '../sha-crypt.ts'

/** A password as /etc/shadow keeps it: $6$… or $5$…. */
export function passwordHash(
  value: Item,
  args: { hashtype: Item; salt: Item; salt_size: Item; rounds: Item; ident: Item },
  runtime: Runtime,
): string {
  const type = SHA_CRYPT_NAMES.get(str(args.hashtype))
  if (!type) {
    const hint = 'It knows sha512 and sha256; hash others beforehand and keep the hash in a variable.'
    throw new Mistake(`the hash type '${str(args.hashtype)}' is not supported`, { hint })
  }
  if (args.ident !== null) throw new Mistake('ident belongs to other hash types')
  const size = args.salt_size === null ? 16 : intArgument(args.salt_size, 'salt_size')
  const salt = args.salt === null ? randomSalt(size, runtime) : str(args.salt)
  if (!/^[./\dA-Za-z]{0,16}$/.test(salt)) {
    throw new Mistake('the salt must be at most 16 characters of A-Z, a-z, 0-9, . and /')
  }
  const rounds = args.rounds === null ? undefined : intArgument(args.rounds, 'rounds')
  if (rounds !== undefined && (rounds < 1000 || rounds > 1_000_000)) {
    throw new Mistake('rounds must be from 1000 to 1000000')
  }
  return shaCrypt(type, str(value), salt, rounds)
}

function randomSalt(size: number, runtime: Runtime): string {
  if (size < 1 || size > 16) throw new Mistake('salt_size must be from 1 to 16')
  return Array.from({ length: size }, () => CRYPT_ALPHABET[Math.floor(random(runtime) * 64)]).join('')
}
