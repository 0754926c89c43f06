import { readFile, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { errnoOf } from '../errno.ts'
import { HakubeError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { VaultPassword } from './cipher.ts'
import { DEFAULT_ID } from './envelope.ts'
import { isExecutable, runPasswordScript } from './script.ts'
import { Vault, type VaultSecret } from './vault.ts'

/** Where vault passwords come from, as the command line and ansible.cfg say it. */
export interface VaultSources {
  /** `ID@FILE`, `ID@prompt`, `FILE` or `prompt`. */
  ids: readonly string[]
  passwordFiles: readonly string[]
  /** Ask for the password of no particular id. */
  ask: boolean
}

export interface SecretContext {
  cwd: string
  env: NodeJS.ProcessEnv
  /** Asks on the terminal without showing the answer; the question has no colon. */
  ask(question: string): Promise<Secret>
  /** Passwords are for encrypting: those that are typed must be typed twice. */
  isNew?: boolean | undefined
}

interface Source {
  id: string | undefined
  from: string
  /** The question of --ask-vault-pass has no id. */
  plain: boolean
}

/**
 * Reads all vault passwords, in Ansible's order: --vault-id, --vault-password-file, --ask-vault-pass. A password
 * file may itself be encrypted with one of the passwords before it.
 * Throws HakubeError `vault-password-file`, `vault-id`, `vault-password`.
 */
export async function readSecrets(sources: VaultSources, context: SecretContext): Promise<VaultSecret[]> {
  const secrets: VaultSecret[] = []
  for (const source of ordered(sources)) {
    const bytes = isPrompt(source)
      ? await prompted(source, context)
      : await fromFile(source, context, secrets)
    secrets.push({ id: source.id || DEFAULT_ID, password: new VaultPassword(bytes) })
  }
  return secrets
}

function ordered({ ids, passwordFiles, ask }: VaultSources): Source[] {
  return [
    ...ids.map(readId),
    ...passwordFiles.map((from) => ({ id: DEFAULT_ID, from, plain: false })),
    ...(ask ? [{ id: DEFAULT_ID, from: 'prompt', plain: true }] : []),
  ]
}

function readId(text: string): Source {
  const at = text.indexOf('@')
  const [id, from] = at === -1 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)]
  if (from === '') {
    throw new HakubeError(`--vault-id ${text}: there is nothing after the @`, {
      code: 'vault-id',
      hint: 'write --vault-id ID@FILE or ID@prompt',
    })
  }
  if (id?.includes(';')) {
    throw new HakubeError(`"${id}" is no vault id: it has a ";"`, {
      code: 'vault-id',
      hint: 'use letters and digits only',
    })
  }
  return { id, from, plain: false }
}

function isPrompt({ from }: Source): boolean {
  return from === 'prompt' || from === 'prompt_ask_vault_pass'
}

async function prompted(source: Source, { isNew, ...context }: SecretContext): Promise<Buffer> {
  const about = source.plain ? '' : ` (${source.id || DEFAULT_ID})`
  const first = (await context.ask(isNew ? `New vault password${about}` : `Vault password${about}`))
    .reveal()
    .trim()
  if (first === '') throw empty('the terminal')
  if (isNew && (await context.ask(`Confirm new vault password${about}`)).reveal().trim() !== first) {
    throw new HakubeError('the two vault passwords differ', {
      code: 'vault-password',
      hint: 'run the command again, and type the same password twice',
    })
  }
  return Buffer.from(first)
}

async function fromFile(
  source: Source,
  context: SecretContext,
  earlier: readonly VaultSecret[],
): Promise<Buffer> {
  const path = expand(source.from, context)
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, source.from, error)
  })
  if (found.isDirectory()) throw unreadable(path, source.from, new Error('it is a directory'))
  if (isExecutable(found)) {
    const isClient = basename(path, extname(path)).endsWith('-client')
    const args = isClient && source.id ? ['--vault-id', source.id] : []
    const bytes = await runPasswordScript(path, args, { env: context.env, isClient })
    return notEmpty(trimmed(bytes, '\r\n'), path)
  }
  const content = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, source.from, error)
  })
  const bytes = new Vault(earlier).content(trimmed(content, ' \t\r\n\v\f'), path)
  return notEmpty(trimmed(bytes, '\r\n'), path)
}

function expand(from: string, { cwd, env }: SecretContext): string {
  const home = env['HOME']
  const tilde = home !== undefined && /^~(?=\/|$)/.test(from) ? home + from.slice(1) : from
  const named = tilde.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, a?: string, b?: string) => env[a ?? b ?? ''] ?? whole,
  )
  return resolve(cwd, named)
}

/** Without these characters at both ends: bytes, because a password need not be text. */
function trimmed(bytes: Buffer, characters: string): Buffer {
  const blanks = Buffer.from(characters)
  let start = 0
  let end = bytes.length
  while (start < end && blanks.includes(bytes[start] ?? 0)) start += 1
  while (end > start && blanks.includes(bytes[end - 1] ?? 0)) end -= 1
  return bytes.subarray(start, end)
}

function notEmpty(bytes: Buffer, path: string): Buffer {
  if (bytes.length === 0) throw empty(path)
  return bytes
}

function empty(from: string): HakubeError {
  return new HakubeError(`the vault password from ${from} is empty`, {
    code: 'vault-password',
    hint: 'a vault password has one character at least',
  })
}

function unreadable(path: string, given: string, error: unknown): HakubeError {
  const missing = errnoOf(error) === 'ENOENT'
  const why = error instanceof Error ? error.message : String(error)
  const what = missing
    ? `there is no vault password file ${path}`
    : `cannot read the vault password file ${path}: ${why}`
  const stdin = 'to read the password from standard input, write /dev/stdin'
  return new HakubeError(what, {
    code: 'vault-password-file',
    hint: given === '-' ? stdin : 'check the path, or use --ask-vault-pass',
    cause: error,
  })
}
