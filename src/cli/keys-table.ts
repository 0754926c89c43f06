import { fingerprint as fingerprintOf } from '../connect/known-hosts.ts'
import type { ShownKey, Survey } from '../connect/survey.ts'
import { type Cell, type Column, count, table } from '../report/columns.ts'
import type { Style } from '../report/style.ts'
import { terminalText } from '../terminal-text.ts'

const COLUMNS: readonly Column[] = [
  { title: 'host' },
  { title: 'address' },
  { title: 'type' },
  { title: 'fingerprint' },
  { title: 'known_hosts' },
]

/** The keys of hosts, one in a line, beside what is known about them. */
export function keysTable(surveys: readonly Survey[], style: Style): string {
  const rows = surveys.flatMap((survey) => survey.keys.map((key) => rowOf(survey, key, style)))
  const keys = surveys.flatMap((survey) => survey.keys)
  const sums = (['known', 'new', 'changed', 'revoked'] as const)
    .map((state) => [state, keys.filter((key) => key.state === state).length] as const)
    .filter(([, number]) => number > 0)
    .map(([state, number]) => `${number} ${state}`)
  const summary = `${count(surveys.length, 'host')}, ${count(keys.length, 'key')}: ${sums.join(', ')}`
  return [...table(COLUMNS, rows, style.bold), '', summary].map((line) => `${line}\n`).join('')
}

function rowOf({ stop, keptAs }: Survey, key: ShownKey, style: Style): Cell[] {
  const names = stop.names.join(',')
  const host = stop.isJump ? `jump host of ${names}` : names
  return [
    { text: terminalText(host) },
    { text: terminalText(keptAs) },
    { text: terminalText(key.type.replace(/^ssh-|-sha2-nistp\d+$/g, '')) },
    { text: key.fingerprint },
    { text: terminalText(words(key)), paint: paintOf(key, style) },
  ]
}

function words({ state, known }: ShownKey): string {
  const place = known ? `${known.file}:${known.line}` : ''
  if (state === 'known') return 'known'
  if (state === 'new') return 'new'
  if (state === 'revoked') return `REVOKED by ${place}`
  return `CHANGED, was ${known?.type ?? ''} ${known ? fingerprintOf(known.key) : ''} (${place})`
}

function paintOf({ state }: ShownKey, style: Style): (text: string) => string {
  if (state === 'known') return style.dim
  return state === 'new' ? style.green : (text) => style.red(style.bold(text))
}
