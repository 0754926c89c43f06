import { showPlace } from '../../errors.ts'
import { table, truncate, type Cell } from '../../report/columns.ts'
import type { Style } from '../../report/style.ts'
import { terminalText } from '../../terminal-text.ts'
import type { Value } from '../../value.ts'
import type { Explanation, Row } from './explain.ts'
import { printJson } from './print.ts'

const MAX_VALUE = 60

/** One variable: every place that sets it, the winner first. */
export function explanationText({ host, name, settings, notes }: Explanation, style: Style): string {
  const rows = settings.map((row, index): Cell[] => {
    const paint = index === 0 ? style.bold : style.dim
    return [index === 0 ? '→' : '', onOneLine(row.value), row.by, placeOf(row), row.why].map((text) => ({
      text: terminalText(text),
      paint,
    }))
  })
  const columns = ['', 'value', 'set by', 'at', 'why it wins over the next'].map((title) => ({ title }))
  const only = settings.length === 1 ? columns.slice(0, -1) : columns
  const lines = table(
    only,
    rows.map((row) => row.slice(0, only.length)),
    style.dim,
  )
  const remarks = notes.map((note) => `note: ${note}`)
  return [style.bold(`${terminalText(host)}.${terminalText(name)}`), '', ...lines, ...remarks]
    .map((line) => `${line}\n`)
    .join('')
}

/** Every variable of a host with the place that wins. */
export function overviewText(explanations: readonly Explanation[], style: Style): string {
  const rows = explanations.flatMap(({ name, settings }): Cell[][] => {
    const [first] = settings
    if (!first) return []
    const others = settings.slice(1).filter((row) => row.from !== 'default').length
    const over = others === 0 ? '' : `${others}`
    return [
      [name, onOneLine(first.value), first.by, placeOf(first), over].map((text) => ({
        text: terminalText(text),
      })),
    ]
  })
  const columns = ['variable', 'value', 'set by', 'at', 'overrides'].map((title) => ({ title }))
  return table(columns, rows, style.dim)
    .map((line) => `${line}\n`)
    .join('')
}

/** The same as data. */
export function explanationData({ host, name, settings, notes }: Explanation): Value {
  return new Map<string, Value>([
    ['host', host],
    ['variable', name],
    [
      'settings',
      settings.map(
        (row, index): Value =>
          new Map<string, Value>([
            ['wins', index === 0],
            ['value', row.value],
            ['set_by', row.by],
            ['file', row.place?.file ?? null],
            ['line', row.place?.line ?? null],
            ['column', row.place?.column ?? null],
            ['why', row.why],
          ]),
      ),
    ],
    ['notes', [...notes]],
  ])
}

function placeOf({ place }: Row): string {
  return place ? showPlace(place) : ''
}

function onOneLine(value: Value): string {
  return truncate(printJson(value).replaceAll(/\n\s*/g, ' '), MAX_VALUE)
}
