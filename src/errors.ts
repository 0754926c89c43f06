/** Exit codes of the command line, see docs/exit-codes.md. */
export const EXIT = {
  ok: 0,
  invalid: 1,
  failed: 2,
  pending: 3,
  unreachable: 4,
  unhealthy: 5,
  bug: 70,
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** A place in a text the user wrote. Lines and columns count from 1; `source` is the line's text for the caret. */
export interface Place {
  file: string
  line?: number
  column?: number
  source?: string
}

export interface ErrorDetails {
  /** Stable identifier in kebab-case, for machine-readable output. */
  code: string
  /** What to do about it, one sentence. */
  hint?: string | undefined
  /** The page of the docs that tells more, where the code alone does not say it: docs/modules/copy.md. */
  docs?: string | undefined
  place?: Place | undefined
  host?: string | undefined
  task?: string | undefined
  exitCode?: ExitCode | undefined
  cause?: unknown
}

/** A mistake or failure whose cause we know: shown as a message, never with a stack. */
export class HakubeError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly docs: string | undefined
  readonly place: Place | undefined
  readonly host: string | undefined
  readonly task: string | undefined
  readonly exitCode: ExitCode
  override readonly name: string = 'HakubeError'

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = details.code
    this.hint = details.hint
    this.docs = details.docs
    this.place = details.place
    this.host = details.host
    this.task = details.task
    this.exitCode = details.exitCode ?? EXIT.invalid
  }
}

/** Several known errors found together, such as all mistakes of one file. */
export class HakubeErrors extends HakubeError {
  readonly errors: readonly HakubeError[]
  override readonly name: string = 'HakubeErrors'

  constructor(errors: readonly HakubeError[]) {
    const first = errors[0]
    super(errors.map((error) => error.message).join('\n'), {
      code: first?.code ?? 'errors',
      exitCode: first?.exitCode,
    })
    this.errors = errors
  }
}

/** Throws nothing for no errors, the error itself for one, HakubeErrors for more. */
export function throwAll(errors: readonly HakubeError[]): void {
  const [first, second] = errors
  if (first && !second) throw first
  if (first) throw new HakubeErrors(errors)
}

/** The one place that decides whether an error is the user's or the world's (known) or a bug of ours. */
export function isKnown(error: unknown): error is HakubeError {
  return error instanceof HakubeError
}

/** `file:line:column`, as far as known. */
export function showPlace(place: Place): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':')
}
