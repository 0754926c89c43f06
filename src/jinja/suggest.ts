import { distance } from 'fastest-levenshtein'

/** The known name nearest to this one, if it is near enough to be a typo of it. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  // Two letters swapped are two changes, which in a name of one or two letters would be another name.
  const limit = name.length < 3 ? 1 : Math.max(2, Math.floor(name.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    // The length bounds the distance from below: most candidates need no table.
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const found = distance(name.toLowerCase(), candidate.toLowerCase())
    if (found < bestDistance) {
      best = candidate
      bestDistance = found
    }
  }
  return best === name ? undefined : best
}
