import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, resolve } from 'node:path'
import { errnoOf } from '../errno.ts'
import { LookupFailure, str, type LoadedTemplate, type Lookup } from '../jinja/index.ts'
import type { ScopeEnvironment } from '../variables/scope.ts'
import { Vault } from '../vault/vault.ts'
import { fileLookups } from './file-lookups.ts'
import type { Origin } from './model.ts'
import { searchPath } from './search.ts'

/** What templates of this playbook may know of the controller: files beside it, environment variables, the clock. */
export function templateEnvironment(
  playbookDir: string,
  env: NodeJS.ProcessEnv,
  vault: Vault = new Vault([]),
  origin: Origin = { dir: playbookDir, role: undefined },
): ScopeEnvironment {
  // What a template includes is looked for beside it first.
  const search = (name: string, folder: 'files' | 'templates', from: string) => [
    ...(isAbsolute(name) ? [] : [resolve(dirname(from), name)]),
    ...searchPath(name, folder, origin, playbookDir),
  ]
  const envLookup: Lookup = (terms) => terms.map((term) => env[str(term)] ?? '')
  const textOf = (name: string): string => {
    const found = firstText(search(name, 'files', playbookDir), vault)
    if (!found) throw new LookupFailure(`there is no file ${name}`)
    return found.text
  }
  const fileLookup: Lookup = (terms, options) =>
    terms.map((term) => (options.get('rstrip') === false ? textOf(str(term)) : textOf(str(term)).trimEnd()))
  const unvaultLookup: Lookup = (terms) => terms.map((term) => textOf(str(term)))
  const files = fileLookups({ origin, playbookDir })
  return {
    lookups: new Map([['env', envLookup], ['file', fileLookup], ['unvault', unvaultLookup], ...files]),
    load: (name, from) => firstText(search(name, 'templates', from), vault),
    decrypt: (value) => vault.reveal(value),
    now: () => new Date(),
    utcOffset: (at) => -at.getTimezoneOffset(),
    random: Math.random,
    home: homedir(),
    stat: (path) => {
      const found = statSync(path, { throwIfNoEntry: false })
      if (!found) return undefined
      return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other'
    },
  }
}

/** Names of the lookups above, for the check at load time. */
export const LOOKUPS: ReadonlySet<string> = new Set(['env', 'file', 'unvault', 'fileglob', 'first_found'])

/** The text of the first of these files that is there, decrypted if it is encrypted. */
function firstText(paths: readonly string[], vault: Vault): LoadedTemplate | undefined {
  for (const file of paths) {
    try {
      return { text: vault.content(readFileSync(file), file).toString('utf8'), file }
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? '')) throw error
    }
  }
  return undefined
}
