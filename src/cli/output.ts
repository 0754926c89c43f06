import { createReporter } from '../report/create.ts'
import type { Reporter } from '../report/events.ts'
import type { SharedOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** The reporter that fits the terminal and the options. */
export function reporterFor(
  options: Pick<SharedOptions, 'output' | 'verbose'> & { diff?: boolean },
  terminal: Terminal,
  redact: (text: string) => string,
  logFile?: string,
): Reporter {
  const { env, stdout, stderr } = terminal
  return createReporter({
    output:
      options.output ?? (stderr.isTTY === true && stdout.isTTY === true && !env['CI'] ? 'pretty' : 'plain'),
    stdout,
    stderr,
    color: wantsColor(terminal),
    verbosity: options.verbose,
    diff: options.diff ?? false,
    width: stdout.columns ?? 100,
    redact,
    logFile,
  })
}

/** NO_COLOR and FORCE_COLOR as their conventions say; else colour where a terminal shows it. */
export function wantsColor({ env, stdout }: Terminal): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return stdout.isTTY === true && env['TERM'] !== 'dumb'
}
