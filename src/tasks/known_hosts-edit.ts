import { matchesHost } from '../connect/known-hosts.ts'

/** One entry of a known_hosts file, as it is written. */
export interface HostKey {
  /** @cert-authority or @revoked. */
  marker: string | undefined
  host: string
  type: string
  key: string
}

/** Reads a line; undefined: it is a comment, empty, or no entry. */
export function readHostKey(line: string): HostKey | undefined {
  const words = line.trim().split(/\s+/)
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined
  const [host, type, key] = words
  if (host === undefined || host.startsWith('#') || type === undefined || key === undefined) return undefined
  return { marker, host, type, key }
}

/** Whether an entry is about this host, hashed or not. */
export function isAbout(entry: HostKey, name: string): boolean {
  return matchesHost(entry.host, name)
}

/**
 * The text with this key of the host. The first line that is about the host and has the same type of key gives way
 * to it; others stay. Undefined: the very line is there.
 */
export function withHostKey(text: string, name: string, wanted: HostKey, line: string): string | undefined {
  const lines = linesWithEnds(text)
  const found = find(lines, name, wanted)
  if (found?.same) return undefined
  const rest = found ? lines.toSpliced(found.at, 1) : lines
  return `${rest.join('')}${line}\n`
}

/** The text without the host's key of this type, or without all of its lines. Undefined: there is none. */
export function withoutHostKey(text: string, name: string, wanted: HostKey | undefined): string | undefined {
  const lines = linesWithEnds(text)
  if (wanted) {
    const found = find(lines, name, wanted)
    return found ? lines.toSpliced(found.at, 1).join('') : undefined
  }
  const rest = lines.filter((line) => {
    const entry = readHostKey(line)
    // A pattern may be about other hosts, too.
    return !entry || /[*?!]/.test(entry.host) || !isAbout(entry, name)
  })
  return rest.length === lines.length ? undefined : rest.join('')
}

function find(
  lines: readonly string[],
  name: string,
  wanted: HostKey,
): { at: number; same: boolean } | undefined {
  for (const [at, line] of lines.entries()) {
    const entry = readHostKey(line)
    if (!entry || !isAbout(entry, name)) continue
    const hashed = entry.host.startsWith('|1|') && wanted.host.startsWith('|1|')
    const same =
      entry.marker === wanted.marker &&
      entry.type === wanted.type &&
      entry.key === wanted.key &&
      (hashed || entry.host === wanted.host)
    if (same || entry.type === wanted.type) return { at, same }
  }
  return undefined
}

/** Lines with their ends; the last one gets one. */
function linesWithEnds(text: string): string[] {
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `${line}\n`)
}
