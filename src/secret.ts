import { inspect } from 'node:util'
import { quote } from './shell/sh.ts'

const REDACTED = '********'

/** A text that must not be seen: every way of printing it prints a redaction. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. Only what sends it to its destination calls this. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}

/** Shorter texts are not replaced: they would eat half of every output and hide nothing. */
const MIN_LENGTH = 3

/** Replaces registered secrets in texts, in the forms in which they get into scripts, logs and errors. */
export class Redactor {
  readonly #forms = new Set<string>()
  #searches: readonly (RegExp | string)[] | undefined

  add(secret: Secret | string): void {
    const text = typeof secret === 'string' ? secret : secret.reveal()
    for (const form of formsOf(text)) if (form.length >= MIN_LENGTH) this.#forms.add(form)
    this.#searches = undefined
  }

  /** The text with every registered secret replaced; the longest match wins. */
  redact(text: string): string {
    if (this.#forms.size === 0) return text
    this.#searches ??= searchesFor([...this.#forms])
    return this.#searches.reduce<string>((rest, search) => rest.replaceAll(search, REDACTED), text)
  }
}

// V8 refuses patterns of more than about 60,000 characters, with a message that shows them.
const MAX_PATTERN = 20_000

/** What to look for, long texts before short ones: few patterns of many texts each, and texts too long for any. */
function searchesFor(texts: string[]): (RegExp | string)[] {
  const longestFirst = texts.sort((a, b) => b.length - a.length)
  const searches: (RegExp | string)[] = longestFirst.filter((text) => text.length > MAX_PATTERN)
  let open: string[] = []
  let length = 0
  const close = (): void => {
    if (open.length > 0) searches.push(new RegExp(open.join('|'), 'g'))
    open = []
    length = 0
  }
  for (const text of longestFirst) {
    if (text.length > MAX_PATTERN) continue
    const escaped = text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    if (length + escaped.length > MAX_PATTERN) close()
    open.push(escaped)
    length += escaped.length
  }
  close()
  return searches
}

/** As it is, trimmed, each line of a longer one, quoted for a shell, as a JSON string, percent-encoded, in base64. */
function formsOf(text: string): string[] {
  const own = text.split(/\r?\n/).filter((line) => line.trim().length >= 8)
  const plain = [text, text.trim(), ...own]
  return plain.flatMap((form) => [
    form,
    ...(form.includes('\0') ? [] : [insideQuotes(quote(form))]),
    JSON.stringify(form).slice(1, -1),
    encodeURIComponent(form.replaceAll(/\p{Surrogate}/gu, '\u{FFFD}')),
    ...base64Forms(form),
  ])
}

function insideQuotes(quoted: string): string {
  return quoted.startsWith("'") ? quoted.slice(1, -1) : quoted
}

/**
 * A secret inside a longer text that is sent as base64 shows up in one of three ways, by its offset in a group
 * of three bytes. The characters at either end mix with the neighbours and are left out.
 */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text)
  if (bytes.length < 6) return [bytes.toString('base64')]
  const inner = [0, 1, 2].map((offset) => {
    const start = (3 - offset) % 3
    return bytes.subarray(start, start + Math.floor((bytes.length - start) / 3) * 3).toString('base64')
  })
  return [bytes.toString('base64'), ...inner]
}
