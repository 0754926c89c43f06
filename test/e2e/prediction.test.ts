import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as Open from '../../src/connect/open.ts'
import type { TaskOutcome, TaskStatus } from '../../src/report/events.ts'
import { Campaign, type Tried } from './support/campaign.ts'
import { EffectsWatch } from './support/effects.ts'
import { Exchanges } from './support/exchanges.ts'
import { mutate, type Mutations } from './support/mutations.ts'
import { compare } from './support/prediction.ts'
import { site } from './support/site.ts'

/** All runs of this file share connections, which are recorded. */
const shared = vi.hoisted(() => ({ connect: undefined as Exchanges['connect'] | undefined }))
vi.mock('../../src/connect/open.ts', async (original) => {
  const actual = await original<typeof Open>()
  const openConnection: typeof Open.openConnection = (target, options) => {
    if (!shared.connect) throw new Error('no run is expected yet')
    return shared.connect(target.name, () => actual.openConnection(target, options))
  }
  return { ...actual, openConnection }
})

/** Another seed makes other lists. */
const SEED = Number(process.env['HAKUBE_SEED'] ?? 2026)
/** For each family. */
const LISTS = Number(process.env['HAKUBE_LISTS'] ?? (process.env['HAKUBE_TEST_ALL'] ? 200 : 100))
const FAMILIES = [
  { family: 'EL-like', hosts: ['m1', 'm2', 'm3', 'lb1', 'lb2'] },
  { family: 'Debian-like', hosts: ['d1', 'd2', 'd3'] },
] as const

const exchanges = new Exchanges()
shared.connect = (host, open) => exchanges.connect(host, open)
const watch = new EffectsWatch()
watch.install()
const campaign = new Campaign(exchanges)

beforeAll(
  async () => {
    await site.reset(FAMILIES.flatMap(({ hosts }) => hosts))
    await Promise.all(FAMILIES.map(({ family, hosts }) => campaign.run(family, hosts, LISTS, SEED)))
    // The tours come first, whatever the number of lists.
  },
  LISTS * 9_000 + 900_000,
)

afterAll(async () => {
  await exchanges.close()
  await campaign.tidy()
  await site.reset(FAMILIES.flatMap(({ hosts }) => hosts))
}, 300_000)

describe.each(FAMILIES)('check mode on $family hosts, over generated task lists', ({ family }) => {
  let tried: readonly Tried[]
  let outcomes: readonly TaskOutcome[]
  const count = (...statuses: readonly TaskStatus[]) =>
    outcomes.filter(({ status }) => statuses.includes(status)).length

  beforeAll(() => {
    tried = campaign.tried.filter((one) => one.list.family === family)
    outcomes = tried.flatMap(({ predicted }) => predicted.first)
  })

  it('predicts what the real run changes and what fails, and what a second run would still do', () => {
    expect(tried.length).toBeGreaterThanOrEqual(LISTS)
    // The lists themselves, with all that was predicted and done, are in the output.
    const wrong = tried.filter(({ problems }) => problems.length > 0)
    expect(wrong.map(({ list, problems }) => `seed ${list.seed}: ${problems.join('\n')}`)).toEqual([])
  })

  it('has seen enough of everything for that to mean something', () => {
    expect(count('would-change', 'would-run')).toBeGreaterThan(200)
    expect(count('ok')).toBeGreaterThan(100)
    expect(count('failed', 'ignored')).toBeGreaterThan(50)
    expect(count('unknown')).toBeLessThan(outcomes.length * 0.05)
    const clean = tried.filter(({ afterwards }) => afterwards && !afterwards.some(isPending))
    expect(clean.length).toBeGreaterThan(tried.length * 0.4)
  })

  it('misses every effect that is taken away', { timeout: 300_000 }, async () => {
    const mutations = await mutate(tried, { exchanges, watch })
    expect(survivors(mutations)).toEqual([])
    expect(mutations.killed.size).toBeGreaterThan(40)
  })
})

function isPending({ status }: TaskOutcome): boolean {
  return status === 'would-change' || status === 'would-run' || status === 'unknown'
}

function survivors({ seen, killed }: Mutations): string[] {
  return [...seen]
    .filter(([shape]) => !killed.has(shape))
    .map(([shape, times]) => `${shape} (seen ${times} times)`)
}

describe('the comparison', () => {
  const base = {
    host: 'a',
    place: '',
    module: 'copy',
    handler: false,
    reason: 'x',
    notes: [],
    result: {},
    ms: 0,
  }
  const story = (...statuses: readonly TaskStatus[]): TaskOutcome[] =>
    statuses.map((status, index) => ({ ...base, task: `${index + 1} copy`, status, diff: [] }))
  const predicted = (...statuses: readonly TaskStatus[]) => ({ first: story(...statuses), again: [] })

  it.each<[TaskStatus, TaskStatus]>([
    ['would-change', 'changed'],
    ['would-run', 'changed'],
    ['ok', 'ok'],
    ['failed', 'failed'],
    ['ignored', 'ignored'],
    ['skipped', 'skipped'],
  ])('takes %s for %s', (guess, truth) => {
    expect(compare(predicted(guess), story(truth), undefined)).toEqual([])
  })
  it.each<[TaskStatus, TaskStatus]>([
    ['ok', 'changed'],
    ['would-change', 'ok'],
    ['would-change', 'failed'],
    ['failed', 'changed'],
    ['skipped', 'ok'],
    // Without a reason that the documentation names.
    ['unknown', 'changed'],
  ])('does not take %s for %s', (guess, truth) => {
    expect(compare(predicted(guess), story(truth), undefined)).toHaveLength(1)
  })
  it('sees tasks that are missing', () => {
    expect(compare(predicted('ok'), story('ok', 'changed'), undefined)).toHaveLength(1)
    expect(compare(predicted('ok', 'would-change'), story('ok'), undefined)).toHaveLength(1)
  })
  it('sees another difference than the predicted one', () => {
    const diff = (after: string) => [{ type: 'text' as const, path: '/a', before: '', after }]
    const [guess, truth] = [story('would-change'), story('changed')].map((all, index) =>
      all.map((one) => ({ ...one, diff: diff(`${index}`) })),
    )
    expect(compare({ first: guess ?? [], again: [] }, truth ?? [], undefined)).toHaveLength(1)
  })
})
