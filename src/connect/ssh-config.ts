import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { HakubeError } from '../errors.ts'
import { parseSshArgs, type SshArgs, type SshOption } from './ssh-args.ts'
import { unsupportedSettings } from './ssh-config-limits.ts'
import type { HostKeyChecking, Target } from './target.ts'

/** All that is to know for connecting to one host, from the inventory, the SSH configuration and defaults. */
export interface SshSettings {
  hostname: string
  port: number
  user: string
  /** Key that the inventory names; tried first, and an error when it cannot be read. */
  keyFile: string | undefined
  /** Keys of the SSH configuration, tried when they exist. */
  identityFiles: string[]
  identitiesOnly: boolean
  /** Socket of the agent; undefined for none. */
  agent: string | undefined
  knownHostsFiles: string[]
  /** Where accepted keys go; undefined when nothing is kept. */
  addKeysTo: string | undefined
  hashKnownHosts: boolean
  /** The name that the host's key is kept under instead of hostname and port. */
  hostKeyAlias: string | undefined
  checking: HostKeyChecking
  checkingFrom: string
  proxyJump: string | undefined
  proxyCommand: string | undefined
  addressFamily: 4 | 6 | undefined
  /** The address of this machine to connect from. */
  bindAddress: string | undefined
  /** Seconds. */
  connectTimeout: number
  /** Seconds for the log-in once the keys are exchanged: the host may ask a directory far away. */
  loginTimeout: number
  aliveInterval: number
  aliveCount: number
  methods: { publickey: boolean; password: boolean; keyboard: boolean }
  /** What the user gave and has no effect. */
  warnings: string[]
}

const CONNECT_TIMEOUT = 10
const LOGIN_TIMEOUT = 30
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `~/.ssh/${name}`)
const SYSTEM_CONFIG = '/etc/ssh/ssh_config'

/**
 * The settings for a target: its own variables beat its SSH arguments, which beat the configuration files as
 * `ssh -G` reads them. Throws HakubeError `bad-ssh-args`, `unsupported-ssh-option`, `bad-ssh-config`.
 */
export async function resolveSettings(target: Target): Promise<SshSettings> {
  const args = parseSshArgs(target.sshCommonArgs ?? '', target.name)
  const own = ownOptions(target)
  const config = await askSsh(target, [...own, ...args.options], args.configFile)
  const values = collect(config ?? [...own, ...args.options])
  const warnings = args.warnings.map((warning) => `${target.name}: ${warning}`)
  warnings.push(...unsupportedSettings(values, target.name))
  if (config === undefined && (await exists('~/.ssh/config'))) {
    warnings.push('~/.ssh/config is not read, since there is no ssh program here')
  }
  const settings = { ...settingsFrom(values, target), warnings }
  return { ...settings, ...(await hostKeyChecking(values, target, args)) }
}

function ownOptions(target: Target): SshOption[] {
  const options: SshOption[] = []
  if (target.port !== undefined) options.push({ keyword: 'port', value: String(target.port) })
  if (target.user !== undefined) options.push({ keyword: 'user', value: target.user })
  return options
}

/** What `ssh -G` says; undefined where there is no ssh. */
function askSsh(
  target: Target,
  options: readonly SshOption[],
  configFile: string | undefined,
): Promise<SshOption[] | undefined> {
  const file = configFile === undefined ? [] : ['-F', expandHome(configFile)]
  const words = options.flatMap(({ keyword, value }) => ['-o', `${keyword}=${value}`])
  return new Promise((resolve, reject) => {
    const child = execFile(
      'ssh',
      ['-G', ...file, ...words, '--', target.address],
      (error, stdout, stderr) => {
        if (!error) resolve(readLines(stdout))
        else if (error.code === 'ENOENT') resolve(undefined)
        else reject(badConfig(target, stderr))
      },
    )
    child.stdin?.end()
  })
}

function badConfig(target: Target, stderr: string): HakubeError {
  return new HakubeError(`ssh does not accept the settings of ${target.name}: ${stderr.trim()}`, {
    code: 'bad-ssh-config',
    host: target.name,
    hint: `see what it says: ssh -G ${target.address}`,
  })
}

function readLines(text: string): SshOption[] {
  return text
    .split('\n')
    .map((line) => /^(\S+) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, keyword = '', value = '']) => ({ keyword: keyword.toLowerCase(), value }))
}

/** Values by keyword; of options that may be there once, the first counts. */
function collect(options: readonly SshOption[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const { keyword, value } of options) values.set(keyword, [...(values.get(keyword) ?? []), value])
  return values
}

type Checking = Pick<SshSettings, 'checking' | 'checkingFrom'>

function settingsFrom(
  values: Map<string, string[]>,
  target: Target,
): Omit<SshSettings, 'warnings' | keyof Checking> {
  const one = (keyword: string): string | undefined => {
    const value = values.get(keyword)?.[0]
    return value === undefined || value.toLowerCase() === 'none' ? undefined : value
  }
  const hostname = one('hostname') ?? target.address
  const port = Number(one('port') ?? 22)
  const user = one('user') ?? userInfo().username
  const expand = (path: string): string =>
    expandTokens(expandHome(path), { hostname, port, user, name: target.address })
  const userFiles = fileList(
    values.get('userknownhostsfile')?.[0] ?? '~/.ssh/known_hosts ~/.ssh/known_hosts2',
  )
  const globalFiles = fileList(values.get('globalknownhostsfile')?.[0] ?? '/etc/ssh/ssh_known_hosts')
  const interval = Number(one('serveraliveinterval') ?? 0)
  return {
    hostname,
    port,
    user,
    keyFile: target.keyFile === undefined ? undefined : expand(target.keyFile),
    identityFiles: (values.get('identityfile') ?? DEFAULT_KEYS).filter((file) => file !== 'none').map(expand),
    identitiesOnly: isYes(one('identitiesonly')),
    agent: agentSocket(values.get('identityagent')?.[0], expand),
    knownHostsFiles: [...userFiles, ...globalFiles].map(expand),
    addKeysTo: userFiles[0] === '/dev/null' || userFiles[0] === undefined ? undefined : expand(userFiles[0]),
    hashKnownHosts: isYes(one('hashknownhosts')),
    hostKeyAlias: one('hostkeyalias'),
    proxyJump: one('proxyjump'),
    proxyCommand: one('proxyjump') === undefined ? one('proxycommand') : undefined,
    addressFamily: { inet: 4 as const, inet6: 6 as const }[one('addressfamily') ?? ''],
    bindAddress: one('bindaddress'),
    connectTimeout: target.timeout ?? seconds(one('connecttimeout')) ?? CONNECT_TIMEOUT,
    loginTimeout: LOGIN_TIMEOUT,
    aliveInterval: interval > 0 ? interval : 15,
    aliveCount: Number(one('serveralivecountmax') ?? 3),
    methods: {
      publickey: !isNo(one('pubkeyauthentication')),
      password: !isNo(one('passwordauthentication')),
      keyboard: !isNo(one('kbdinteractiveauthentication')),
    },
  }
}

async function hostKeyChecking(
  values: Map<string, string[]>,
  target: Target,
  args: SshArgs,
): Promise<Checking> {
  if (target.hostKeyChecking) {
    return {
      checking: target.hostKeyChecking,
      checkingFrom: target.hostKeyCheckingFrom ?? '--host-key-checking',
    }
  }
  const value = values.get('stricthostkeychecking')?.[0]?.toLowerCase()
  if (value === 'accept-new') return { checking: 'accept-new', checkingFrom: '' }
  if (!isNo(value)) return { checking: 'strict', checkingFrom: '' }
  const isArg = args.options.some(({ keyword }) => keyword === 'stricthostkeychecking')
  const from = isArg ? `the SSH arguments of ${target.name}` : await findSetting(args.configFile)
  return { checking: 'no', checkingFrom: `StrictHostKeyChecking=no in ${from}` }
}

/** The place in the user's configuration that switches checking off; `ssh -G` does not tell. */
async function findSetting(configFile: string | undefined): Promise<string> {
  for (const file of configFile === undefined ? ['~/.ssh/config', SYSTEM_CONFIG] : [configFile]) {
    const text = await readFile(expandHome(file), 'utf8').catch(() => '')
    const line = text
      .split('\n')
      .findIndex((source) => /^\s*stricthostkeychecking[\s=]+"?(?:no|off)\b/i.test(source))
    if (line >= 0) return `${file}:${line + 1}`
  }
  return 'a file that the SSH configuration includes'
}

function agentSocket(setting: string | undefined, expand: (path: string) => string): string | undefined {
  if (setting?.toLowerCase() === 'none') return undefined
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'] || undefined
  return setting.startsWith('$') ? process.env[setting.slice(1)] : expand(setting)
}

function fileList(value: string): string[] {
  return value.split(/\s+/).filter((file) => file !== '' && file.toLowerCase() !== 'none')
}

function isYes(value: string | undefined): boolean {
  return /^(?:yes|true)$/i.test(value ?? '')
}

function isNo(value: string | undefined): boolean {
  return /^(?:no|false|off)$/i.test(value ?? '')
}

function seconds(value: string | undefined): number | undefined {
  const number = Number(value)
  return Number.isFinite(number) && number > 0 ? number : undefined
}

/** OpenSSH takes the home directory of the user database, not of the environment. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(userInfo().homedir || homedir(), path.slice(1)) : path
}

/** The %-tokens of ssh_config(5) that name files and proxy commands use. */
export function expandTokens(
  text: string,
  { hostname, port, user, name }: { hostname: string; port: number; user: string; name: string },
): string {
  const tokens: Record<string, string> = {
    '%': '%',
    h: hostname,
    n: name,
    p: String(port),
    r: user,
    u: userInfo().username,
    d: userInfo().homedir,
  }
  return text.replaceAll(/%(.)/g, (whole, letter: string) => tokens[letter] ?? whole)
}

async function exists(path: string): Promise<boolean> {
  return access(expandHome(path)).then(
    () => true,
    () => false,
  )
}
