import { HakubeError, throwAll } from '../errors.ts'
import type { Place } from '../errors.ts'
import { maskSecrets } from '../yaml/mask.ts'

/** A setting as it is written, and where its value begins. */
export interface Entry {
  value: string
  place: Place
}

export type Section = ReadonlyMap<string, Entry>

interface State {
  file: string
  sections: Map<string, Map<string, Entry>>
  current: Map<string, Entry> | undefined
  name: string
  /** The setting that an indented line would go on with. */
  open: { entry: Entry; lines: string[] } | undefined
  indent: number
  errors: HakubeError[]
}

const HEADER = /^\[(.+)\]/
const SETTING = /^(.*?)\s*(?:[=:]\s*(.*))$/

/**
 * Reads an ansible.cfg as Python's ConfigParser does for Ansible: names in lower case, `=` or `:`, lines that begin
 * with # or ;, comments after a blank and ;, values that go on in indented lines, no `%` interpolation. Settings
 * under [DEFAULT] hold for every section.
 * Throws HakubeError `config-syntax` with place, HakubeErrors for several.
 */
export function parseConfig(text: string, file: string): ReadonlyMap<string, Section> {
  const state: State = {
    file,
    sections: new Map(),
    current: undefined,
    name: '',
    open: undefined,
    indent: 0,
    errors: [],
  }
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  for (const [index, line] of lines.entries()) readLine(line.replace(/\r$/, ''), index + 1, state)
  finish(state)
  throwAll(state.errors)
  const common = state.sections.get('DEFAULT') ?? new Map<string, Entry>()
  return new Map([...state.sections].map(([name, own]) => [name, new Map([...common, ...own])]))
}

function readLine(line: string, number: number, state: State): void {
  const { text, isComment } = withoutComment(line)
  if (text === '') {
    // An empty line may stand within a value; a comment may not become a part of it.
    if (!isComment) state.open?.lines.push('')
    return
  }
  const indent = line.length - line.trimStart().length
  if (state.open && indent > state.indent) {
    state.open.lines.push(text)
    return
  }
  finish(state)
  state.indent = indent
  const place = { file: state.file, line: number, column: indent + 1, source: maskSecrets(line) }
  const header = HEADER.exec(text)
  if (header) openSection(header[1] ?? '', place, state)
  else readSetting(text, place, state)
}

/** What a line says, stripped. Only a ; after a blank begins a comment within a line. */
function withoutComment(line: string): { text: string; isComment: boolean } {
  if (/^\s*[#;]/.test(line)) return { text: '', isComment: true }
  const at = line.search(/(?<=\s);/)
  return at === -1
    ? { text: line.trim(), isComment: false }
    : { text: line.slice(0, at).trim(), isComment: true }
}

function openSection(name: string, place: Place, state: State): void {
  const known = state.sections.get(name)
  if (known && name !== 'DEFAULT')
    fail(`the section [${name}] is here a second time`, place, 'Merge the two.', state)
  state.current = known ?? new Map()
  state.name = name
  state.sections.set(name, state.current)
}

function readSetting(text: string, place: Place, state: State): void {
  const [, written = '', value = ''] = SETTING.exec(text) ?? []
  const name = written.trim().toLowerCase()
  if (!state.current) {
    fail('this stands before the first section', place, 'Write [defaults] above it.', state)
  } else if (name === '') {
    fail('this is neither a section nor a setting', place, 'Write [section], or name = value.', state)
  } else if (state.current.has(name)) {
    const before = state.current.get(name)?.place.line ?? '?'
    const hint = `Remove one of the two: the other one is in line ${before}.`
    fail(`${name} stands a second time in [${state.name}]`, place, hint, state)
  } else {
    const column = (place.column ?? 1) + text.length - value.length
    const entry = { value, place: { ...place, column } }
    state.current.set(name, entry)
    state.open = { entry, lines: [value] }
  }
}

function finish(state: State): void {
  if (state.open) state.open.entry.value = state.open.lines.join('\n').trimEnd()
  state.open = undefined
}

function fail(message: string, place: Place, hint: string, { errors }: State): void {
  errors.push(new HakubeError(message, { code: 'config-syntax', place, hint }))
}
