import type { ParsedKey, Prompt } from 'ssh2'
import { EXIT, HakubeError } from '../../errors.ts'
import type { Secret } from '../../secret.ts'
import type { KeyRing } from './key-ring.ts'
import type { SshSettings } from '../ssh-config.ts'
import { type AgentKey, type AgentKeys, listAgent } from './agent.ts'
import { type KeyFile, LockedKey, publicKeyOf, readKeyFile, unlockKey } from './keys.ts'
import { Login, type Method } from './login.ts'

export interface Credentials {
  host: string
  password: Secret | undefined
  keys: KeyRing
}

/** What the keys of one host are put together from. */
interface Sources extends Credentials {
  username: string
  agent: AgentKeys
  login: Login
}

const NO_PASSPHRASE = 'it is encrypted, and there is no passphrase'

/**
 * The ways to log in, in OpenSSH's order: the key that the inventory names, the agent's keys that the SSH
 * configuration names, its other keys, the keys of the SSH configuration, the password, and the password as an
 * answer to prompts. Throws HakubeError `bad-key-file` for a named key that cannot be used.
 */
export async function prepareLogin(settings: SshSettings, credentials: Credentials): Promise<Login> {
  const login = new Login()
  if (settings.methods.publickey) login.add(...(await keyMethods(settings, credentials, login)))
  login.add(...passwordMethods(settings, credentials.password))
  return login
}

async function keyMethods(settings: SshSettings, credentials: Credentials, login: Login): Promise<Method[]> {
  const { keyFile, identityFiles, agent: socket, identitiesOnly, user: username } = settings
  const agent = socket === undefined ? { keys: [], problem: undefined } : await listAgent(socket)
  if (agent.problem !== undefined) login.skipped.push(`agent (${agent.problem})`)
  const sources: Sources = { ...credentials, username, agent, login }
  const own = await Promise.all(identityFiles.filter((file) => file !== keyFile).map(readKeyFile))
  const named = keyFile === undefined ? undefined : await readKeyFile(keyFile)
  const files = named ? [named, ...own] : own
  const held = await heldByAgent(files, agent.keys)
  if (named && !held.has(named.file)) refuseUseless(named, sources)
  const first = named ? fileMethods([named], held, sources) : []
  const configured = own.flatMap((file) => held.get(file.file) ?? [])
  const used = new Set(held.values())
  const others = identitiesOnly ? [] : agent.keys.filter((key) => !used.has(key))
  if (socket !== undefined && agent.problem === undefined && used.size + others.length === 0)
    login.skipped.push(agent.keys.length === 0 ? 'the agent has no keys' : 'the agent has none of these keys')
  const rest = own.filter((file) => !held.has(file.file))
  return [
    ...first,
    ...[...configured, ...others].map((key) => agentMethod(key, username)),
    ...fileMethods(rest, held, sources),
  ]
}

/** Which keys of the files the agent holds: it spares the passphrase. */
async function heldByAgent(
  files: readonly KeyFile[],
  keys: readonly AgentKey[],
): Promise<Map<string, AgentKey>> {
  const held = new Map<string, AgentKey>()
  for (const file of files) {
    const publicKey = await publicKeyOf(file)
    const key = publicKey && keys.find((one) => one.publicKey.getPublicSSH().equals(publicKey.getPublicSSH()))
    // A key that can be read needs no agent.
    if (key && !file.key) held.set(file.file, key)
  }
  return held
}

function agentMethod(agent: AgentKey, username: string): Method {
  const { comment, type } = agent.publicKey
  const name = `agent key ${comment || type}`
  return { name, offered: 'publickey', auth: () => ({ type: 'agent', username, agent }) }
}

function fileMethods(
  files: readonly KeyFile[],
  held: ReadonlyMap<string, AgentKey>,
  sources: Sources,
): Method[] {
  return files.flatMap((file) => {
    const agent = held.get(file.file)
    if (agent) return [agentMethod(agent, sources.username)]
    if (file.key) return [plainMethod(file.file, file.key, sources.username)]
    if (file.locked && sources.keys.canAsk) return [lockedMethod(file, sources)]
    const problem = file.locked ? NO_PASSPHRASE : file.problem
    if (problem !== '') sources.login.skipped.push(`key ${file.file} was left out: ${problem}`)
    return []
  })
}

function plainMethod(file: string, key: ParsedKey, username: string): Method {
  return { name: `key ${file}`, offered: 'publickey', auth: () => ({ type: 'publickey', username, key }) }
}

/** Without its public half, an encrypted key must be opened before the host can be asked about it. */
function lockedMethod(file: KeyFile, { username, keys, login }: Sources): Method {
  const unlock = async (): Promise<ParsedKey | undefined> => {
    login.asking(true)
    try {
      const key = await unlockKey(file, keys)
      if (!key) login.skipped.push(`key ${file.file} stayed locked: the passphrase is not known`)
      return key
    } finally {
      login.asking(false)
    }
  }
  const { publicKey } = file
  return {
    name: `key ${file.file}`,
    offered: 'publickey',
    auth: async () => {
      if (publicKey) return { type: 'agent', username, agent: new LockedKey(publicKey, unlock) }
      const key = await unlock()
      return key && { type: 'publickey', username, key }
    },
  }
}

function passwordMethods({ user: username, methods }: SshSettings, secret: Secret | undefined): Method[] {
  if (!secret) return []
  const password = secret.reveal()
  const found: Method[] = []
  if (methods.password) {
    found.push({
      name: 'password',
      offered: 'password',
      auth: () => ({ type: 'password', username, password }),
    })
  }
  if (methods.keyboard) {
    found.push({
      name: 'keyboard-interactive',
      offered: 'keyboard-interactive',
      auth: () => ({ type: 'keyboard-interactive', username, prompt: answerOnce(password) }),
    })
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

/** A key that the inventory names must be there; an agent may hold one that is encrypted. */
function refuseUseless(named: KeyFile, { host, keys, agent }: Sources): void {
  const isHopeless = named.locked ? !keys.canAsk && agent.keys.length === 0 : !named.key
  if (!isHopeless) return
  const problem = named.locked ? NO_PASSPHRASE : named.problem || 'there is no such file'
  throw new HakubeError(`the private key ${named.file} cannot be used: ${problem}`, {
    code: 'bad-key-file',
    host,
    hint: named.locked
      ? `add it to the agent first: ssh-add ${named.file}; where there is a terminal, hakube asks`
      : 'correct ansible_ssh_private_key_file or --private-key',
    exitCode: EXIT.unreachable,
  })
}
