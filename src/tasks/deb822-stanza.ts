/** What one field of a source of apt may be given as: a switch, a number, a text, or words. */
export type FieldValue = boolean | number | string | readonly string[]

const FOLDER = '/etc/apt/sources.list.d'
export const KEYRINGS = '/etc/apt/keyrings'

/** Files of a source: its stanza, and where its key goes if it is text or bytes. */
export interface SourceFiles {
  stanza: string
  text: string
  bytes: string
}

/** The files that Ansible has for a source of this name; undefined where nothing of it could name a file. */
export function filesOf(name: string): SourceFiles | undefined {
  const base = name
    .toLowerCase()
    .replaceAll(/[_\s]+/g, '-')
    .replaceAll(/[^a-z0-9-]+/g, '')
  if (base === '') return undefined
  return {
    stanza: `${FOLDER}/${base}.sources`,
    text: `${KEYRINGS}/${base}.asc`,
    bytes: `${KEYRINGS}/${base}.gpg`,
  }
}

/**
 * The stanza of a source, by the names of the parameters; those that are undefined are left out. Ansible sorts by the
 * names of the parameters, not by those of the fields.
 */
export function formatStanza(fields: Readonly<Record<string, FieldValue | undefined>>): string {
  return Object.keys(fields)
    .toSorted()
    .map((name) => {
      const value = fields[name]
      return value === undefined ? '' : formatField(name, value)
    })
    .join('')
}

function formatField(name: string, value: FieldValue): string {
  const text = formatValue(value)
  // No blank at the end of a line.
  return `${fieldName(name)}:${text === '' || text.startsWith('\n') ? '' : ' '}${text}\n`
}

function fieldName(param: string): string {
  if (param === 'name') return 'X-Repolib-Name'
  if (param === 'uris') return 'URIs'
  const words = param.split('_').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return words.join('-')
}

function formatValue(value: FieldValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = typeof value === 'object' ? value.join(' ') : String(value)
  return text.includes('\n') ? onOwnLines(text) : text
}

/** Lines that go on must be indented, and none may be empty: a dot stands for that. */
function onOwnLines(text: string): string {
  const lines = text.trim().split(/\r\n|[\n\r\v\f\u001C-\u001E\u0085\u2028\u2029]/)
  return lines.map((line) => `\n    ${line.trim() || '.'}`).join('')
}

/** Why apt would not read such a stanza, and with it none of its sources; undefined where it would. */
export function stanzaProblem(fields: Readonly<Record<string, FieldValue | undefined>>): string | undefined {
  // apt skips what is switched off before it looks any further.
  if (fields['enabled'] === false) return undefined
  for (const needed of ['types', 'uris', 'suites'])
    if (wordsOf(fields[needed]).length === 0) return `${needed} is needed`
  const components = wordsOf(fields['components'])
  for (const suite of wordsOf(fields['suites'])) {
    if (suite.endsWith('/') && components.length > 0)
      return `the suite ${suite} is a path, beside which there are no components`
    if (!suite.endsWith('/') && components.length === 0)
      return `the suite ${suite} needs components; one that is a path ends with /`
  }
  const key = fields['signed_by']
  return typeof key === 'string' ? keyProblem(key) : undefined
}

/** As Python takes an address apart: a scheme makes it one. */
export function isUrl(key: string): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:/i.test(key)
}

function keyProblem(key: string): string | undefined {
  if (key.startsWith('/') || key.includes('-----BEGIN PGP') || isUrl(key)) return undefined
  const isFingerprint = (word: string) => /^[0-9a-f]{32,64}!?$/i.test(word)
  const words = key.split(/[\s,]+/).filter((word) => word !== '')
  if (words.every(isFingerprint)) return undefined
  if (isFingerprint(words.join(''))) return 'signed_by takes a fingerprint without blanks'
  return `signed_by: ${JSON.stringify(key)} is no URL, no absolute path, no fingerprint and no key`
}

function wordsOf(value: FieldValue | undefined): string[] {
  if (value === undefined) return []
  return formatValue(value)
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '.')
}
