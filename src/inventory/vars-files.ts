import { extname, join } from 'node:path'
import { HakubeError } from '../errors.ts'
import type { Key } from '../value.ts'
import type { YamlMapping } from '../yaml/load.ts'
import { look, namesIn, readText } from './files.ts'
import type { Vault } from '../vault/vault.ts'
import { setIn } from './model.ts'
import type { Variables, Warning } from './model.ts'

const EXTENSIONS = ['', '.yml', '.yaml', '.json']
// Deeper than any real tree: a symbolic link to a parent directory ends here.
const MAX_DEPTH = 20

export interface Problems {
  /** Opens encrypted files. */
  vault: Vault
  errors: HakubeError[]
  warnings: Warning[]
}

/** The files of one group_vars or host_vars directory. */
export class VarsDirectory {
  readonly #path: string
  readonly #entries: ReadonlySet<string>
  readonly #problems: Problems

  private constructor(path: string, entries: ReadonlySet<string>, problems: Problems) {
    this.#path = path
    this.#entries = entries
    this.#problems = problems
  }

  /** Lists the directory once, so that hosts without files cost nothing. A missing one is empty. */
  static async open(path: string, problems: Problems): Promise<VarsDirectory> {
    const found = look(path)
    const entries = found?.isDirectory() ? await listed(path, problems) : []
    return new VarsDirectory(path, new Set(entries), problems)
  }

  /** Whether it holds anything about this host or group. */
  has(name: string): boolean {
    return this.#entryFor(name) !== undefined
  }

  #entryFor(name: string): string | undefined {
    if (this.#entries.size === 0 || name === '.' || name === '..') return undefined
    return EXTENSIONS.map((extension) => name + extension).find((one) => this.#entries.has(one))
  }

  /**
   * The variables of a host or group: of NAME, NAME.yml, NAME.yaml and NAME.json only the first that is there
   * counts, be it a file or a directory.
   */
  async read(name: string): Promise<Variables> {
    const entry = this.#entryFor(name)
    const variables: Variables = new Map()
    if (entry === undefined) return variables
    const path = join(this.#path, entry)
    for (const file of await this.#filesOf(path)) {
      for (const [key, { value, origin }] of await this.#readFile(file)) setIn(variables, key, value, origin)
    }
    return variables
  }

  async #filesOf(path: string): Promise<string[]> {
    const found = look(path)
    if (found?.isDirectory()) return await filesBelow(path, 0)
    return found ? [path] : []
  }

  async #readFile(path: string): Promise<Variables> {
    try {
      return await readVarsFile(path, this.#problems)
    } catch (error) {
      if (!(error instanceof HakubeError)) throw error
      this.#problems.errors.push(error)
      return new Map()
    }
  }
}

async function listed(path: string, problems: Problems): Promise<string[]> {
  try {
    return await namesIn(path)
  } catch (error) {
    if (!(error instanceof HakubeError)) throw error
    problems.errors.push(error)
    return []
  }
}

/** All files of a directory that hold variables, in sorted order, directories included. */
async function filesBelow(directory: string, depth: number): Promise<string[]> {
  if (depth > MAX_DEPTH) {
    throw new HakubeError(`${directory} is nested more than ${MAX_DEPTH} directories deep`, {
      code: 'inventory-file',
      place: { file: directory },
      hint: 'Does a symbolic link point to a directory above itself?',
    })
  }
  const files: string[] = []
  for (const name of await namesIn(directory)) {
    if (name.startsWith('.') || name.endsWith('~')) continue
    const path = join(directory, name)
    const found = look(path)
    if (found?.isDirectory() && extname(name) === '') files.push(...(await filesBelow(path, depth + 1)))
    if (found?.isFile() && EXTENSIONS.includes(extname(name))) files.push(path)
  }
  return files
}

/**
 * The variables of a YAML or JSON file; an empty file has none.
 * Throws HakubeError for bad YAML and for anything but a mapping.
 */
export async function readVarsFile(
  path: string,
  { vault, warnings }: Pick<Problems, 'vault' | 'warnings'>,
): Promise<Variables> {
  const { text, hidden } = await readText(path, vault)
  // Most inventories have no such files: the YAML parser is loaded only for those that do.
  const { loadYaml, describe, toValue } = await import('../yaml/load.ts')
  const root = loadYaml(text, path, { hidden, onWarning: (warning) => warnings.push(warning) })
  if (root && hidden) vault.hide(toValue(root))
  if (!root || (root.kind === 'scalar' && root.value === null)) return new Map()
  if (root.kind === 'mapping') return await variablesOf(root, warnings)
  throw new HakubeError(`${path} must be a mapping of variables, not ${describe(root)}`, {
    code: 'vars-file',
    place: root.place,
    hint: 'Write one "name: value" per line.',
  })
}

/** The entries of a mapping as variables. */
export async function variablesOf(mapping: YamlMapping, warnings: Warning[]): Promise<Variables> {
  const { toValue } = await import('../yaml/load.ts')
  const variables: Variables = new Map()
  for (const { key, keyPlace, value } of mapping.entries) {
    if (typeof key !== 'string') {
      const message = `the name of this variable is not text but ${nameOf(key)}`
      warnings.push({ code: 'odd-variable-name', message, place: keyPlace, hint: 'Quote the name.' })
    }
    variables.set(nameOf(key), { value: toValue(value), origin: keyPlace })
  }
  return variables
}

/** A key as Python would print it. */
function nameOf(key: Key): string {
  if (key === null) return 'None'
  if (typeof key === 'boolean') return key ? 'True' : 'False'
  return String(key)
}
