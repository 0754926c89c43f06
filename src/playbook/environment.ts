import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { errnoOf } from '../errno.ts'
import { LookupFailure, str, type LoadedTemplate, type Lookup } from '../jinja/index.ts'
import type { ScopeEnvironment } from '../variables/scope.ts'
import { Vault } from '../vault/vault.ts'
import { fileLookups } from './file-lookups.ts'
import { inventoryHostnames } from './lookups/hostnames.ts'
import { type MadePasswords, passwordLookup } from './lookups/password.ts'
import { programLookups } from './lookups/programs.ts'
import { randomString } from './lookups/random-string.ts'
import { tableLookups } from './lookups/tables.ts'
import { templateLookup } from './lookups/template.ts'
import type { Origin } from './model.ts'
import { searchPath } from './search.ts'

/** What lookups of a run share. */
export interface LookupRun {
  /** Nothing is written, not even on the controller. */
  check: boolean
  passwords: MadePasswords
  /** Throws NotYet for a file that is going to be another one (ControllerFiles). */
  settled?: ((path: string) => void) | undefined
}

/** What templates of this playbook may know of the controller: files beside it, environment variables, the clock. */
export function templateEnvironment(
  playbookDir: string,
  env: NodeJS.ProcessEnv,
  vault: Vault = new Vault([]),
  origin: Origin = { dir: playbookDir, role: undefined },
  // Whoever does not say that it may write does not.
  run: LookupRun = { check: true, passwords: new Map() },
): ScopeEnvironment {
  // What a template includes is looked for beside it first.
  const search = (name: string, folder: 'files' | 'templates', from: string) => [
    ...(isAbsolute(name) ? [] : [resolve(dirname(from), name)]),
    ...searchPath(name, folder, origin, playbookDir),
  ]
  const envLookup: Lookup = (terms, options) =>
    terms.map((term) => env[str(term)] ?? options.get('default') ?? '')
  const settled = (path: string): void => run.settled?.(path)
  const firstText = (paths: readonly string[]): LoadedTemplate | undefined => textIn(paths, vault, settled)
  const textOf = (name: string): string => {
    const found = firstText(search(name, 'files', playbookDir))
    if (!found) throw new LookupFailure(`there is no file ${name}`)
    return found.text
  }
  const fileLookup: Lookup = (terms, options) =>
    terms.map((term) => {
      const text = textOf(str(term))
      const right = options.get('rstrip') === false ? text : text.trimEnd()
      return options.get('lstrip') === true ? right.trimStart() : right
    })
  const unvaultLookup: Lookup = (terms) => terms.map((term) => textOf(str(term)))
  const files = fileLookups({ origin, playbookDir, settled })
  const folder = resolve(playbookDir)
  const environment: ScopeEnvironment = {
    lookups: new Map([
      ['env', envLookup],
      ['file', fileLookup],
      ['unvault', unvaultLookup],
      ['password', passwordLookup(folder, run.check, run.passwords)],
      ['random_string', randomString],
      ['inventory_hostnames', inventoryHostnames],
      [
        'template',
        templateLookup(
          (name) => firstText(search(name, 'templates', join(folder, 'x'))),
          () => environment,
        ),
      ],
      ...files,
      ...tableLookups(textOf),
      ...programLookups(folder, env),
    ]),
    load: (name, from) => firstText(search(name, 'templates', from)),
    decrypt: (value) => vault.reveal(value),
    now: () => new Date(),
    utcOffset: (at) => -at.getTimezoneOffset(),
    random: Math.random,
    home: homedir(),
    variable: (name) => env[name],
    isLink: (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true,
    isMount,
    realpath: realPath,
    stat: (path) => {
      settled(path)
      const found = statSync(path, { throwIfNoEntry: false })
      if (!found) return undefined
      return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other'
    },
  }
  return environment
}

/** Names of the lookups above, for the check at load time. */
export const LOOKUPS: ReadonlySet<string> = new Set(
  'env file unvault fileglob first_found password random_string template pipe lines ini csvfile inventory_hostnames'.split(
    ' ',
  ),
)

/** As Python's ismount: a directory on another device than the one above it, or the root. */
function isMount(path: string): boolean {
  const own = lstatSync(path, { throwIfNoEntry: false })
  if (!own || own.isSymbolicLink()) return false
  const above = lstatSync(join(realPath(path), '..'), { throwIfNoEntry: false })
  return above !== undefined && (above.dev !== own.dev || above.ino === own.ino)
}

/** The path with links followed as far as it is there. */
function realPath(path: string): string {
  const absolute = resolve(path)
  try {
    return realpathSync(absolute)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || absolute === '/') return absolute
    return join(realPath(dirname(absolute)), basename(absolute))
  }
}

/** The text of the first of these files that is there, decrypted if it is encrypted. */
function textIn(
  paths: readonly string[],
  vault: Vault,
  settled: (path: string) => void,
): LoadedTemplate | undefined {
  for (const file of paths) {
    settled(file)
    try {
      return { text: vault.content(readFileSync(file), file).toString('utf8'), file }
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? '')) throw error
    }
  }
  return undefined
}
