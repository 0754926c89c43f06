import { linesOf } from './edited-file.ts'

/** Every type of key that sshd takes. */
const TYPES = new Set([
  ...['sk-ecdsa-sha2-nistp256', 'sk-ssh-ed25519', 'ssh-xmss'].flatMap(certifiable),
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
  ...['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'].flatMap(plain),
  ...['ssh-ed25519', 'ssh-dss', 'ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512'].flatMap(plain),
])

function plain(type: string): string[] {
  return [type, `${type}-cert-v01@openssh.com`]
}

function certifiable(type: string): string[] {
  return [`${type}@openssh.com`, `${type}-cert-v01@openssh.com`]
}

type Options = readonly (readonly [name: string, value: string | undefined])[]

/** A line of an authorized_keys file: a key, or anything else, which stays as it is. */
type Line =
  | { type: string; key: string; options: Options; comment: string; rank: number }
  | { type: undefined; text: string; rank: number }

type Key = Extract<Line, { type: string }>

export interface KeyWishes {
  keys: readonly string[]
  present: boolean
  exclusive: boolean
  options: string | undefined
  comment: string | undefined
}

/**
 * The text of an authorized_keys file with these keys, or without them; undefined: it needs no change. Once it is
 * written at all, each key stands once, as "options type key comment".
 */
export function editKeys(before: string, wishes: KeyWishes): string | undefined {
  const lines = new Map<string, Line>()
  linesOf(before).forEach((text, rank) => {
    const line = readLine(text, rank)
    lines.set(line.type === undefined ? line.text : line.key, line)
  })
  const first = lines.size
  let changed = false
  const wanted = wishes.keys.map((text, rank) => wantedKey(text, rank, wishes))
  for (const key of wanted) {
    const is = lines.get(key.key)
    if (!wishes.present) {
      if (is) changed = lines.delete(key.key)
    } else if (!is || !same(is, key)) {
      lines.set(key.key, { ...key, rank: first + key.rank })
      changed = true
    }
  }
  if (wishes.present && wishes.exclusive) {
    const stay = new Set(wanted.map(({ key }) => key))
    for (const key of Array.from(lines.keys())) if (!stay.has(key)) changed = lines.delete(key) || changed
  }
  if (!changed) return undefined
  return [...lines.values()]
    .toSorted((a, b) => a.rank - b.rank)
    .map(print)
    .join('')
}

/** A key as it was given. Throws TypeError where it is none. */
function wantedKey(text: string, rank: number, { options, comment }: KeyWishes): Key {
  const line = readLine(text, rank)
  if (line.type === undefined) throw new TypeError(`${JSON.stringify(text)} is not a public key`)
  return {
    ...line,
    ...(options !== undefined && { options: readOptions(options) }),
    ...(comment !== undefined && { comment }),
  }
}

/** Whether a text is a line with a public key. */
export function isKey(text: string): boolean {
  return readLine(text, 0).type !== undefined
}

function readLine(text: string, rank: number): Line {
  const words = text
    .replaceAll(String.raw`\#`, '#')
    .split(/[ \t\r\n]+/)
    .filter((word) => word !== '')
  const at = words.findIndex((word) => TYPES.has(word))
  const [type, key] = [words[at], words[at + 1]]
  if (words[0] === '#' || at === -1 || type === undefined || key === undefined)
    return { type: undefined, text, rank }
  const options = readOptions(words.slice(0, at).join(' '))
  return { type, key, options, comment: words.slice(at + 2).join(' '), rank }
}

/** Options have commas between them; those within quotes belong to the option. */
function readOptions(text: string): Options {
  const parts = text.match(/(?:[^,"']|"[^"]*"|'[^']*')+/g) ?? []
  return parts.map((part) => {
    const at = part.indexOf('=')
    return at === -1 ? [part, undefined] : [part.slice(0, at), part.slice(at + 1)]
  })
}

/** The order of different options does not matter. */
function same(is: Line, wanted: Key): boolean {
  return (
    is.type === wanted.type && is.comment === wanted.comment && sorted(is.options) === sorted(wanted.options)
  )
}

function sorted(options: Options): string {
  return JSON.stringify(options.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

function print(line: Line): string {
  if (line.type === undefined) return line.text
  const options = line.options.map(([name, value]) => (value === undefined ? name : `${name}=${value}`))
  return `${options.length > 0 ? `${options.join(',')} ` : ''}${line.type} ${line.key} ${line.comment}\n`
}
