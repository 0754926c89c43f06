/** A section of a repository file: its keys in their order. A value of several lines has line feeds in it. */
export type Section = ReadonlyMap<string, string>

/** A repository file as Python's RawConfigParser reads it. `defaults` is its section [DEFAULT]. */
export interface RepoFile {
  defaults: Section
  sections: ReadonlyMap<string, Section>
}

/** Why a repository file cannot be read; the message says the line. */
export class RepoFileError extends Error {}

const DEFAULT = 'DEFAULT'
const HEADER = /^\[(.+)\]/
const OPTION = /^(.*?)\s*[=:]\s*(.*)$/

/** Reads the text of a repository file. Comments are lost, as they are when Ansible writes such a file. */
export function parseRepoFile(text: string): RepoFile {
  const defaults = new Map<string, string[]>()
  const sections = new Map<string, Map<string, string[]>>()
  let section: Map<string, string[]> | undefined
  let value: string[] | undefined
  let indent = 0
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const words = line.trim()
    if (/^[#;]/.test(words)) continue
    if (words === '') {
      value?.push('')
      continue
    }
    const own = line.length - line.trimStart().length
    if (section && value && own > indent) {
      value.push(words)
      continue
    }
    indent = own
    const wrong = (what: string) => new RepoFileError(`line ${index + 1}: ${what}`)
    const header = HEADER.exec(words)?.[1]
    if (header !== undefined) {
      if (sections.has(header)) throw wrong(`the section [${header}] is there twice`)
      section = header === DEFAULT ? defaults : new Map<string, string[]>()
      if (header !== DEFAULT) sections.set(header, section)
      value = undefined
      continue
    }
    if (!section) throw wrong('a section such as [name] has to come first')
    const [, key = '', first = ''] = OPTION.exec(words) ?? []
    if (key === '') throw wrong(`${JSON.stringify(words)} is not key = value`)
    const name = key.toLowerCase()
    if (section.has(name)) throw wrong(`${name} is there twice`)
    value = [first.trim()]
    section.set(name, value)
  }
  const joined = (values: Map<string, string[]>): Section =>
    new Map([...values].map(([key, parts]) => [key, parts.join('\n').trimEnd()]))
  return {
    defaults: joined(defaults),
    sections: new Map([...sections].map(([name, values]) => [name, joined(values)])),
  }
}

/** The text that Python's configparser writes. */
export function formatRepoFile({ defaults, sections }: RepoFile): string {
  const all: [string, Section][] = [
    ...(defaults.size > 0 ? [[DEFAULT, defaults] as const] : []),
    ...sections,
  ].map(([name, section]) => [name, section])
  const lines = ([key, value]: [string, string]) => `${key} = ${value.replaceAll('\n', '\n\t')}\n`
  return all.map(([name, section]) => `[${name}]\n${[...section].map(lines).join('')}\n`).join('')
}

/** Whether two files say the same, whatever the order of their sections and keys. */
export function saysTheSame(one: RepoFile, other: RepoFile): boolean {
  return canonical(one) === canonical(other)
}

function canonical({ defaults, sections }: RepoFile): string {
  const sorted = (map: Iterable<[string, string]>) =>
    [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const names = [...sections.keys()].sort()
  return JSON.stringify(
    names.map((name) => [name, sorted(new Map([...defaults, ...(sections.get(name) ?? [])]))]),
  )
}
