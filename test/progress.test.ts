import { describe, expect, it, vi } from 'vitest'
import { Progress } from '../src/progress.ts'

/** Whether a promise is done after everything that is due has run. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false
  void promise.then(() => (done = true))
  await new Promise((resolve) => setImmediate(resolve))
  return done
}

const STEPS: { name: string; steps: ((progress: Progress) => void)[]; open: boolean }[] = [
  { name: 'nobody has moved', steps: [], open: false },
  { name: 'one of two is there', steps: [(p) => p.reach('a', 5)], open: false },
  { name: 'both are there', steps: [(p) => p.reach('a', 5), (p) => p.reach('b', 7)], open: true },
  {
    name: 'the other one is just short of it',
    steps: [(p) => p.reach('a', 5), (p) => p.reach('b', 4)],
    open: false,
  },
  { name: 'the other one has left', steps: [(p) => p.reach('a', 5), (p) => p.leave('b')], open: true },
  { name: 'the run is stopped', steps: [(p) => void p.stop('x')], open: true },
  { name: 'a host of no run moves', steps: [(p) => p.reach('a', 5), (p) => p.reach('c', 5)], open: false },
  {
    name: 'somebody seems to go back',
    steps: [(p) => p.reach('a', 5), (p) => p.reach('b', 5), (p) => p.reach('b', 1)],
    open: true,
  },
]

describe('Progress', () => {
  it.each<[string, (progress: Progress) => unknown, boolean]>([
    ['all wait', (p) => [p.allReached(5), p.moved('a')], true],
    ['one waits', (p) => p.allReached(5), false],
    ['one goes on in time', (p) => [p.allReached(5), p.moved('a'), p.tell('a')], false],
    ['the one that did not wait leaves, and is no help', (p) => [p.moved('a'), p.leave('b')], true],
    ['the run is stopped', (p) => [p.allReached(5), p.moved('a'), p.stop('x')], false],
  ])('tells that nobody will go on where %s: %s', async (_, happen, stuck) => {
    vi.useFakeTimers()
    const progress = new Progress(['a', 'b'])
    let told = 0
    progress.onStuck = () => told++
    happen(progress)
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    expect(told > 0).toBe(stuck)
  })

  it.each(STEPS)('opens a fence or not: $name', async ({ steps, open }) => {
    const before = new Progress(['a', 'b'])
    const waiting = before.allReached(5)
    for (const step of steps) step(before)
    expect(await isDone(waiting)).toBe(open)
    const after = new Progress(['a', 'b'])
    for (const step of steps) step(after)
    expect(await isDone(after.allReached(5))).toBe(open)
  })

  it('wakes for what is new, and not for what is known', async () => {
    const progress = new Progress(['a', 'b'])
    progress.reach('a', 3)
    const waiting = progress.moved('a')
    progress.reach('a', 3)
    progress.reach('a', 2)
    progress.reach('b', 0)
    expect(await isDone(waiting)).toBe(false)
    progress.reach('a', 4)
    expect(await isDone(waiting)).toBe(true)
  })

  it('does not miss a change between reading and waiting', async () => {
    const progress = new Progress(['a'])
    const seen = progress.version
    progress.reach('a', 1)
    expect(await isDone(progress.moved('a', seen))).toBe(true)
    expect(await isDone(progress.moved('a'))).toBe(false)
  })

  it('waits for nobody who is gone, nor for anybody when all is stopped', async () => {
    const progress = new Progress(['a', 'b'])
    const [left, stopped] = [progress.moved('a'), progress.moved('b')]
    progress.leave('a')
    expect([await isDone(left), await isDone(stopped)]).toEqual([true, false])
    expect(await isDone(progress.moved('a'))).toBe(true)
    progress.stop('x')
    expect(await isDone(stopped)).toBe(true)
  })

  it('remembers the first reason to stop, and in which play a host was lost first', () => {
    const progress = new Progress(['a'])
    expect([progress.stop('one'), progress.stop('two')]).toEqual([true, false])
    expect(progress.stopped).toBe('one')
    progress.lose('a', 1)
    progress.lose('a', 2)
    expect(progress.lostIn('a')).toBe(1)
  })
})

it('calls waiting hosts back to an earlier place, and wakes all who wait', async () => {
  const progress = new Progress(['a', 'b', 'c'])
  progress.reach('a', 5)
  progress.reach('b', 10)
  progress.reach('c', 20)
  const woken: string[] = []
  const b = progress.allReached(10).then(() => woken.push('b'))
  const c = progress.allReached(20).then(() => woken.push('c'))
  progress.recall(new Map([['c', 5]]))
  await Promise.all([b, c])
  expect(progress.recalls).toBe(1)
  // From its new place on it is waited for again.
  progress.reach('a', 20)
  let open = false
  const fence = progress.allReached(10).then(() => (open = true))
  await Promise.resolve()
  expect(open).toBe(false)
  progress.reach('c', 10)
  await fence
})
