import { describe, expect, it } from 'vitest'
import { downtimeOf, failuresOf, inFlight, punctuality, type Request } from '../bench/failover/downtime.ts'
import { heldOf, type Sample } from '../bench/failover/holders.ts'
import { type Run, summaryOf } from '../bench/failover/results.ts'

/** One request every 20 ms from second 100 on: `.` answered, `x` failed. */
function requests(text: string): Request[] {
  return text.split('').map((char, index) => ({
    at: 100 + index * 0.02,
    ms: char === '.' ? 10 : 250,
    late: 0,
    said: char === '.' ? '200' : 'TimeoutError: timed out',
    node: 'm1',
  }))
}
const good = '.'.repeat(10)

describe('downtimeOf', () => {
  it.each([
    ['nothing failed', good, { down: 0, total: 0, failed: 0 }],
    ['one failure', `..x${good}`, { down: 0.02, total: 0.02, failed: 1 }],
    ['nine successes end nothing', `x.........x${good}`, { down: 0.22, total: 0.22, failed: 2 }],
    [
      'ten do, and a second outage counts in the total',
      `xx${good}x${good}`,
      { down: 0.04, total: 0.26, failed: 3 },
    ],
  ])('%s', (_name, text, expected) => {
    expect(downtimeOf(requests(text))).toMatchObject(expected)
  })

  it('does not end before ten successes', () => {
    expect(downtimeOf(requests('..xxx.........'))).toBeUndefined()
  })
})

it('inFlight tells requests that were under way from those that came later', () => {
  const some = requests('.xx..........x')
  // The kill comes when the third one has been sent, and the fourth has not.
  expect(inFlight(some, 100.045).map(({ at }) => at)).toEqual([100.02, 100.04])
})

it('punctuality counts requests that were sent late, and those that are missing', () => {
  const all = requests('.'.repeat(100))
  expect(punctuality(all, 100, 102, 50)).toBe(1)
  expect(punctuality(all.slice(0, 50), 100, 102, 50)).toBe(0.5)
  const late = all.map((one, index) => ({ ...one, late: index < 10 ? 21 : 0 }))
  expect(punctuality(late, 100, 102, 50)).toBe(0.9)
})

it('failuresOf puts equal failures in a row together, beside when they were after the fault', () => {
  expect(failuresOf(requests('.xx.x'), 100.01)).toEqual([[0.01, 0.07, 3, 'TimeoutError: timed out']])
})

describe('heldOf', () => {
  const samples = (...each: string[]): Sample[] =>
    each.map((text, index) => ({ at: 100 + index * 0.05, holders: text === '' ? [] : text.split('+') }))

  it('tells when there was exactly one for good', () => {
    const held = heldOf(samples('a', 'a', '', 'b', 'a+b', 'b', 'b'), 100.05, 101)
    expect(held).toMatchObject({ most: 2, double: 0.05, oneAfter: 0.2 })
  })

  it('says so where the address never moved, and where two kept it', () => {
    expect(heldOf(samples('a', 'a', 'a'), 100.05, 101).oneAfter).toBe(0)
    expect(heldOf(samples('a', 'a+b', 'a+b'), 100.05, 101)).toMatchObject({ most: 2, oneAfter: null })
  })

  it('counts two holders while it is healed apart', () => {
    expect(heldOf(samples('a', 'b', 'a+b', 'a'), 100.01, 100.09)).toMatchObject({
      double: 0,
      doubleHealing: 0.05,
    })
  })
})

it('summaryOf leaves out what does not count, and has no figure for what never came back', () => {
  const held = { most: 1, double: 0, oneAfter: 0, doubleHealing: 0, gap: 50 }
  const run = (total: number | null, more: Partial<Run> = {}): Run => ({
    setup: 'fast',
    fault: 'node-lost',
    round: 1,
    counts: true,
    control: 1,
    down: total,
    total,
    failed: 1,
    inFlight: 0,
    slowest: 1,
    failedHealing: 0,
    onTime: 1,
    held,
    failures: [],
    ...more,
  })
  const runs = [run(0.3), run(0.5), run(9, { counts: false }), run(0.4, { held: { ...held, most: 2 } })]
  expect(summaryOf(runs, 'fast', 'node-lost')).toMatchObject({
    runs: 3,
    median: 0.4,
    min: 0.3,
    max: 0.5,
    doubles: 1,
  })
  expect(summaryOf([run(null), run(null), run(0.3)], 'fast', 'node-lost')?.median).toBe(Infinity)
  expect(summaryOf(runs, 's3', 'node-lost')).toBeUndefined()
})
