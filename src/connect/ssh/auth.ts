import { readFile } from 'node:fs/promises'
import ssh2, { type AnyAuthMethod, type ParsedKey, type Prompt } from 'ssh2'
import { EXIT, HakubeError } from '../../errors.ts'
import type { Secret } from '../../secret.ts'
import type { SshSettings } from '../ssh-config.ts'
import { QuietAgent } from './agent.ts'

/**
 * Asks for the passphrase of a key file; undefined when there is none to be had. Every host asks: whoever does
 * not want to type it for each keeps the answers.
 */
export type AskPassphrase = (file: string) => Promise<Secret | undefined>

export interface Credentials {
  host: string
  password: Secret | undefined
  passphrase: AskPassphrase | undefined
}

/** One way to log in: its name for messages, and what ssh2 is told. */
interface Method {
  name: string
  /** The name under which the host offers it. */
  offered: 'publickey' | 'password' | 'keyboard-interactive'
  auth: AnyAuthMethod
}

/** The ways to log in to one host, tried in turn, and what became of them. */
export class Login {
  /** Ways that could not be tried, and why. */
  readonly skipped: string[]
  readonly tried: string[] = []
  /** What the host offers, as it said with its last refusal. */
  offers: readonly string[] = []
  readonly #methods: Method[]
  readonly #agent: QuietAgent | undefined

  constructor(methods: Method[], skipped: string[], agent: QuietAgent | undefined) {
    this.#methods = methods
    this.skipped = skipped
    this.#agent = agent
  }

  /** What ssh2 calls for the next way; false ends the log-in. */
  readonly handler = (offers: readonly string[] | null): AnyAuthMethod | false => {
    if (offers) this.offers = offers
    // Before the first answer nothing is known about what the host offers.
    const usable = this.#methods.findIndex((method) => this.#isUsable(method, offers))
    const method = usable < 0 ? undefined : this.#methods.splice(0, usable + 1).at(-1)
    if (method) this.tried.push(method.name)
    return method?.auth ?? false
  }

  #isUsable({ offered }: Method, offers: readonly string[] | null): boolean {
    if (offers === null) return true
    // A password that was refused would only be refused, and counted by the host, once more.
    if (offered === 'keyboard-interactive' && this.tried.includes('password') && offers.includes('password'))
      return false
    return offers.includes(offered)
  }

  /** All that was done, for the error of a refused log-in. */
  summary(): string {
    const tried = this.tried.map((name) => (name === 'agent' ? `agent (${this.#agentWords()})` : name))
    const parts = [tried.length > 0 ? `tried ${tried.join(', ')}` : 'there was nothing to try']
    if (this.skipped.length > 0) parts.push(this.skipped.join(', '))
    if (this.offers.length > 0) parts.push(`the host takes ${this.offers.join(', ')}`)
    return parts.join('; ')
  }

  #agentWords(): string {
    const keys = this.#agent?.keys ?? 0
    return this.#agent?.problem ?? `${keys} ${keys === 1 ? 'key' : 'keys'}`
  }
}

/**
 * The ways to log in, in OpenSSH's spirit: the key that the inventory names, the agent, the keys of the SSH
 * configuration, the password, and the password as an answer to prompts.
 * Throws HakubeError `bad-key-file` for a named key that cannot be used.
 */
export async function prepareLogin(settings: SshSettings, credentials: Credentials): Promise<Login> {
  const methods: Method[] = []
  const skipped: string[] = []
  const username = settings.user
  let agent: QuietAgent | undefined
  if (settings.methods.publickey) {
    const files = settings.identityFiles.filter((file) => file !== settings.keyFile)
    const named =
      settings.keyFile === undefined ? undefined : await readKey(settings.keyFile, credentials.passphrase)
    if (named && !named.key && (!named.encrypted || !settings.agent))
      throw badKeyFile(named, credentials.host)
    const own = await Promise.all(files.map((file) => readKey(file, credentials.passphrase)))
    if (named) methods.push(...keyMethods([named], username, skipped))
    if (settings.agent !== undefined) {
      const only = settings.identitiesOnly ? await publicKeys([...(named ? [named] : []), ...own]) : undefined
      agent = new QuietAgent(settings.agent, only)
      methods.push({ name: 'agent', offered: 'publickey', auth: { type: 'agent', username, agent } })
    }
    methods.push(...keyMethods(own, username, skipped))
  }
  methods.push(...passwordMethods(settings, credentials.password))
  return new Login(methods, skipped, agent)
}

interface KeyFile {
  file: string
  key: ParsedKey | undefined
  encrypted: boolean
  /** Why there is no key; empty when the file does not exist. */
  problem: string
}

async function readKey(file: string, ask: AskPassphrase | undefined): Promise<KeyFile> {
  const text = await readFile(file).catch((error: NodeJS.ErrnoException) => error)
  if (text instanceof Error) {
    return { file, key: undefined, encrypted: false, problem: text.code === 'ENOENT' ? '' : text.message }
  }
  const plain = parse(text)
  if (!(plain instanceof Error)) return { file, key: plain, encrypted: false, problem: '' }
  const encrypted = /encrypted/i.test(plain.message)
  if (!encrypted) return { file, key: undefined, encrypted, problem: plain.message }
  const passphrase = await ask?.(file)
  if (!passphrase)
    return { file, key: undefined, encrypted, problem: 'it is encrypted, and there is no passphrase' }
  const opened = parse(text, passphrase.reveal())
  if (opened instanceof Error) return { file, key: undefined, encrypted, problem: 'the passphrase is wrong' }
  return { file, key: opened, encrypted, problem: '' }
}

function parse(text: Buffer, passphrase?: string): ParsedKey | Error {
  const key = ssh2.utils.parseKey(text, passphrase)
  if (key instanceof Error || key.isPrivateKey()) return key
  return new Error('it is a public key')
}

function keyMethods(files: readonly KeyFile[], username: string, skipped: string[]): Method[] {
  for (const { file, problem } of files)
    if (problem !== '') skipped.push(`key ${file} was left out: ${problem}`)
  return files.flatMap(({ file, key }) =>
    key ? [{ name: `key ${file}`, offered: 'publickey', auth: { type: 'publickey', username, key } }] : [],
  )
}

/** Public parts of the key files, also of those that stay locked: the agent may hold them. */
async function publicKeys(files: readonly KeyFile[]): Promise<Buffer[]> {
  const keys = await Promise.all(
    files.map(async ({ file, key }) => {
      if (key) return key.getPublicSSH()
      const text = await readFile(`${file}.pub`).catch(() => undefined)
      const parsed = text && ssh2.utils.parseKey(text)
      return parsed && !(parsed instanceof Error) ? parsed.getPublicSSH() : undefined
    }),
  )
  return keys.filter((key) => key !== undefined)
}

function passwordMethods({ user: username, methods }: SshSettings, secret: Secret | undefined): Method[] {
  if (!secret) return []
  const password = secret.reveal()
  const found: Method[] = []
  if (methods.password) {
    found.push({ name: 'password', offered: 'password', auth: { type: 'password', username, password } })
  }
  if (methods.keyboard) {
    const auth: AnyAuthMethod = { type: 'keyboard-interactive', username, prompt: answerOnce(password) }
    found.push({ name: 'keyboard-interactive', offered: 'keyboard-interactive', auth })
  }
  return found
}

/** Answers the hidden prompt with the password, once: to be asked again means that it was wrong. */
function answerOnce(password: string) {
  let answered = false
  return (
    _name: string,
    _text: string,
    _lang: string,
    prompts: Prompt[],
    finish: (answers: string[]) => void,
  ): void => {
    const hidden = prompts.filter(({ echo }) => echo !== true)
    const use = !answered && hidden.length === 1
    answered ||= use
    finish(prompts.map(({ echo }) => (use && echo !== true ? password : '')))
  }
}

function badKeyFile({ file, problem }: KeyFile, host: string): HakubeError {
  return new HakubeError(`the private key ${file} cannot be used: ${problem || 'there is no such file'}`, {
    code: 'bad-key-file',
    host,
    hint: problem.includes('encrypted')
      ? `add it to the agent first: ssh-add ${file}`
      : 'correct ansible_ssh_private_key_file or --private-key',
    exitCode: EXIT.unreachable,
  })
}
