import { createContext, Script } from 'node:vm'
import { Mistake } from './mistakes.ts'

/** Milliseconds that one search may take. */
const PATIENCE = 5000
// Below these a search ends soon whatever it does, and is not worth a watchdog's fifth of a millisecond.
const HARMLESS = { nested: 20, work: 1e8 }

let context: { run: (() => void) | undefined } | undefined
const script = new Script('run()')

/**
 * Runs a search with a regular expression, and gives it up after five seconds: `(a+)+$` could go on for years.
 * Throws a Mistake then. Expressions that cannot take long on a text of this length run as they are.
 */
export function searching<T>(pattern: RegExp, length: number, run: () => T, patience = PATIENCE): T {
  if (isHarmless(pattern.source, length)) return run()
  const found: T[] = []
  context ??= Object.assign(createContext({}), { run: undefined })
  // Not nested: a search runs no template.
  context.run = () => void found.push(run())
  try {
    script.runInContext(context, { timeout: patience })
  } catch (error) {
    if (!isTimeout(error)) throw error
    throw new Mistake(
      `the regular expression takes more than ${patience / 1000} seconds on a text of ${length} characters`,
      {
        code: 'template-limit',
        hint: 'Look for a repeated group that itself begins or ends with a repetition, such as (a+)+.',
      },
    )
  } finally {
    context.run = undefined
  }
  // Without an error it was run.
  const [result] = found
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return result as T
}

/** The error is one of the other context's own: no instance of this one's Error. */
function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false
  return error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}

function isHarmless(source: string, length: number): boolean {
  if (length <= HARMLESS.nested) return true
  if (/\)[*+{]/.test(source)) return false
  const repetitions = source.match(/[*+]|,\}/g)?.length ?? 0
  return length ** Math.min(3, repetitions + 1) <= HARMLESS.work
}
