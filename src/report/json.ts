import { toJson } from '../value.ts'
import { errorToJson } from './error-json.ts'
import type { Event, Reporter } from './events.ts'
import type { Output } from './output.ts'

/** Version of the schema in docs/output.md; raised when a field changes its meaning or goes away. */
const SCHEMA = 1

/** One JSON object per event and line. The first one has the field `schema`. */
export class JsonReporter implements Reporter {
  readonly #output: Output
  readonly #redact: (text: string) => string
  #isFirst = true

  constructor(output: Output, redact: (text: string) => string) {
    this.#output = output
    this.#redact = redact
  }

  handle(event: Event): void {
    const { type, ...fields } = eventToJson(event)
    const head = this.#isFirst ? { type, schema: SCHEMA } : { type }
    this.#isFirst = false
    this.#output.write(`${printable(JSON.stringify(redactTexts({ ...head, ...fields }, this.#redact)))}\n`)
  }

  close(): void {
    // Every line is written when its event comes.
  }
}

/** An event as plain data. */
export function eventToJson(event: Event): Record<string, unknown> & { type: string } {
  if (event.type === 'error' || event.type === 'host-unreachable') {
    return { ...event, error: errorToJson(event.error) }
  }
  if (event.type !== 'task-end') return { ...event }
  const { result, ...outcome } = event.outcome
  const values = Object.entries(result).map(([name, value]): [string, unknown] => [name, toJson(value)])
  return { type: event.type, outcome: { ...outcome, result: Object.fromEntries(values) } }
}

/**
 * The data with every text redacted before it becomes JSON: a replacement inside of finished JSON could break
 * it. A number that is a secret becomes text.
 */
export function redactTexts(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'number')
    return redact(String(value)) === String(value) ? value : redact(String(value))
  if (Array.isArray(value)) return value.map((item) => redactTexts(item, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), redactTexts(item, redact)]),
  )
}

/** JSON leaves some control characters and reordering marks as they are; a terminal must not see them. */
function printable(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
