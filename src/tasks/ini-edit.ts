import type { Edited } from './edited-file.ts'
import { readLines } from './edited-file.ts'

/** What ini_file is asked for. */
export interface IniEdit {
  state: 'present' | 'absent'
  /** Empty: what is before the first section. */
  section: string
  option: string | undefined
  values: readonly string[]
  /** The option has only these values; else they are there beside others. */
  exclusive: boolean
  noExtraSpaces: boolean
  allowNoValue: boolean
}

interface Line {
  text: string
  /** It is one of those that are wished for. */
  taken: boolean
}

/** A section of the file: its header, if it has one, and the lines up to the next. */
interface Parts {
  before: string[]
  section: Line[] | undefined
  after: string[]
}

/** The text with the option in it, or without it. Ansible's rules, its odd ones too. */
export function editIni(text: string, edit: IniEdit): Edited {
  const lines = readLines(text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n'))
  if (lines.length === 0) lines.push('\n')
  const last = lines.length - 1
  const whole = lines[last]?.endsWith('\n') === true
  if (!whole) lines[last] += '\n'
  const parts = split(lines, edit.section)
  const done = edit.state === 'present' ? put(parts, edit) : remove(parts, edit)
  if (!done && whole) return { text, msg: 'OK' }
  return { text: (done?.lines ?? lines).join(''), msg: done?.msg ?? 'OK' }
}

interface Done {
  lines: string[]
  msg: string
}

/** A section that comes several times counts where it is last, if nothing but itself is between. */
function split(lines: string[], name: string): Parts {
  const header = `[${name}]`
  let start = name === '' ? 0 : -1
  let end = lines.length
  for (const [index, line] of lines.entries()) {
    if (name !== '' && line.startsWith(header)) start = index
    else if (line.startsWith('[') && start !== -1) {
      end = index
      break
    }
  }
  if (start === -1) return { before: lines, section: undefined, after: [] }
  const section = lines.slice(start, end).map((text) => ({ text, taken: false }))
  return { before: lines.slice(0, start), section, after: lines.slice(end) }
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}

/** The value on a line about this option; undefined: the line is about something else. */
function valueOn(line: string, option: string, comments: boolean): string | undefined {
  const lead = comments ? '[#;]?' : ''
  const match = new RegExp(`^${lead}[ \\t]*${escape(option)}[ \\t]*(?:=|$)[ \\t]*(.*)`, 'u').exec(
    line.replace(/\n$/, ''),
  )
  return match?.[1]
}

/** `option = value`, or the option alone. */
function writtenAs({ option = '', noExtraSpaces }: IniEdit, value: string | undefined): string {
  if (value === undefined) return `${option}\n`
  return `${option}${noExtraSpaces ? '=' : ' = '}${value}\n`
}

function put({ before, section, after }: Parts, edit: IniEdit): Done | undefined {
  const { option, allowNoValue, exclusive } = edit
  const left = [...new Set(edit.values)]
  if (!section) return appendSection(before, edit, left)
  if (option === undefined) return undefined
  let msg: string | undefined
  const change = (line: Line, value: string | undefined): void => {
    const text = writtenAs(edit, value)
    if (line.text !== text) msg = 'option changed'
    line.text = text
    line.taken = true
  }
  const bare = keepValues(section, edit, left, change)
  if (exclusive && !allowNoValue) {
    for (const line of section) {
      if (left.length === 0) break
      if (!line.taken && valueOn(line.text, option, true) !== undefined) change(line, left.shift())
    }
    // The header is no option, whatever it looks like.
    const first = edit.section === '' ? 0 : 1
    for (let at = section.length - 1; at >= first; at -= 1) {
      const line = section[at]
      if (!line || line.taken || valueOn(line.text, option, true) === undefined) continue
      section.splice(at, 1)
      msg = 'option changed'
    }
  }
  const added = left.map((value) => writtenAs(edit, value))
  if (added.length === 0 && allowNoValue && !bare) added.push(writtenAs(edit, undefined))
  if (added.length > 0) {
    section.splice(endOf(section), 0, ...added.map((text) => ({ text, taken: true })))
    msg = 'option added'
  }
  if (msg === undefined) return undefined
  return { lines: [...before, ...section.map(({ text }) => text), ...after], msg }
}

/** Lines with a value that is wished for stay; what is left of the wishes is what no line has. True: one is without. */
function keepValues(
  section: readonly Line[],
  edit: IniEdit,
  left: string[],
  change: (line: Line, value: string | undefined) => void,
): boolean {
  const { option = '', allowNoValue } = edit
  let bare = false
  for (const line of section) {
    const value = valueOn(line.text, option, true)
    if (value === undefined) continue
    const at = left.indexOf(value)
    if (at !== -1) {
      const alone = value === '' && allowNoValue
      bare ||= alone
      change(line, alone ? undefined : value)
      left.splice(at, 1)
    } else if (left.length === 0 && allowNoValue) {
      change(line, undefined)
      return true
    }
  }
  return bare
}

/** Behind the last line that is neither empty nor a comment. */
function endOf(section: readonly Line[]): number {
  for (let at = section.length; at > 0; at -= 1)
    if (!/^[ \t]*(?:[#;].*)?\n?$/.test(section[at - 1]?.text ?? '')) return at
  return 0
}

function appendSection(lines: string[], edit: IniEdit, values: readonly string[]): Done {
  const { section, option, allowNoValue } = edit
  const header = `[${section}]\n`
  if (option !== undefined && values.length > 0) {
    const all = values.map((value) => writtenAs(edit, value))
    return { lines: [...lines, header, ...all], msg: 'section and option added' }
  }
  if (option !== undefined && allowNoValue)
    return { lines: [...lines, header, writtenAs(edit, undefined)], msg: 'section and option added' }
  return { lines: [...lines, header], msg: 'only section added' }
}

/** Comments are not touched. */
function remove({ before, section, after }: Parts, edit: IniEdit): Done | undefined {
  const { option, exclusive, values } = edit
  if (!section) return undefined
  if (option === undefined) {
    if (section.length === 0) return undefined
    return { lines: [...before, ...after], msg: 'section removed' }
  }
  const kept = section.filter(({ text }) => {
    const value = valueOn(text, option, false)
    return value === undefined || !(exclusive || values.includes(value))
  })
  if (kept.length === section.length) return undefined
  return { lines: [...before, ...kept.map(({ text }) => text), ...after], msg: 'option changed' }
}
