import { docsOf } from './docs.ts'
import { HakubeErrors, isKnown } from '../errors.ts'

/** An error as plain data, for JSON Lines and the log. */
export function errorToJson(error: unknown): Record<string, unknown> {
  if (!isKnown(error)) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return { code: 'bug', message, stack: error instanceof Error ? error.stack : undefined }
  }
  const { code, message, hint, place, host, task, exitCode } = error
  const errors = error instanceof HakubeErrors ? error.errors.map(errorToJson) : undefined
  return { code, message, hint, docs: docsOf(error), place, host, task, exitCode, errors }
}
