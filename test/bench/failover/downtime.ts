import type { Request } from '../../e2e/support/load.ts'

/** What a client saw of one fault. */
export interface Downtime {
  /** Seconds from the start of the first failure to the start of the first of ten successes in a row; 0 without. */
  down: number
  failed: number
  /** Milliseconds that the slowest successful request took. */
  slowest: number
  sent: number
}

/** So many successes in a row end an outage. */
const CALM = 10

/** Undefined if the outage never ended. */
export function downtimeOf(requests: readonly Request[]): Downtime | undefined {
  const good = requests.map(({ said }) => said === '200')
  const first = good.indexOf(false)
  const slowest = Math.max(0, ...requests.filter((_, at) => good[at]).map(({ ms }) => ms))
  const common = { failed: good.filter((one) => !one).length, slowest, sent: requests.length }
  if (first === -1) return { down: 0, ...common }
  const end = good.findIndex(
    (_, at) => at > first && at + CALM <= good.length && good.slice(at, at + CALM).every(Boolean),
  )
  const [from, to] = [requests[first], requests[end]]
  if (!from || !to) return undefined
  return { down: Math.round((to.at - from.at) * 1000) / 1000, ...common }
}

/** Whether enough of the requests were sent at all for the run to count. */
export function counts(requests: readonly Request[], rate: number): boolean {
  const last = requests.at(-1)
  return last !== undefined && requests.length >= 0.98 * last.at * rate
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}
