import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readSettings, type Settings } from '../config/settings.ts'
import { editText } from '../vault/edit.ts'
import { readVaultFile, writeVaultFile } from '../vault/files.ts'
import { readSecrets, type VaultSources } from '../vault/secrets.ts'
import { encrypt, Vault, type VaultSecret } from '../vault/vault.ts'
import { askSecret } from './prompt.ts'
import type { Terminal } from './terminal.ts'
import { sourcesOf, type VaultOptions } from './vault-options.ts'
import { encryptStrings } from './vault-strings.ts'

export type VaultAction = 'encrypt' | 'decrypt' | 'view' | 'edit' | 'create' | 'rekey' | 'encrypt_string'

export interface VaultCommandOptions extends VaultOptions {
  output?: string
  encryptVaultId?: string
  newVaultId?: string
  newVaultPasswordFile?: string
  name?: string[]
  stdinName?: string
  prompt?: boolean
}

/** `hakube vault …`: what ansible-vault does, with the same options and the same files. */
export async function vaultCommand(
  action: VaultAction,
  files: readonly string[],
  options: VaultCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.output !== undefined && files.length > 1 && action !== 'encrypt_string') {
    throw new HakubeError('--output takes one file, and there are several to write', {
      code: 'vault-output',
      hint: 'give one file at a time, or leave --output out to change the files themselves',
    })
  }
  const settings = await readSettings({ env: terminal.env, cwd: terminal.cwd })
  for (const text of settings.passedOver) terminal.stderr.write(`warning: ${text}\n`)
  const work = new VaultWork(options, settings, terminal)
  if (action === 'encrypt') await work.encrypt(files)
  else if (action === 'decrypt') await work.decrypt(files)
  else if (action === 'view') await work.view(files)
  else if (action === 'edit') await work.edit(files)
  else if (action === 'create') await work.create(files[0] ?? '')
  else if (action === 'rekey') await work.rekey(files)
  else await work.encryptStrings(files)
  return EXIT.ok
}

class VaultWork {
  readonly #options: VaultCommandOptions
  readonly #settings: Settings
  readonly #terminal: Terminal

  constructor(options: VaultCommandOptions, settings: Settings, terminal: Terminal) {
    this.#options = options
    this.#settings = settings
    this.#terminal = terminal
  }

  async encrypt(files: readonly string[]): Promise<void> {
    const secret = await this.#secretToEncrypt()
    for (const file of orStdin(files)) {
      await this.#write(file, Buffer.from(encrypt(await this.#read(file), secret, { what: file })))
      this.#say(`encrypted ${file}`, file)
    }
  }

  async decrypt(files: readonly string[]): Promise<void> {
    const vault = await this.#vault()
    for (const file of orStdin(files)) {
      await this.#write(file, vault.open(await this.#read(file), file).plain)
      this.#say(`decrypted ${file}`, file)
    }
  }

  async view(files: readonly string[]): Promise<void> {
    const vault = await this.#vault()
    for (const file of files) this.#terminal.stdout.write(vault.open(await this.#read(file), file).plain)
  }

  /** Keeps the id in the header and the password that opened the file. A text that stays the same is not written. */
  async edit(files: readonly string[]): Promise<void> {
    const vault = await this.#vault()
    for (const file of files) {
      const path = resolve(this.#terminal.cwd, file)
      const { plain, secret, id } = vault.open(await readVaultFile(path), file)
      const changed = await this.#edit(plain, file)
      if (changed.equals(plain)) this.#say(`${file} stays as it was`, file)
      else {
        await writeVaultFile(path, encrypt(changed, secret, { id }), { keep: true })
        this.#say(`encrypted ${file}`, file)
      }
    }
  }

  async create(file: string): Promise<void> {
    const path = resolve(this.#terminal.cwd, file)
    const found = await stat(path).catch(() => undefined)
    if (found) {
      throw new HakubeError(`${file} exists already`, {
        code: 'vault-file',
        hint: 'change it with `hakube vault edit`',
      })
    }
    const secret = await this.#secretToEncrypt()
    await writeVaultFile(path, encrypt(await this.#edit(Buffer.alloc(0), file), secret))
    this.#say(`encrypted ${file}`, file)
  }

  async rekey(files: readonly string[]): Promise<void> {
    const vault = await this.#vault()
    // All must open before the first is written: else some would have the new password and some the old one.
    const opened: { file: string; path: string; plain: Buffer }[] = []
    for (const file of files) {
      const path = resolve(this.#terminal.cwd, file)
      opened.push({ file, path, plain: vault.open(await readVaultFile(path), file).plain })
    }
    const secret = await this.#newSecret()
    for (const { file, path, plain } of opened) {
      await writeVaultFile(path, encrypt(plain, secret), { keep: true })
      this.#say(`encrypted ${file} with the new password`, file)
    }
  }

  async encryptStrings(texts: readonly string[]): Promise<void> {
    const secret = await this.#secretToEncrypt()
    const readStdin = async () => (await this.#read('-')).toString('utf8')
    const ask = async () => (await this.#ask('Text to encrypt')).reveal()
    const yaml = await encryptStrings(texts, this.#options, secret, { readStdin, ask })
    await this.#write('-', Buffer.from(yaml))
  }

  async #vault(): Promise<Vault> {
    const { vaultIdMatch: matchIds } = this.#settings
    return new Vault(await this.#secrets(sourcesOf(this.#options, this.#settings), false), { matchIds })
  }

  async #secretToEncrypt(): Promise<VaultSecret> {
    return choose(await this.#secrets(sourcesOf(this.#options, this.#settings), true), this.#idToEncrypt())
  }

  async #newSecret(): Promise<VaultSecret> {
    const { newVaultId, newVaultPasswordFile } = this.#options
    const id = this.#idToEncrypt()
    // As in Ansible: a file may move from one of the configured ids to another.
    const configured = id === undefined ? [] : (this.#settings.vaultIdentityList ?? [])
    const ids = [...configured, ...(newVaultId === undefined ? [] : [newVaultId])]
    const passwordFiles = newVaultPasswordFile === undefined ? [] : [newVaultPasswordFile]
    return choose(await this.#secrets({ ids, passwordFiles, ask: false }, true), id)
  }

  #idToEncrypt(): string | undefined {
    return this.#options.encryptVaultId ?? this.#settings.vaultEncryptIdentity
  }

  /** The passwords of these sources; without any, the user is asked. */
  async #secrets(sources: VaultSources, isNew: boolean): Promise<VaultSecret[]> {
    const none = sources.ids.length + sources.passwordFiles.length === 0
    const { cwd, env } = this.#terminal
    const ask = async (question: string) => this.#ask(question)
    return readSecrets({ ...sources, ask: sources.ask || none }, { cwd, env, isNew, ask })
  }

  async #ask(question: string) {
    return askSecret(question, this.#terminal, 'give the password with --vault-password-file FILE')
  }

  async #edit(plain: Buffer, file: string): Promise<Buffer> {
    // A terminal that is closed ends the editor; we stay to remove its file.
    const stay = () => undefined
    process.on('SIGHUP', stay)
    try {
      return await editText(plain, file, this.#terminal.env)
    } finally {
      process.off('SIGHUP', stay)
    }
  }

  async #read(file: string): Promise<Buffer> {
    if (file !== '-') return readVaultFile(resolve(this.#terminal.cwd, file))
    const chunks: Buffer[] = []
    for await (const chunk of this.#terminal.stdin) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks)
  }

  async #write(file: string, content: Buffer): Promise<void> {
    const to = this.#options.output ?? file
    if (to === '-') this.#terminal.stdout.write(content)
    else await writeVaultFile(resolve(this.#terminal.cwd, to), content)
  }

  #say(text: string, file: string): void {
    if (file !== '-' && this.#options.output !== '-') this.#terminal.stderr.write(`${text}\n`)
  }
}

function orStdin(files: readonly string[]): readonly string[] {
  return files.length === 0 ? ['-'] : files
}

/** The secret with this id, else the only one. */
function choose(secrets: readonly VaultSecret[], id: string | undefined): VaultSecret {
  const ids = secrets.map((secret) => secret.id).join(', ')
  const fitting = id === undefined ? secrets : secrets.filter((secret) => secret.id === id)
  const [first, second] = fitting
  if (first && (id !== undefined || !second)) return first
  const what =
    id === undefined
      ? 'there are several vault passwords to encrypt with'
      : `no vault password has the id ${id}`
  throw new HakubeError(`${what}; their ids are ${ids}`, {
    code: 'vault-id',
    hint: 'name one of them with --encrypt-vault-id',
  })
}
