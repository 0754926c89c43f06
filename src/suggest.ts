import { distance } from 'fastest-levenshtein'

/** The known word that was probably meant, undefined where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const letters = lettersOf(word)
  const limit = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
  let best: { word: string; distance: number } | undefined
  for (const candidate of known) {
    const apart = distance(word.toLowerCase(), candidate.toLowerCase())
    // Two letters that changed places are one slip of the fingers, not two.
    const far = apart === 2 && lettersOf(candidate) === letters ? 1 : apart
    if (far > limit) continue
    // A letter left out is likelier than a letter exchanged: of two as near, the longer one.
    const nearer =
      !best || far < best.distance || (far === best.distance && candidate.length > best.word.length)
    if (nearer) best = { word: candidate, distance: far }
  }
  return best?.word
}

function lettersOf(word: string): string {
  return Array.from(word.toLowerCase()).sort().join('')
}

/** `did you mean "x"?`, or undefined. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const near = nearest(word, known)
  return near === undefined ? undefined : `did you mean "${near}"?`
}

/** One letter more, less or other, or two that changed places; digits tell names apart on purpose. */
export function isSlip(a: string, b: string): boolean {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  if (/\d/.test(left + right)) return false
  if (left.length <= 1 && right.length <= 1) return true
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0]
}
