import { hash } from 'node:crypto'

/** One line of a known_hosts file, see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export interface KnownHost {
  file: string
  line: number
  marker: 'revoked' | 'cert-authority' | undefined
  /** Comma-separated patterns, or one hashed name. */
  patterns: string
  type: string
  key: Buffer
}

/** A line that says nothing, and why. */
export interface BadLine {
  file: string
  line: number
  problem: string
}

export interface KnownHosts {
  entries: KnownHost[]
  badLines: BadLine[]
}

const DEFAULT_PORT = 22
/** Bytes that SHA-1 takes at a time. */
const BLOCK = 64

/** Reads the text of a known_hosts file. Never throws: what is wrong is listed, as OpenSSH goes over it. */
export function parseKnownHosts(text: string, file: string): KnownHosts {
  const found: KnownHosts = { entries: [], badLines: [] }
  let line = 0
  for (let start = 0; start < text.length; line += 1) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const words = end === start ? [] : wordsOf(text.slice(start, end))
    start = end + 1
    if (words.length === 0 || words[0]?.startsWith('#')) continue
    const entry = parseLine(words, file, line + 1)
    if (typeof entry === 'string') found.badLines.push({ file, line: line + 1, problem: entry })
    else found.entries.push(entry)
  }
  return found
}

function wordsOf(line: string): string[] {
  return line.split(/[ \t\r]+/).filter((word) => word !== '')
}

function parseLine(words: string[], file: string, line: number): KnownHost | string {
  const mark = words[0]?.startsWith('@') ? words.shift() : undefined
  if (mark !== undefined && mark !== '@revoked' && mark !== '@cert-authority') return `unknown marker ${mark}`
  const [patterns, type, base64] = words
  if (patterns === undefined || type === undefined || base64 === undefined) return 'fewer than three fields'
  const key = Buffer.from(base64, 'base64')
  if (keyType(key) !== type) return `no key of type ${type}`
  return { file, line, marker: mark === undefined ? undefined : readMarker(mark), patterns, type, key }
}

function readMarker(mark: '@revoked' | '@cert-authority'): KnownHost['marker'] {
  return mark === '@revoked' ? 'revoked' : 'cert-authority'
}

/** The type that a public key in SSH's wire format names, such as `ssh-ed25519`. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined
  const length = key.readUInt32BE(0)
  if (length === 0 || length > 64 || key.length < 4 + length) return undefined
  return key.toString('latin1', 4, 4 + length)
}

/** The fingerprint as OpenSSH shows it: `SHA256:…`. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${hash('sha256', key, 'base64').replace(/=+$/, '')}`
}

/** The name under which a host's key is kept: `[host]:port` where the port is not SSH's own. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase()
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`
}

/** The hashed form of a name, with a salt of 20 bytes. */
export function hashName(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${hmac(Buffer.from(name), salt)}`
}

/** HMAC-SHA1, by two plain hashes: known_hosts may have thousands of lines, and this is many times as fast. */
function hmac(name: Buffer, salt: Buffer): string {
  const key = salt.length > BLOCK ? hash('sha1', salt, 'buffer') : salt
  const inner = Buffer.alloc(BLOCK + name.length, 0x36)
  const outer = Buffer.alloc(BLOCK + 20, 0x5c)
  key.forEach((byte, index) => {
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  })
  name.copy(inner, BLOCK)
  hash('sha1', inner, 'buffer').copy(outer, BLOCK)
  return hash('sha1', outer, 'base64')
}

/** Whether the host field of a line is about this name. A negated pattern that matches overrules all others. */
export function matchesHost(patterns: string, name: string): boolean {
  if (patterns.startsWith('|')) return matchesHash(patterns, name)
  let matched = false
  for (const pattern of patterns.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesWildcards(pattern.slice(1), name)) return false
    } else if (!matched && pattern !== '') matched = matchesWildcards(pattern, name)
  }
  return matched
}

function matchesHash(hashed: string, name: string): boolean {
  const [, version, salt, stored] = hashed.split('|')
  if (version !== '1' || !salt || !stored) return false
  // These are names, not secrets: there is nothing to find out by how long a comparison takes.
  return hmac(Buffer.from(name), Buffer.from(salt, 'base64')) === stored
}

/**
 * `*` and `?` as in OpenSSH. It goes back to the last star only, so its time is bounded by the product of the
 * lengths, whatever the pattern.
 */
function matchesWildcards(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0]
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p
      mark = t
      p += 1
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1
      t += 1
    } else if (star >= 0) {
      mark += 1
      p = star + 1
      t = mark
    } else return false
  }
  return /^\**$/.test(pattern.slice(p))
}

/** What known_hosts says about a key that a host shows. */
export type Verdict =
  | { kind: 'known'; entry: KnownHost }
  | { kind: 'unknown'; authority: KnownHost | undefined }
  /** Other keys are known for the host, of the same type if there are any. */
  | { kind: 'changed'; entries: [KnownHost, ...KnownHost[]] }
  | { kind: 'revoked'; entry: KnownHost }

/** The entries about one host: under its name with the port, and under its plain name. */
export interface HostEntries {
  own: readonly KnownHost[]
  plain: readonly KnownHost[]
}

/** Looks up a host. For hashed names every line costs two hashes, so this is done once for a connection. */
export function entriesOf(entries: readonly KnownHost[], host: string, port: number): HostEntries {
  const own = about(entries, knownHostName(host, port))
  return { own, plain: port === DEFAULT_PORT ? own : about(entries, knownHostName(host, DEFAULT_PORT)) }
}

/** Judges the key that a host has shown, by the entries about it. */
export function judge({ own, plain }: HostEntries, key: Buffer): Verdict {
  const revoked = [...own, ...plain].find((entry) => entry.marker === 'revoked' && entry.key.equals(key))
  if (revoked) return { kind: 'revoked', entry: revoked }
  const keys = own.filter((entry) => entry.marker === undefined)
  const same = keys.find((entry) => entry.key.equals(key))
  if (same) return { kind: 'known', entry: same }
  const type = keyType(key)
  const [first, ...rest] = keys.sort((a, b) => Number(b.type === type) - Number(a.type === type))
  if (first) return { kind: 'changed', entries: [first, ...rest] }
  // As OpenSSH does: a key that is kept for the host without a port vouches for its other ports as well.
  const other = plain.find((entry) => entry.marker === undefined && entry.key.equals(key))
  if (other) return { kind: 'known', entry: other }
  return { kind: 'unknown', authority: [...own, ...plain].find((entry) => entry.marker === 'cert-authority') }
}

function about(entries: readonly KnownHost[], name: string): KnownHost[] {
  return entries.filter((entry) => matchesHost(entry.patterns, name))
}

/**
 * The order in which to offer host key algorithms: those of stored keys first, or the host may show a key of a
 * type that was never seen. An RSA key serves three signature algorithms.
 */
export function preferKnown<Name extends string>(
  algorithms: readonly Name[],
  { own, plain }: HostEntries,
): Name[] {
  const stored = own.length > 0 ? own : plain
  const types = new Set(stored.filter(({ marker }) => marker === undefined).map(({ type }) => type))
  const isStored = (algorithm: string): boolean =>
    types.has(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)
  return [...algorithms.filter(isStored), ...algorithms.filter((algorithm) => !isStored(algorithm))]
}
