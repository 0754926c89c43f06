import type { Dict, Key, Value } from '../value.ts'
import { parseEnvelope, type Envelope, type PlaceAt } from './envelope.ts'

/** The key under which Ansible's JSON holds an encrypted value. */
export const JSON_KEY = '__ansible_vault'

/**
 * An inline `!vault` value. It stays encrypted until somebody reads the variable, so that a value nobody reads
 * needs no password. To whatever prints it, it is the dict that Ansible's own JSON has in its place.
 */
export class EncryptedText extends Map<Key, Value> implements Dict {
  readonly envelope: Envelope
  readonly placeAt: PlaceAt

  /** Throws HakubeError `vault-format`. */
  constructor(text: string, placeAt: PlaceAt) {
    super([[JSON_KEY, text]])
    this.envelope = parseEnvelope(text, placeAt)
    this.placeAt = placeAt
  }
}
