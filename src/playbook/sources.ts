import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from '../errno.ts'
import { HakubeError } from '../errors.ts'
import type { Raw, RawVariables } from '../variables/store.ts'
import { isEncrypted } from '../vault/envelope.ts'
import type { Vault } from '../vault/vault.ts'
import { loadYaml, toValue } from '../yaml/load.ts'

/** A text, and whether it was encrypted, so that no message may show a line of it. */
export interface ReadText {
  text: string
  hidden: boolean
}

/** The files that a playbook is made of, as far as it names them itself: roles, imports, files of variables. */
export interface Sources {
  /** The text of a file, decrypted; undefined where there is none. Throws HakubeError if it cannot be read. */
  read(file: string): ReadText | undefined
  isDirectory(path: string): boolean
  /** Names of the files in a directory and below it, relative and sorted; empty where there is none. */
  below(directory: string): readonly string[]
  /** What was read in an encrypted file is kept out of all output. */
  hide(values: ReturnType<typeof toValue>): void
}

/** The files of this machine. */
export function diskSources(vault: Vault): Sources {
  return {
    read(file) {
      try {
        const bytes = readFileSync(file)
        return { text: vault.content(bytes, file).toString('utf8'), hidden: isEncrypted(bytes) }
      } catch (error) {
        if (error instanceof HakubeError) throw error
        if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? '')) return undefined
        const why = error instanceof Error ? error.message : String(error)
        throw new HakubeError(`cannot read ${file}: ${why}`, { code: 'file-unreadable', cause: error })
      }
    },
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
    below: (directory) => {
      const found = statSync(directory, { throwIfNoEntry: false })
      if (found?.isDirectory() !== true) return []
      return readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(directory, name)).isFile())
        .sort()
    },
    hide: (values) => vault.hide(values),
  }
}

/** For a playbook that is a text and nothing else. */
export const noSources: Sources = {
  read: () => undefined,
  isDirectory: () => false,
  below: () => [],
  hide: () => undefined,
}

/** The variables of a YAML or JSON file, unrendered. Throws HakubeError(s) for what is no mapping of names to values. */
export function variablesIn({ text, hidden }: ReadText, file: string, hide: Sources['hide']): RawVariables {
  const root = loadYaml(text, file, { hidden })
  if (!root) return new Map()
  if (hidden) hide(toValue(root))
  if (root.kind !== 'mapping') {
    throw new HakubeError('a file of variables must hold a mapping of names to values', {
      code: 'wrong-variables-file',
      place: root.place,
      hint: 'write one "name: value" a line',
    })
  }
  return new Map(
    root.entries.map(({ key, value }): [string, Raw] => [
      String(key),
      { value: toValue(value), place: value.place },
    ]),
  )
}
