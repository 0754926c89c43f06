import { extname, join } from 'node:path'
import type { Stats } from 'node:fs'
import { HakubeError } from '../errors.ts'
import { parseAddress } from './address.ts'
import type { InventoryBuilder } from './builder.ts'
import { isProgram, look, namesIn, readText } from './files.ts'
import { applyIni } from './ini-apply.ts'
import { parseIni, type IniFile } from './ini.ts'
import { conceal } from '../vault/conceal.ts'
import type { Vault } from '../vault/vault.ts'

export interface Source {
  kind: 'file' | 'directory' | 'list'
  path: string
}

const NOT_INVENTORIES = new Set(['group_vars', 'host_vars', 'vars_plugins'])
const IGNORED_EXTENSIONS = '.pyc .pyo .swp .bak .rpm .md .txt .rst .orig .cfg .retry'.split(' ')
const YAML_EXTENSIONS = ['.yml', '.yaml', '.json']
const MAX_DEPTH = 20
// Programs that ask a cloud take minutes.
const SCRIPT_TIMEOUT = 300_000

type Env = Readonly<Record<string, string | undefined>>

/** Reads one `-i` argument into the builder. Throws HakubeError if there is nothing to read. */
export async function readSource(argument: string, builder: InventoryBuilder, env: Env): Promise<Source> {
  const path = expandPath(argument, env)
  const found = look(path)
  if (!found && argument.includes(',')) {
    readList(argument, builder)
    return { kind: 'list', path: argument }
  }
  if (!found) throw missing(argument)
  if (!found.isDirectory()) {
    await readFile(path, found, builder, env)
    return { kind: 'file', path }
  }
  const count = await readDirectory(path, builder, env, 0)
  if (count > 0) return { kind: 'directory', path }
  throw new HakubeError(`the directory ${argument} holds no inventory file`, {
    code: 'inventory-missing',
    place: { file: path },
    hint: 'Files with these endings are not read: ' + IGNORED_EXTENSIONS.join(' '),
  })
}

function missing(argument: string): HakubeError {
  const isHost = !argument.includes('/') && parseAddress(argument) !== undefined
  const hint = isHost
    ? `To name a host instead of a file, end it with a comma: -i ${argument},`
    : 'Check the path given with -i.'
  return new HakubeError(`there is no inventory ${argument}`, {
    code: 'inventory-missing',
    place: { file: argument },
    hint,
  })
}

/** Replaces a leading ~ and $NAME or ${NAME}, as Ansible does; unknown names stay. */
function expandPath(path: string, env: Env): string {
  const home = env['HOME']
  const tilde = home !== undefined && /^~(?=\/|$)/.test(path) ? home + path.slice(1) : path
  return tilde.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => {
      return env[braced ?? bare ?? ''] ?? whole
    },
  )
}

function readList(argument: string, builder: InventoryBuilder): void {
  const group = builder.addGroup('ungrouped', undefined)
  const items = argument.split(',').map((item) => item.trim())
  for (const item of items.filter((one) => one !== '')) {
    const address =
      item.includes('[') && !/^\[[^\]]*\](?::[0-9]+)?$/.test(item) ? undefined : parseAddress(item)
    const port = address?.port === 0 ? undefined : address?.port
    builder.addHost(address?.host ?? item, group, port, { file: `-i ${argument}` })
  }
}

async function readDirectory(
  directory: string,
  builder: InventoryBuilder,
  env: Env,
  depth: number,
): Promise<number> {
  let count = 0
  for (const name of await namesIn(directory)) {
    if (isIgnored(name)) continue
    const path = join(directory, name)
    const found = look(path)
    if (found?.isDirectory() && depth < MAX_DEPTH) count += await readDirectory(path, builder, env, depth + 1)
    if (found?.isFile()) {
      await readFile(path, found, builder, env)
      count += 1
    }
  }
  return count
}

function isIgnored(name: string): boolean {
  return (
    name.startsWith('.') ||
    name.endsWith('~') ||
    NOT_INVENTORIES.has(name) ||
    IGNORED_EXTENSIONS.includes(extname(name))
  )
}

async function readFile(path: string, found: Stats, builder: InventoryBuilder, env: Env): Promise<void> {
  refuseOddFile(path, found)
  const isExecutable = (found.mode & 0o111) !== 0
  if (found.isFile() && isExecutable && (await isProgram(path))) {
    const { readProgram } = await import('./dynamic.ts')
    return await readProgram(path, builder, { env, timeout: timeoutFrom(env) })
  }
  const before = builder.errors.length
  const { text, hidden } = await readText(path, builder.vault)
  await readTextFile(path, text, hidden, builder)
  if (text.startsWith('#!') && builder.errors.length > before) {
    // Every line of a script that is read as an inventory would be an error of its own.
    builder.errors.length = before
    throw new HakubeError(`${path} looks like a program, but it is not executable`, {
      code: 'inventory-script',
      place: { file: path, line: 1, column: 1 },
      hint: `If it is to be run: chmod +x ${path}. If not, remove its first line.`,
    })
  }
}

async function readTextFile(
  path: string,
  text: string,
  hidden: boolean,
  builder: InventoryBuilder,
): Promise<void> {
  const extension = extname(path)
  const file = (): IniFile => {
    const parsed = parseIni(text, path, hidden)
    return hidden ? concealed(parsed, builder.vault) : parsed
  }
  if (extension === '' || YAML_EXTENSIONS.includes(extension)) {
    const { readYamlInventory } = await import('./yaml-inventory.ts')
    try {
      if (await readYamlInventory(text, path, builder, { required: extension !== '', hidden })) return
    } catch (error) {
      // Ansible does not mind INI in a file whose name says YAML.
      const ini = file()
      if (!(error instanceof HakubeError) || ini.errors.length > 0) throw error
      return applyIni(ini, builder)
    }
  }
  applyIni(file(), builder)
}

function timeoutFrom(env: Env): number {
  const given = env['HAKUBE_INVENTORY_TIMEOUT']
  if (given === undefined || given === '') return SCRIPT_TIMEOUT
  const seconds = Number(given)
  if (seconds > 0) return seconds * 1000
  throw new HakubeError(`HAKUBE_INVENTORY_TIMEOUT is "${given}"`, {
    code: 'inventory-script',
    hint: 'Give a number of seconds, or remove it from the environment.',
  })
}

/** Keeps what an encrypted inventory says out of messages and output. */
function concealed(file: IniFile, vault: Vault): IniFile {
  for (const item of file.items) {
    if (item.kind === 'variable') vault.hide(item.value)
    if (item.kind === 'host') for (const { value } of item.variables) vault.hide(value)
  }
  const warnings = file.warnings.map(({ code, place }) => ({
    code,
    place,
    message: `${code} in an encrypted file`,
  }))
  return { ...file, errors: file.errors.map(conceal), warnings }
}

/** Pipes are fine, as in -i <(command); a socket or a device would never end. */
function refuseOddFile(path: string, found: Stats): void {
  if (found.isFile() || found.isFIFO() || path === '/dev/null') return
  const kind = found.isSocket() ? 'a socket' : 'a device'
  throw new HakubeError(`${path} is ${kind} and not an inventory`, {
    code: 'inventory-file',
    place: { file: path },
    hint: 'Check the path given with -i.',
  })
}
