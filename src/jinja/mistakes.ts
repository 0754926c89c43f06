import { HakubeError, type Place, showPlace } from '../errors.ts'
import { closest } from './suggest.ts'

export interface MistakeDetails {
  code?: string
  hint?: string | undefined
  /** Offset in the text, where it is known better than by the node under evaluation. */
  at?: number | undefined
}

/** A mistake whose place is not known where it is found; the engine's entry points turn it into a HakubeError. */
export class Mistake extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly at: number | undefined

  constructor(message: string, details: MistakeDetails = {}) {
    super(message)
    this.code = details.code ?? 'template-error'
    this.hint = details.hint
    this.at = details.at
  }
}

/** Something undefined was used. Whoever looks variables up may meet it in another variable's template. */
export class UndefinedVariable extends HakubeError {
  override readonly name: string = 'UndefinedVariable'

  /** The same with its place, for what is found undefined without one: the first item of an empty list. */
  at(place: Place): UndefinedVariable {
    const { code, hint, message } = this
    return new UndefinedVariable(message, { code, hint, place })
  }
}

/** The column of a text of which only the line is known. */
const UNKNOWN = 0

/** A line longer than this helps nobody to find the mistake. */
const LONGEST_LINE = 500

/** A text together with where it stands, so that offsets can become places. */
export class Source {
  readonly text: string
  readonly place: Place

  constructor(text: string, place: Place) {
    this.text = text
    this.place = place
  }

  /** Where the character at this offset stands in the user's file. */
  placeAt(offset: number): Place {
    if (this.place.column === UNKNOWN) return this.#withoutColumn()
    const before = this.text.slice(0, offset)
    const start = before.lastIndexOf('\n') + 1
    const line = before.split('\n').length - 1
    const column = offset - start + (line === 0 ? (this.place.column ?? 1) : 1)
    const place: Place = { file: this.place.file, line: (this.place.line ?? 1) + line, column }
    const source = this.#lineText(line, start)
    return source === undefined || source.length > LONGEST_LINE ? place : { ...place, source }
  }

  #withoutColumn(): Place {
    const { column: _unknown, ...place } = this.place
    return place
  }

  #lineText(line: number, start: number): string | undefined {
    if (line === 0 && this.place.source !== undefined) return this.place.source
    // The text's own first line is no use for a caret when the column counts from the file's margin.
    if (line === 0 && (this.place.column ?? 1) > 1) return undefined
    const end = this.text.indexOf('\n', start)
    return this.text.slice(start, end < 0 ? undefined : end)
  }

  /** The known error for a mistake at this offset. */
  locate(mistake: Mistake, offset: number): HakubeError {
    const at = mistake.at ?? offset
    return new HakubeError(mistake.message, {
      code: mistake.code,
      hint: mistake.hint,
      place: this.placeAt(Math.min(at, this.text.length)),
    })
  }
}

/** The places that a mistake in a variable's template was reached through are told in its hint, up to so many. */
const LONGEST_TRAIL = 5

/** The same error, with the place that read the variable whose template it is about. */
export function readAt<E extends HakubeError>(error: E, name: string, place: Place): E | HakubeError {
  if (!error.place || error.code === 'recursive-variable') return error
  const step = `${name} at ${showPlace(place)}`
  const { code, hint, message, host, task, exitCode } = error
  const steps = hint?.split(' <- ') ?? []
  if (steps.length > LONGEST_TRAIL) return error
  const isTrail = hint !== undefined && /(?:^| )Read as /.test(hint)
  const told = isTrail ? `${hint} <- ${step}` : `${hint === undefined ? '' : `${hint} `}Read as ${step}`
  const details = { code, hint: told, place: error.place, host, task, exitCode, cause: error }
  return error instanceof UndefinedVariable
    ? new UndefinedVariable(message, details)
    : new HakubeError(message, details)
}

/** "did you mean …?" where a known name is near, else what is known, else nothing. */
export function suggestion(name: string, known: Iterable<string>): string | undefined {
  const near = closest(name, known)
  return near === undefined ? undefined : `Did you mean ${near}?`
}
