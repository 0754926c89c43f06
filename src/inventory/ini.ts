import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { Value } from '../value.ts'
import type { Warning } from '../yaml/load.ts'
import { parseHostLine, passwordWarning } from './ini-host.ts'
import type { HostItem } from './ini-host.ts'
import { invalid, typed } from './ini-value.ts'
import { isPassword } from './passwords.ts'
import { BLANK, placeIn, splitLines, strip } from './lines.ts'
import type { Line } from './lines.ts'

export type SectionType = 'hosts' | 'children' | 'vars'

export type IniItem =
  | { kind: 'section'; group: string; type: SectionType; place: Place }
  | ({ kind: 'host'; group: string } & HostItem)
  | { kind: 'child'; group: string; name: string; place: Place }
  | { kind: 'variable'; group: string; key: string; value: Value; place: Place }

export interface IniFile {
  items: IniItem[]
  errors: HakubeError[]
  warnings: Warning[]
}

const HEADER = new RegExp(`^\\[([^:\\]${BLANK}]+)(?::([\\p{L}\\p{N}_]+))?\\][${BLANK}]*(?:#.*)?$`, 'u')
const CHILD = new RegExp(`^([^:\\]${BLANK}]+)[${BLANK}]*(?:#.*)?$`)

interface Section {
  group: string
  /** Undefined after a broken header: what follows cannot be judged. */
  type: SectionType | undefined
}

/** Reads an INI inventory line by line; says nothing yet about groups that are missing. Of a hidden text no place shows a line. */
export function parseIni(text: string, file: string, hidden = false): IniFile {
  const out: IniFile = { items: [], errors: [], warnings: [] }
  let section: Section = { group: 'ungrouped', type: 'hosts' }
  for (const line of splitLines(text, file, hidden)) {
    if (line.text === '' || line.text.startsWith('#') || line.text.startsWith(';')) continue
    const header = readHeader(line, out)
    if (header) section = header
    else readLine(line, section, out)
  }
  return out
}

function readHeader(line: Line, out: IniFile): Section | undefined {
  if (!line.text.startsWith('[')) return undefined
  const match = HEADER.exec(line.text)
  if (!match) {
    if (!line.text.endsWith(']')) return readAlmostHeader(line, out)
    out.errors.push(invalid(`"${line.text}" is not a section header`, line.place, headerHint(line.text)))
    return { group: '', type: undefined }
  }
  const [, group = '', type = 'hosts'] = match
  if (type !== 'hosts' && type !== 'children' && type !== 'vars') {
    const hint = `Write [${group}], [${group}:vars] or [${group}:children].`
    out.errors.push(invalid(`the section [${group}:${type}] is of an unknown type`, line.place, hint))
    return { group, type: undefined }
  }
  out.items.push({ kind: 'section', group, type, place: placeIn(line, 1) })
  return { group, type }
}

/** Ansible takes `[web] ; comment` for a host with a broken range; only the message is ours. */
function readAlmostHeader(line: Line, out: IniFile): Section | undefined {
  const match = /^\[[^\]]+\]\s*;/.exec(line.text)
  if (!match) return undefined
  const hint = `Start the comment with #: ${line.text.replace(/\s*;/, '  #')}`
  out.errors.push(invalid('";" does not start a comment after a section header', line.place, hint))
  return { group: '', type: undefined }
}

function headerHint(text: string): string {
  const name = strip(text.slice(1, -1))
  if (/^[0-9a-f:.]+$/i.test(name) && name.includes('::'))
    return `Write an IPv6 host without brackets: ${name}`
  if (/^[^\s:[\]]+(:\w+)?$/.test(name)) return `Remove the blanks: [${name}]`
  if (/^[^:[\]]+$/.test(name)) return `A group name has no blanks: [${name.replaceAll(/\s+/g, '_')}]`
  return 'A header is [group], [group:vars] or [group:children].'
}

function readLine(line: Line, section: Section, out: IniFile): void {
  const { group, type } = section
  try {
    if (type === 'hosts') out.items.push({ kind: 'host', group, ...parseHostLine(line, out.warnings) })
    else if (type === 'children') out.items.push({ kind: 'child', group, ...readChild(line) })
    else if (type === 'vars') out.items.push({ kind: 'variable', group, ...readVariable(line, out.warnings) })
  } catch (error) {
    if (!(error instanceof HakubeError)) throw error
    out.errors.push(error)
  }
}

function readChild(line: Line): { name: string; place: Place } {
  const name = CHILD.exec(line.text)?.[1]
  if (name !== undefined) return { name, place: line.place }
  throw invalid(`"${line.text}" is not the name of a group`, line.place, 'Write one group name per line.')
}

function readVariable(line: Line, warnings: Warning[]): { key: string; value: Value; place: Place } {
  const equals = line.text.indexOf('=')
  if (equals === -1) {
    const colon = /^([^\s:]+)\s*:\s*(.*)$/.exec(line.text)
    const hint = colon ? `Write ${colon[1] ?? ''}=${colon[2] ?? ''}` : 'Write key=value, one per line.'
    throw invalid(`"${line.text}" sets no variable: there is no "="`, line.place, hint)
  }
  const key = strip(line.text.slice(0, equals))
  const written = strip(line.text.slice(equals + 1))
  const variable = { key, value: typed(written, line.place), place: line.place }
  if (isPassword(key)) warnings.push(...passwordWarning(written, variable))
  return variable
}
