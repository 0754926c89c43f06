import { InvalidArgumentError } from 'commander'

/** For an option that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** The same, each with commas between its values. */
export function commas(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').map((one) => one.trim())]
}

/** The same, each with colons between its folders. */
export function colons(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(':').filter((one) => one !== '')]
}

/** Of two limits one would be dropped without a word. */
export function once(value: string, before: string | undefined): string {
  if (before === undefined) return value
  throw new InvalidArgumentError(`Give it once, with commas between the terms: ${before},${value}`)
}

/** A whole number from 1 on. */
export function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.')
  return value
}
