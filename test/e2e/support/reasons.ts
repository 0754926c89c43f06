import type { TaskOutcome } from '../../../src/report/events.ts'

/** Why so much is unknown, the most frequent reasons first. */
export function reasons(outcomes: readonly TaskOutcome[]): string {
  const counts = new Map<string, number>()
  for (const { status, module, reason } of outcomes) {
    const why = `${module}: ${reason.replaceAll(/\/\S+|"[^"]*"/g, '…')}`
    if (status === 'unknown') counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([why, times]) => `${times} × ${why}`)
    .join('\n')
}
