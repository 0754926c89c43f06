import { terminalText } from '../terminal-text.ts'

export type Clean = (text: string) => string

/** Text as it may be shown: harmless to a terminal, with plain line ends, and without secrets. */
export function cleaner(redact: (text: string) => string): Clean {
  return (text) => redact(terminalText(text.replaceAll(/\r\n?/g, '\n')))
}

/** A name on one line, so that it cannot look like a line of ours. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\n\t]+/g, ' ')
}

/**
 * The same value with every text in it cleaned. Objects of classes, such as errors, stay as they are: what
 * prints them cleans them.
 */
export function cleanTexts<T>(value: T, clean: Clean): T
export function cleanTexts(value: unknown, clean: Clean): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map((item: unknown) => cleanTexts(item, clean))
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [cleanTexts(key, clean), cleanTexts(item, clean)]))
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key), cleanTexts(item, clean)]))
}
