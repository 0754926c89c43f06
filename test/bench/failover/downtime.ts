/** One request of the open-loop client. */
export interface Request {
  /** When it was due, in seconds of the epoch. */
  at: number
  /** Milliseconds from then to its end. */
  ms: number
  /** Milliseconds that it was sent late. */
  late: number
  /** "200", or what went wrong. */
  said: string
  /** The node whose API server answered. */
  node: string
}

/** What a client noticed of a fault. */
export interface Downtime {
  /** Seconds from the start of the first failure to the start of the first of ten successes in a row; 0 without a failure. */
  down: number
  /** The same up to the ten successes after which nothing failed any more: a second outage counts too. */
  total: number
  failed: number
  /** Milliseconds that the slowest successful request took. */
  slowest: number
}

/** So many successes in a row end an outage. */
const CALM = 10

const isGood = ({ said }: Request): boolean => said === '200'

/**
 * The downtime in requests in the order of their beginning. Undefined where it does not end among them: the service
 * never came back.
 */
export function downtimeOf(requests: readonly Request[]): Downtime | undefined {
  const good = requests.map(isGood)
  const slowest = Math.max(0, ...requests.filter(isGood).map(({ ms }) => ms))
  const first = good.indexOf(false)
  if (first === -1) return { down: 0, total: 0, failed: 0, slowest }
  const calmFrom = (from: number): number =>
    good.findIndex(
      (_, at) => at >= from && at + CALM <= good.length && good.slice(at, at + CALM).every(Boolean),
    )
  const began = requests[first]?.at ?? 0
  const back = requests[calmFrom(first)]
  const last = requests[calmFrom(good.lastIndexOf(false))]
  if (!back || !last) return undefined
  const failed = good.filter((one) => !one).length
  return { down: rounded(back.at - began), total: rounded(last.at - began), failed, slowest }
}

/** Failed requests that were under way at a moment: what is killed takes them along. */
export function inFlight(requests: readonly Request[], moment: number): Request[] {
  // The client's clock and ours are one; the kill takes some milliseconds.
  return requests.filter(
    (one) => !isGood(one) && one.at <= moment + 0.02 && one.at + one.ms / 1000 >= moment - 0.005,
  )
}

/** The part of the requests that were sent within one interval of the moment when they were due, from 0 to 1. */
export function punctuality(requests: readonly Request[], from: number, to: number, rate: number): number {
  const due = Math.floor((to - from) * rate)
  const onTime = requests.filter(({ at, late }) => at >= from && at <= to && late <= 1000 / rate).length
  return due <= 0 ? 0 : Math.min(1, onTime / due)
}

/** Failures for the raw data: what was said from when to when (seconds after the moment), and how often. */
export type Failure = [from: number, to: number, times: number, said: string]

export function failuresOf(requests: readonly Request[], moment: number): Failure[] {
  const found: Failure[] = []
  for (const { at, said } of requests.filter((one) => !isGood(one))) {
    const last = found.at(-1)
    const second = rounded(at - moment)
    if (last && last[3] === said) {
      last[1] = second
      last[2] += 1
    } else found.push([second, second, 1, said])
  }
  return found
}

export function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}
