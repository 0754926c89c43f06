import type { ParsedKey } from 'ssh2'
import type { Secret } from '../../secret.ts'

/** How often a passphrase is asked for. */
const TRIES = 3

/** Asks for the passphrase of a key file; `again` after a wrong one. */
export type AskPassphrase = (file: string, again: boolean) => Promise<Secret | undefined>

/**
 * The encrypted keys of a run. Each is asked for once, however many hosts and jump hosts use it, and one after
 * the other: there is one terminal.
 */
export class KeyRing {
  readonly #ask: AskPassphrase | undefined
  readonly #unlocked = new Map<string, Promise<ParsedKey | undefined>>()
  #queue: Promise<unknown> = Promise.resolve()

  constructor(ask?: AskPassphrase) {
    this.#ask = ask
  }

  /** Whether there is anybody to ask. */
  get canAsk(): boolean {
    return this.#ask !== undefined
  }

  /**
   * The key of a file; `open` gives it for the right passphrase and undefined for a wrong one. Undefined when
   * nobody knows the passphrase, which is not asked for again. Calls for one file share their answer.
   */
  unlock(file: string, open: (passphrase: Secret) => ParsedKey | undefined): Promise<ParsedKey | undefined> {
    const known = this.#unlocked.get(file)
    if (known) return known
    const opening = this.#queue.then(() => this.#try(file, open))
    this.#queue = opening.catch(() => undefined)
    this.#unlocked.set(file, opening)
    return opening
  }

  async #try(
    file: string,
    open: (passphrase: Secret) => ParsedKey | undefined,
  ): Promise<ParsedKey | undefined> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const passphrase = await this.#ask?.(file, tries > 0)
      // An empty answer means: go on without this key.
      if (!passphrase || passphrase.reveal() === '') return undefined
      const key = open(passphrase)
      if (key !== undefined) return key
    }
    return undefined
  }
}
