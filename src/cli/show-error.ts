import { isKnown } from '../errors.ts'
import { cleaner } from '../report/clean.ts'
import { formatError } from '../report/errors.ts'
import { openLog } from '../report/log.ts'
import { createStyle } from '../report/style.ts'
import { wantsColor } from './output.ts'
import type { Terminal } from './terminal.ts'

/** Prints an error that ended a command before its run began. A bug goes to a log file with its stack. */
export async function showError(error: unknown, terminal: Terminal): Promise<void> {
  const same = (text: string) => text
  const log = isKnown(error)
    ? undefined
    : await openLog({ env: terminal.env, redact: same }).catch(() => undefined)
  log?.bug(error)
  log?.reporter.close()
  const lines = formatError(error, {
    style: createStyle(wantsColor(terminal)),
    clean: cleaner(same),
    width: terminal.stderr.columns ?? 100,
    logFile: log?.path,
  })
  terminal.stderr.write(`${lines.join('\n')}\n`)
}
