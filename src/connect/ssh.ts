import type { Duplex } from 'node:stream'
import { HakubeError } from '../errors.ts'
import type { Starts } from './become.ts'
import type { HostKeyPolicy } from './host-key.ts'
import { KeyRing } from './ssh/key-ring.ts'
import { entriesOf } from './known-hosts.ts'
import { readKnownHosts } from './known-hosts-file.ts'
import { resolveSettings, type SshSettings } from './ssh-config.ts'
import { prepareLogin } from './ssh/auth.ts'
import { SshClient } from './ssh/client.ts'
import { RAW_TERMINAL } from './ssh/terminal.ts'
import { type Hop, openProxyCommand, parseJump, type Way } from './ssh/proxy.ts'
import type { Target } from './target.ts'

/** More than enough for anybody's chain of jump hosts; it ends one that goes in a circle. */
const MAX_HOPS = 8

/**
 * Hosts hang up after a few attempts to log in (MaxAuthTries, 6), which an agent with many keys uses up: the
 * keys that are left are tried on another connection.
 */
const MAX_LOGINS = 3

export interface SshOptions {
  warn: (message: string) => void
  /** The encrypted keys of the run; without it they are left to the agent. */
  keys?: KeyRing | undefined
}

/** An open SSH connection. */
export interface SshLink {
  user: string
  starts: Starts
  forward: (host: string, port: number) => Promise<Duplex>
  end: () => Promise<void>
}

/**
 * Connects and logs in, through all jump hosts. Throws HakubeError with the cause in words, among them
 * `authentication-failed`, `connection-refused`, `connect-timed-out`, `host-key-unknown`, `host-key-changed`.
 */
export async function openSsh(target: Target, options: SshOptions): Promise<SshLink> {
  const client = await openClient(target, options, undefined, 0)
  return {
    user: client.settings.user,
    starts: {
      plain: (command) => client.start(command),
      terminal: (command) => client.start(command, RAW_TERMINAL),
    },
    forward: (host, port) => client.tunnel(host, port),
    end: () => client.end(),
  }
}

async function openClient(
  target: Target,
  options: SshOptions,
  hops: Hop[] | undefined,
  depth: number,
): Promise<SshClient> {
  const settings = await resolveSettings(target)
  for (const warning of settings.warnings) options.warn(warning)
  const jumps = hopsOf(target, settings, hops, depth)
  const login = await prepareLogin(settings, {
    host: target.name,
    password: target.password,
    keys: options.keys ?? new KeyRing(),
  })
  const policy = await hostKeyPolicy(target, settings, options)
  for (let connection = 1; ; connection += 1) {
    const client = new SshClient(target.name, settings, login, policy)
    try {
      await client.connect(await openWay(target, settings, jumps, options, depth))
      return client
    } catch (error) {
      await client.end()
      if (connection >= MAX_LOGINS || !client.hungUp || !login.hasMore) throw error
    }
  }
}

/** The hosts in between, in the order in which they are passed. Throws HakubeError when they are too many. */
export function hopsOf(
  target: Target,
  settings: SshSettings,
  given: Hop[] | undefined,
  depth: number,
): Hop[] {
  const { proxyJump } = settings
  const hops = given ?? (proxyJump === undefined ? [] : parseJump(proxyJump, target.name))
  if (depth > MAX_HOPS || hops.length > MAX_HOPS) throw tooManyHops(target)
  return hops
}

/** The way to a host's port where it is not a plain TCP connection. */
export async function openWay(
  target: Target,
  settings: SshSettings,
  jumps: Hop[],
  options: SshOptions,
  depth = 0,
): Promise<Way | undefined> {
  const last = jumps.at(-1)
  if (last) return openJump(target, settings, last, jumps.slice(0, -1), options, depth)
  if (settings.proxyCommand === undefined) return undefined
  return openProxyCommand(settings.proxyCommand, settings, target.address)
}

/** A hop as a host of its own: its own user, keys and host key; the target's passwords are not for it. */
export function jumpTarget(target: Target, { address, user, port }: Hop): Target {
  const { name, hostKeyChecking, hostKeyCheckingFrom, timeout, sshCommonArgs } = target
  return {
    name,
    address,
    user,
    port,
    connection: 'ssh',
    hostKeyChecking,
    hostKeyCheckingFrom,
    timeout,
    sshCommonArgs: jumpArgs(sshCommonArgs),
  }
}

async function openJump(
  target: Target,
  settings: SshSettings,
  hop: Hop,
  before: Hop[],
  options: SshOptions,
  depth: number,
): Promise<Way> {
  const { address } = hop
  const jump = jumpTarget(target, hop)
  const rest = before.length > 0 ? before : undefined
  const client = await openClient(jump, options, rest, depth + 1).catch((error: unknown) => {
    throw atJumpHost(error, address)
  })
  try {
    const stream = await client.forward(settings.hostname, settings.port)
    return { stream, words: () => Promise.resolve(''), end: () => void client.end() }
  } catch (error) {
    await client.end()
    throw atJumpHost(error, address)
  }
}

/** The error with the name of the jump host where it came up. */
function atJumpHost(error: unknown, address: string): unknown {
  if (!(error instanceof HakubeError) || error.message.startsWith('jump host ')) return error
  const { code, hint, host, exitCode, cause } = error
  return new HakubeError(`jump host ${address}: ${error.message}`, { code, hint, host, exitCode, cause })
}

/** As for `ssh -J`: only the configuration file goes for the jump hosts, too. */
function jumpArgs(args: string | undefined): string | undefined {
  const file = /(?:^|\s)-F\s*(?:"[^"]*"|'[^']*'|\S+)/.exec(args ?? '')
  return file?.[0].trim()
}

async function hostKeyPolicy(
  target: Target,
  settings: SshSettings,
  { warn }: SshOptions,
): Promise<HostKeyPolicy> {
  const keptAs = settings.hostKeyAlias ?? settings.hostname
  const port = settings.hostKeyAlias === undefined ? settings.port : 22
  const { entries, badLines } = await readKnownHosts(settings.knownHostsFiles)
  return {
    host: target.name,
    keptAs,
    port,
    known: entriesOf(entries, keptAs, port),
    badLines,
    checking: settings.checking,
    from: settings.checkingFrom,
    addTo: settings.addKeysTo,
    hashed: settings.hashKnownHosts,
    warn,
  }
}

function tooManyHops(target: Target): HakubeError {
  return new HakubeError(`the way to ${target.name} has more than ${MAX_HOPS} jump hosts`, {
    code: 'bad-ssh-args',
    host: target.name,
    hint: 'look for a ProxyJump that leads back to itself in ~/.ssh/config',
  })
}
