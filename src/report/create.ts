import type { Reporter } from './events.ts'
import { JsonReporter } from './json.ts'
import { LinesReporter } from './lines.ts'
import { Output, type OutputStream } from './output.ts'
import { Progress } from './progress.ts'
import { cleaner } from './clean.ts'
import { createStyle } from './style.ts'

export interface ReporterOptions {
  /** pretty: for a terminal, with live progress; plain: lines only; json: JSON Lines on stdout. */
  output: 'pretty' | 'plain' | 'json'
  stdout: OutputStream
  stderr: OutputStream
  color: boolean
  /** How many -v. */
  verbosity: number
  /** Show differences. */
  diff: boolean
  /** Cells of a line. */
  width: number
  /** Named by errors before run-start says it. */
  logFile?: string | undefined
  /** Takes secrets out of a text. */
  redact: (text: string) => string
}

/** The reporter for a run's output. It never throws because of a reader that has gone. */
export function createReporter(options: ReporterOptions): Reporter {
  const { output, color, redact } = options
  const stdout = new Output(options.stdout, redact)
  const stderr = new Output(options.stderr, redact)
  // Already redacted text by text, and a second time could only break the JSON.
  if (output === 'json') return new JsonReporter(new Output(options.stdout, (text) => text), redact)
  const isLive = output === 'pretty' && stderr.isTTY
  const progress = isLive ? new Progress(stderr, createStyle(color), cleaner(redact)) : undefined
  return new LinesReporter({ ...options, stdout, stderr, progress })
}

/** One reporter out of several: every event goes to each of them, in their order. */
export function combine(...reporters: readonly Reporter[]): Reporter {
  return {
    handle: (event) => {
      for (const reporter of reporters) reporter.handle(event)
    },
    close: () => {
      for (const reporter of reporters) reporter.close()
    },
  }
}
