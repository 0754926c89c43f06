/** One line of a list of sources. Lines that are no source are kept as they are, up to blanks and comment signs. */
export interface SourceLine {
  valid: boolean
  enabled: boolean
  /** With single blanks where it is valid. */
  source: string
  comment: string
}

/** The lines of apt's lists of sources, by the path of their file, in the order in which apt's tools name them. */
export type Sources = ReadonlyMap<string, readonly SourceLine[]>

const TYPES = new Set(['deb', 'deb-src'])

/** A line as Ansible reads it: `# deb …` is a source that is switched off; behind another # is a comment. */
export function parseLine(text: string): SourceLine {
  let line = text.trim()
  const enabled = !line.startsWith('#')
  if (!enabled) line = line.slice(1)
  const at = line.indexOf('#')
  const comment = at > 0 ? line.slice(at + 1).trim() : ''
  const source = (at > 0 ? line.slice(0, at) : line).trim()
  const words = source.split(/\s+/)
  const valid = TYPES.has(words[0] ?? '')
  return { valid, enabled, source: valid ? words.join(' ') : source, comment }
}

export function parseSources(text: string): SourceLine[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(parseLine)
}

/** The text that Ansible writes for these lines. */
export function formatSources(lines: readonly SourceLine[]): string {
  return lines
    .map(
      ({ enabled, source, comment }) =>
        `${enabled ? '' : '# '}${source}${comment === '' ? '' : ` # ${comment}`}\n`,
    )
    .join('')
}

/** The files that change when a source is to be there: one that is switched off is switched on wherever it is. */
export function withSource(all: Sources, source: string, file: string): Map<string, SourceLine[]> {
  const changed = new Map<string, SourceLine[]>()
  let found = false
  for (const [path, lines] of all) {
    const own = (line: SourceLine) => line.valid && line.source === source
    found ||= lines.some(own)
    if (!lines.some((line) => own(line) && !line.enabled)) continue
    changed.set(
      path,
      lines.map((line) => (own(line) ? { ...line, enabled: true } : line)),
    )
  }
  if (!found)
    changed.set(file, [...(all.get(file) ?? []), { valid: true, enabled: true, source, comment: '' }])
  return changed
}

/** The files that change when a source is to go. What is switched off already stays. */
export function withoutSource(all: Sources, source: string): Map<string, SourceLine[]> {
  const changed = new Map<string, SourceLine[]>()
  for (const [path, lines] of all) {
    const rest = lines.filter((line) => !(line.valid && line.enabled && line.source === source))
    if (rest.length < lines.length) changed.set(path, rest)
  }
  return changed
}

/** The name of the file that a source gets, out of its address: a_example_com_debian.list; undefined without one. */
export function suggestFile(source: string): string | undefined {
  const [address] = source
    .replace(/\[[^\]]+\]/g, '')
    .replace(/[\p{L}\p{N}_]+:\/\//gu, '')
    .split(/\s+/)
    .filter((word) => word !== '' && !TYPES.has(word))
  if (address === undefined) return undefined
  const at = address.indexOf('@')
  const open = at === -1 ? address : address.slice(at + 1)
  return `${open
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean)
    .join('_')}.list`
}
