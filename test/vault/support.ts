import { readFileSync } from 'node:fs'
import { VaultPassword } from '../../src/vault/cipher.ts'
import type { VaultSecret } from '../../src/vault/vault.ts'

/** A file that ansible-vault wrote, see data/README.md. */
export function recorded(name: string): Buffer {
  return readFileSync(recordedPath(name))
}

export function recordedPath(name: string): string {
  return new URL(`data/${name}`, import.meta.url).pathname
}

export function secretOf(id: string, password: string): VaultSecret {
  return { id, password: new VaultPassword(Buffer.from(password)) }
}

export const FIRST = secretOf('default', 'first password')
export const PROD = secretOf('prod', 'second-Pässwort')
