const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of a haproxy time such as 30m, which is in milliseconds where it has no unit; undefined = no time. */
export function secondsOf(text: string | undefined): number | undefined {
  const [, digits, unit] = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text ?? '') ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit ?? 'ms'] ?? 1)
}

/** Seconds; below them `kubectl logs -f`, exec and watches of a quiet cluster are cut off. */
export const SHORT_IDLE = 300
