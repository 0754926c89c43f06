import { parseCsv } from '../../jinja/filters/csv.ts'
import { LookupFailure, str, type Lookup } from '../../jinja/index.ts'
import type { Dict, Value } from '../../value.ts'
import { matchStart } from '../../jinja/regex.ts'
import { truthOf } from '../../truth.ts'
import { parseConfig } from './config-text.ts'

type Options = Map<string, Value>

/** Ansible's `ini` and `csvfile`: values from tables that lie on the controller. */
export function tableLookups(textOf: (name: string) => string): [string, Lookup][] {
  const ini: Lookup = (terms, given) =>
    terms.flatMap((term) => {
      const { key, options } = inline(str(term), given, INI)
      return iniValues(key, options, textOf(str(options.get('file') ?? '')))
    })
  const csvfile: Lookup = (terms, given) =>
    terms.flatMap((term) => {
      const { key, options } = inline(str(term), given, CSV)
      return csvValue(key, options, textOf(str(options.get('file') ?? '')))
    })
  return [
    ['ini', ini],
    ['csvfile', csvfile],
  ]
}

const INI: Options = new Map<string, Value>([
  ['type', 'ini'],
  ['file', 'ansible.ini'],
  ['section', 'global'],
  ['re', false],
  ['encoding', 'utf-8'],
  ['default', ''],
  ['case_sensitive', false],
  ['allow_no_value', false],
  ['allow_none', false],
])
const CSV: Options = new Map<string, Value>([
  ['col', '1'],
  ['default', null],
  ['delimiter', 'TAB'],
  ['file', 'ansible.csv'],
  ['encoding', 'utf-8'],
])

/** The key, and the options: given by name, or behind the key as old playbooks write them. */
function inline(term: string, given: Dict, defaults: Options): { key: string; options: Options } {
  const options = new Map(defaults)
  const set = (name: string, value: Value): void => {
    if (!defaults.has(name)) {
      throw new LookupFailure(
        `'${name}' is no option of this lookup: it knows ${[...defaults.keys()].join(', ')}`,
      )
    }
    options.set(name, value)
  }
  for (const [name, value] of given) set(String(name), value)
  const words = term.split(/ +(?=\w+=)/)
  const [key = '', ...rest] = words
  for (const word of rest) set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))
  if (!/^utf-?8$/i.test(str(options.get('encoding') ?? '')))
    throw new LookupFailure('only the encoding utf-8 is supported')
  return { key: key.trim(), options }
}

function iniValues(key: string, options: Options, text: string): Value[] {
  const properties = options.get('type') === 'properties'
  const section = properties ? 'java_properties' : str(options.get('section') ?? '')
  const isSet = (name: string) => truthOf(options.get(name) ?? false) ?? false
  const isExact = isSet('case_sensitive')
  const parsed = parseConfig(properties ? `[java_properties]\n${text}` : text, {
    keepCase: isExact,
    allowNoValue: isSet('allow_no_value') || isSet('allow_none'),
  })
  const entries = parsed.get(section)
  if (!entries) throw new LookupFailure(`No section '${section}' in ${str(options.get('file') ?? '')}`)
  if (isSet('re')) {
    return [...entries].filter(([name]) => matchStart(key, name) !== undefined).map(([, value]) => value)
  }
  const name = isExact ? key : key.toLowerCase()
  const value = entries.has(name) ? entries.get(name) : options.get('default')
  return value === null || value === undefined ? [] : [value]
}

function csvValue(key: string, options: Options, text: string): Value[] {
  if (key === '') throw new LookupFailure('csvfile takes what to look for in the first column')
  const named = str(options.get('delimiter') ?? '')
  const delimiter = named === 'TAB' || named === '\\t' ? '\t' : named
  if (delimiter.length !== 1) throw new LookupFailure('the delimiter must be one character')
  const row = parseCsv(text, { delimiter, skipSpace: false, strict: false }).find(([first]) => first === key)
  const fallback = options.get('default') ?? null
  if (!row) return fallback === null ? [] : [fallback]
  const column = Number(options.get('col'))
  const value = row.at(column)
  if (value === undefined)
    throw new LookupFailure(`the row of '${key}' has no column ${str(options.get('col') ?? '')}`)
  return [value]
}
