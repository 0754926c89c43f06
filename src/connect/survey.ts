import { entriesOf, fingerprint, judge, keyType, type KnownHost, knownHostName } from './known-hosts.ts'
import { readKnownHosts } from './known-hosts-file.ts'
import { hopsOf, jumpTarget, openWay, type SshOptions } from './ssh.ts'
import { resolveSettings, type SshSettings } from './ssh-config.ts'
import type { Hop } from './ssh/proxy.ts'
import { KEY_TYPES, showKey } from './ssh/show-key.ts'
import type { Target } from './target.ts'

/** A host whose keys are to be looked at: one of the inventory, or a jump host on the way to one. */
export interface Stop {
  /** Hosts of the inventory that it is, or that are behind it. */
  names: string[]
  isJump: boolean
  target: Target
  settings: SshSettings
  hops: Hop[]
  /** How many jump hosts are before it: their keys must be known first. */
  depth: number
}

/** A key that a host shows, and what is known about it. */
export interface ShownKey {
  key: Buffer
  type: string
  fingerprint: string
  state: 'known' | 'new' | 'changed' | 'revoked'
  /** The known key that it is, or that it stands against. */
  known: KnownHost | undefined
}

export interface Survey {
  stop: Stop
  /** The name that the keys are kept under, with the port. */
  keptAs: string
  keys: ShownKey[]
}

/** All hosts and the jump hosts before them, each once, in the order in which they can be reached. */
export async function stopsOf(targets: readonly Target[]): Promise<Stop[]> {
  const stops = new Map<string, Stop>()
  for (const target of targets) {
    if (target.connection === 'ssh') await addStop(stops, target, undefined, 0, target.name, false)
  }
  return [...stops.values()].sort((a, b) => a.depth - b.depth)
}

async function addStop(
  stops: Map<string, Stop>,
  target: Target,
  given: Hop[] | undefined,
  level: number,
  name: string,
  isJump: boolean,
): Promise<Stop> {
  // Only what is known counts on the way: this is where it gets known.
  const strict: Target = { ...target, hostKeyChecking: 'strict' }
  const settings = await resolveSettings(strict)
  const hops = hopsOf(strict, settings, given, level)
  const last = hops.at(-1)
  const before = hops.slice(0, -1)
  const way =
    last && (await addStop(stops, jumpTarget(strict, last), nonEmpty(before), level + 1, name, true))
  const key = `${keptAs(settings)} ${settings.addKeysTo ?? ''}`
  const known = stops.get(key)
  if (known) {
    if (!known.names.includes(name)) known.names.push(name)
    known.isJump &&= isJump
    return known
  }
  const stop = { names: [name], isJump, target: strict, settings, hops, depth: way ? way.depth + 1 : 0 }
  stops.set(key, stop)
  return stop
}

function nonEmpty(hops: Hop[]): Hop[] | undefined {
  return hops.length > 0 ? hops : undefined
}

function keptAs({ hostKeyAlias, hostname, port }: SshSettings): string {
  return hostKeyAlias === undefined ? knownHostName(hostname, port) : knownHostName(hostKeyAlias, 22)
}

/**
 * The keys of all types that a host shows, by one connection each, which ends before the log-in.
 * Throws HakubeError when it cannot be reached, or the jump host before it is not known.
 */
export async function survey(stop: Stop, options: SshOptions): Promise<Survey> {
  const { settings, target, hops } = stop
  const shown: Buffer[] = []
  for (const algorithms of KEY_TYPES) {
    const way = await openWay(target, settings, hops, options)
    const key = await showKey(target.name, settings, algorithms, way)
    if (key) shown.push(key)
  }
  const { entries } = await readKnownHosts(settings.knownHostsFiles)
  return { stop, keptAs: keptAs(settings), keys: compare(shown, entries, settings) }
}

/** A host that shows none of the keys that are known for it has changed, whatever types it shows. */
function compare(shown: readonly Buffer[], entries: readonly KnownHost[], settings: SshSettings): ShownKey[] {
  const { hostKeyAlias, hostname } = settings
  const host = hostKeyAlias ?? hostname
  const port = hostKeyAlias === undefined ? settings.port : 22
  const about = entriesOf(entries, host, port)
  const verdicts = shown.map((key) => ({ key, verdict: judge(about, key) }))
  const isSame = verdicts.some(({ verdict }) => verdict.kind === 'known')
  return verdicts.map(({ key, verdict }): ShownKey => {
    const type = keyType(key) ?? 'unknown type'
    const common = { key, type, fingerprint: fingerprint(key) }
    if (verdict.kind === 'known' || verdict.kind === 'revoked')
      return { ...common, state: verdict.kind, known: verdict.entry }
    if (verdict.kind === 'unknown') return { ...common, state: 'new', known: undefined }
    const stored = verdict.entries.find((entry) => entry.type === type)
    if (isSame && !stored) return { ...common, state: 'new', known: undefined }
    return { ...common, state: 'changed', known: stored ?? verdict.entries[0] }
  })
}
