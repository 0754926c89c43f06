import { LookupFailure } from '../../jinja/index.ts'

/** Sections by name, with their options by name; null for an option without a value. */
export type ConfigText = Map<string, Map<string, string | null>>

interface Style {
  /** Names of options count as they are written; otherwise in lower case. */
  keepCase: boolean
  allowNoValue: boolean
}

/**
 * An INI text as Python's ConfigParser reads it: `[DEFAULT]` lends its options to all sections, indented lines go on
 * with the value before, and `%(name)s` stands for another option. Throws LookupFailure for what it cannot read.
 */
export function parseConfig(text: string, style: Style): ConfigText {
  const raw = readSections(text, style)
  const defaults = raw.get('DEFAULT') ?? new Map<string, string | null>()
  raw.delete('DEFAULT')
  const out: ConfigText = new Map()
  for (const [name, own] of raw) {
    const all = new Map([...defaults, ...own])
    out.set(
      name,
      new Map([...all].map(([key, value]) => [key, value === null ? null : filled(value, all, 0)])),
    )
  }
  return out
}

function readSections(text: string, style: Style): ConfigText {
  const sections: ConfigText = new Map()
  let section: Map<string, string | null> | undefined
  let option: string | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const bare = line.trim()
    const where = `line ${index + 1}`
    if (/^[#;]/.test(bare)) continue
    const goesOn = /^\s/.test(line) && section !== undefined && option !== undefined
    if (bare === '' || goesOn) {
      if (section && option !== undefined) append(section, option, bare)
      continue
    }
    const header = /^\[(.+)\]/.exec(bare)?.[1]
    if (header !== undefined) {
      if (sections.has(header) && header !== 'DEFAULT')
        throw new LookupFailure(`${where}: the section ${header} is there twice`)
      sections.set(header, (section = sections.get(header) ?? new Map<string, string | null>()))
      option = undefined
      continue
    }
    if (!section) throw new LookupFailure(`${where}: an option stands before the first section`)
    const [, name = '', , value] = /^(.*?)\s*(?:([=:])\s*(.*))?$/.exec(bare) ?? []
    if (value === undefined && !style.allowNoValue)
      throw new LookupFailure(`${where}: '${bare}' has no value`)
    option = style.keepCase ? name : name.toLowerCase()
    if (section.has(option)) throw new LookupFailure(`${where}: the option ${option} is there twice`)
    section.set(option, value ?? null)
  }
  for (const own of sections.values()) for (const [key, value] of own) own.set(key, value?.trimEnd() ?? null)
  return sections
}

function append(section: Map<string, string | null>, option: string, line: string): void {
  const value = section.get(option)
  if (value !== null && value !== undefined) section.set(option, `${value}\n${line}`)
}

function filled(value: string, options: ReadonlyMap<string, string | null>, depth: number): string {
  if (depth > 10) throw new LookupFailure(`'${value}' refers to itself`)
  return value.replaceAll(/%(?:%|\(([^)]+)\)s|)/g, (all, name?: string) => {
    if (all === '%%') return '%'
    const other = name === undefined ? undefined : options.get(name.toLowerCase())
    if (other === undefined)
      throw new LookupFailure(`'${value}' has a % that is neither %% nor the name of an option`)
    return filled(other ?? '', options, depth + 1)
  })
}
