import { distance } from 'fastest-levenshtein'

/** The known word that was probably meant, undefined where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  // Two letters that changed places count as two.
  const limit = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
  let best: { word: string; distance: number } | undefined
  for (const candidate of known) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase())
    if (far > limit) continue
    // A letter left out is likelier than a letter exchanged: of two as near, the longer one.
    const nearer =
      !best || far < best.distance || (far === best.distance && candidate.length > best.word.length)
    if (nearer) best = { word: candidate, distance: far }
  }
  return best?.word
}

/** `did you mean "x"?`, or undefined. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const near = nearest(word, known)
  return near === undefined ? undefined : `did you mean "${near}"?`
}
