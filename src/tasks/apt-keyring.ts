import type { Script } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import type { Diff } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import type { Effect } from '../world/world.ts'
import type { FileThere } from './files-look.ts'
import { armored, OpenPgpError, type PublicKey, readKeys } from './openpgp.ts'

/** Files that keep keys, by their paths. */
export type Keyrings = Map<string, FileThere & { keys: PublicKey[] }>

/** The attributes of a keyring that is made. */
export const NEW_FILE = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' }

/** The keys in these files; a text instead: which of them is no keyring. */
export function readKeyrings(files: Map<string, FileThere> | string): Keyrings | string {
  if (typeof files === 'string') return files
  const keyrings: Keyrings = new Map()
  for (const [path, file] of files) {
    try {
      keyrings.set(path, { ...file, keys: readKeys(file.content) })
    } catch (error) {
      if (!(error instanceof OpenPgpError)) throw error
      const keybox = file.content.toString('latin1', 8, 12) === 'KBXf'
      return `${path} is no keyring of apt: ${keybox ? 'it is a keybox; export its keys with gpg --export' : error.message}`
    }
  }
  return keyrings
}

/** Makes the file a keyring of these keys: text where its name ends with .asc, else bytes. */
export function writeKeyring(
  path: string,
  keys: readonly PublicKey[],
  file: FileThere | undefined,
): { script: Script; effect: Effect } {
  const content = path.endsWith('.asc')
    ? Buffer.from(armored(...keys))
    : Buffer.concat(keys.map(({ bytes }) => bytes))
  const { mode, uid, gid, owner, group } = file ?? NEW_FILE
  return {
    script: writeFiles([{ path, content, mode, ...ownedBy(uid, gid) }]),
    effect: pathBecomes(path, { type: 'file', mode, uid, gid, owner, group, content }),
  }
}

export function ownedBy(uid: number, gid: number) {
  return {
    owner: { name: String(uid), required: false },
    group: { name: String(gid), required: false },
  }
}

export function diffOf(path: string, before: readonly PublicKey[], after: readonly PublicKey[]): Diff {
  const show = (keys: readonly PublicKey[]) => keys.map(({ fingerprint }) => `${fingerprint}\n`).join('')
  return { type: 'text', path, before: show(before), after: show(after) }
}
