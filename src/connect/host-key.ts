import { EXIT, HakubeError } from '../errors.ts'
import {
  type BadLine,
  fingerprint,
  type HostEntries,
  judge,
  keyType,
  type KnownHost,
  knownHostName,
} from './known-hosts.ts'
import { addKnownHost } from './known-hosts-file.ts'
import type { HostKeyChecking } from './target.ts'

/** What decides about the key of one host, see docs/decisions/0002-host-keys.md. */
export interface HostKeyPolicy {
  /** The host's name in the inventory, for messages. */
  host: string
  /** The name and port that its key is kept under. */
  keptAs: string
  port: number
  /** What known_hosts says about it, and the lines there that were not understood. */
  known: HostEntries
  badLines: readonly BadLine[]
  checking: HostKeyChecking
  /** Where `checking` was set to `no`. */
  from: string
  /** The file that accepted keys are added to; undefined keeps them nowhere. */
  addTo: string | undefined
  /** Whether names are added in their hashed form. */
  hashed: boolean
  warn: (message: string) => void
}

/**
 * Accepts the key that a host shows, or throws HakubeError `host-key-unknown`, `host-key-changed`,
 * `host-key-revoked`.
 */
export async function checkHostKey(policy: HostKeyPolicy, key: Buffer): Promise<void> {
  const verdict = judge(policy.known, key)
  if (verdict.kind === 'known') return
  if (verdict.kind === 'revoked') throw revoked(policy, key, verdict.entry)
  if (verdict.kind === 'changed') throw changed(policy, key, verdict.entries)
  if (verdict.authority) throw needsAuthority(policy, key, verdict.authority)
  if (policy.checking === 'strict') throw unknown(policy, key)
  if (policy.checking === 'no') {
    policy.warn(`keys of unknown hosts are accepted unseen, because of ${policy.from}`)
  }
  await keep(policy, key)
}

/** Keeps an accepted key, so that the next run sees when it changes. */
async function keep({ addTo, keptAs, port, hashed, host, warn }: HostKeyPolicy, key: Buffer): Promise<void> {
  if (addTo === undefined) return
  try {
    await addKnownHost(addTo, knownHostName(keptAs, port), key, hashed)
  } catch (error) {
    warn(
      `the key of ${host} could not be added to ${addTo}: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function describe(key: Buffer): string {
  return `${keyType(key) ?? 'unknown type'} ${fingerprint(key)}`
}

function unknown({ host, keptAs, port, badLines }: HostKeyPolicy, key: Buffer): HakubeError {
  const [bad] = badLines
  const unread = bad
    ? ` (${badLines.length} lines were not understood, the first is ${bad.file}:${bad.line}: ${bad.problem})`
    : ''
  return refusal(
    'host-key-unknown',
    host,
    `${knownHostName(keptAs, port)} is not in known_hosts; it shows the key ${describe(key)}${unread}`,
    'compare the fingerprint and keep it by "hakube hosts trust", or run once with --host-key-checking=accept-new',
  )
}

function changed(
  { host, keptAs, port }: HostKeyPolicy,
  key: Buffer,
  entries: readonly [KnownHost, ...KnownHost[]],
): HakubeError {
  const name = knownHostName(keptAs, port)
  const [stored] = entries
  const words =
    stored.type === keyType(key)
      ? `the key of ${name} has changed: it shows ${describe(key)}`
      : `${name} shows a key of a type it had not: ${describe(key)}`
  return refusal(
    'host-key-changed',
    host,
    `${words}, known is ${describe(stored.key)} (${stored.file}:${stored.line})`,
    `somebody may be in between; if the host was set up anew, remove its old key: ssh-keygen -R '${name}' -f ${stored.file}`,
  )
}

function revoked({ host, keptAs }: HostKeyPolicy, key: Buffer, entry: KnownHost): HakubeError {
  return refusal(
    'host-key-revoked',
    host,
    `${keptAs} shows a key that ${entry.file}:${entry.line} marks as revoked: ${describe(key)}`,
    'the key is known to be in wrong hands: do not connect; give the host a new key',
  )
}

function needsAuthority({ host, keptAs, port }: HostKeyPolicy, key: Buffer, entry: KnownHost): HakubeError {
  return refusal(
    'host-key-unknown',
    host,
    `${knownHostName(keptAs, port)} is known by a certificate authority only (${entry.file}:${entry.line}), ` +
      `and host certificates are not supported; its key is ${describe(key)}`,
    "add the host's own key to known_hosts, for example from ssh-keyscan, after comparing its fingerprint",
  )
}

function refusal(code: string, host: string, message: string, hint: string): HakubeError {
  return new HakubeError(message, { code, host, hint, exitCode: EXIT.unreachable })
}
