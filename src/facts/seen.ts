/**
 * What the facts script printed. It prints sections, each after a line of the byte 0x1e (record separator) and
 * the section's name. The section `files` holds all files that the subjects want to read, as `path:line`, because
 * one grep reads a hundred small files in a single process.
 */
export interface Seen {
  /** Text of a section, undefined if the script did not print it. */
  section(name: string): string | undefined
  /** Text of a file without its last newline; undefined if missing, unreadable or empty. */
  file(path: string): string | undefined
  /** Paths of the files seen whose name matches, in the order of reading. */
  paths(pattern: RegExp): string[]
}

const SEPARATOR = '\u001e'

/** Reads the script's output. Text that only looks like a section's start stays part of the section it is in. */
export function readSeen(text: string, names: ReadonlySet<string>): Seen {
  const sections = splitSections(text, names)
  const files = splitFiles(sections.get('files') ?? '')
  return {
    section: (name) => sections.get(name),
    file: (path) => files.get(path)?.join('\n'),
    paths: (pattern) => [...files.keys()].filter((path) => pattern.test(path)),
  }
}

function splitSections(text: string, names: ReadonlySet<string>): Map<string, string> {
  const sections = new Map<string, string>()
  let current = ''
  for (const part of text.split(SEPARATOR).slice(1)) {
    const end = part.indexOf('\n')
    const name = end < 0 ? part : part.slice(0, end)
    if (names.has(name) && !sections.has(name)) {
      current = name
      sections.set(name, part.slice(end + 1))
    } else {
      sections.set(current, `${sections.get(current) ?? ''}${SEPARATOR}${part}`)
    }
  }
  return sections
}

function splitFiles(text: string): Map<string, string[]> {
  const files = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const match = /^(\/[^:]*):(.*)$/s.exec(line)
    if (!match) continue
    const [, path = '', content = ''] = match
    const known = files.get(path)
    if (known) known.push(content)
    else files.set(path, [content])
  }
  return files
}
