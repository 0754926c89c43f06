import { type Results, type Summary, summaryOf } from './results.ts'

/** A compact table for the terminal: a row for each fault, a column for each set-up, median (min–max). */
export function resultTable({ setups, faults, runs }: Results): string {
  const rows = [
    ['seconds', ...setups.map(({ name }) => name)],
    ...faults.map((fault) => [
      fault.name,
      ...setups.map((setup) => cellOf(summaryOf(runs, setup.id, fault.id))),
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const left = runs.filter(({ counts }) => !counts).length
  return [...lines, ...(left > 0 ? [`${left} of ${runs.length} runs do not count`] : [])].join('\n')
}

function cellOf(summary: Summary | undefined): string {
  if (!summary) return '-'
  const { min, max, doubles } = summary
  const range = `${seconds(summary.median)} (${seconds(min)}–${seconds(max)})`
  return doubles > 0 ? `${range}, ${doubles}× two holders` : range
}

/** Infinity: it was not back before it was healed. */
export function seconds(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : 'never'
}
