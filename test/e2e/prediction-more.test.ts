import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as Open from '../../src/connect/open.ts'
import type { TaskOutcome, TaskStatus } from '../../src/report/events.ts'
import { Campaign, type Tried } from './support/campaign.ts'
import { Exchanges } from './support/exchanges.ts'
import { generateAnyList } from './support/generate.ts'
import { generateAccountsList } from './support/generate-accounts.ts'
import { packageTours } from './support/generate-packages.ts'
import { reasons } from './support/reasons.ts'
import { site } from './support/site.ts'
import { generateTrustList, REPOSITORY } from './support/generate-trust.ts'
import { numbered } from './support/tours.ts'

/** All runs of this file share connections. */
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
const SEED = Number(process.env['HAKUBE_SEED'] ?? 4052)
/** For each family. */
const LISTS = Number(process.env['HAKUBE_LISTS'] ?? 200)
const FAMILIES = [
  { family: 'EL-like', hosts: ['m1', 'm2', 'mpy'] },
  { family: 'Debian-like', hosts: ['d1', 'd2', 'dpy'] },
] as const

/** Lists that prediction.test.ts has not, as the core of `npm test` has to be short. */
const KINDS = { accounts: generateAccountsList, 'all modules': generateAnyList, trust: generateTrustList }
type Kind = keyof typeof KINDS
/** Some of them, divided by commas. */
const ASKED = process.env['HAKUBE_KINDS']?.split(',') ?? Object.keys(KINDS)
/** How much may be unknown: lists about all modules install what nobody has listed, and read what services there are then. */
const UNKNOWN: Readonly<Record<Kind, number>> = { accounts: 0.05, 'all modules': 0.08, trust: 0.08 }

/** The engine mounts the file; nobody could put another one in its place. */
const OWN_NAME = 'umount /etc/hostname && uname -n >/etc/hostname'

const exchanges = new Exchanges()
shared.connect = (host, open) => exchanges.connect(host, open)
const campaigns = new Map(Object.keys(KINDS).map((kind) => [kind, new Campaign(exchanges)]))

beforeAll(async () => {
  await site.reset(FAMILIES.flatMap(({ hosts }) => hosts))
  for (const [kind, generate] of Object.entries(KINDS)) {
    if (!ASKED.includes(kind)) continue
    const campaign = campaigns.get(kind)
    await Promise.all(
      FAMILIES.map(async ({ family, hosts }) => {
        const drafts = kind === 'all modules' ? packageTours(family) : []
        if (kind === 'trust') await Promise.all(hosts.map((host) => site.sh(host, REPOSITORY)))
        if (kind === 'accounts') await Promise.all(hosts.map((host) => site.sh(host, OWN_NAME)))
        const tours = numbered(
          family,
          drafts.map((tasks) => ({ tasks })),
        )
        await campaign?.run(family, hosts, LISTS, SEED, { generate, tours })
      }),
    )
  }
}, LISTS * 18_000)

afterAll(async () => {
  await exchanges.close()
  for (const campaign of campaigns.values()) await campaign.tidy()
  await site.reset(FAMILIES.flatMap(({ hosts }) => hosts))
}, 300_000)

const CASES = FAMILIES.flatMap(({ family }) =>
  (['accounts', 'all modules', 'trust'] as const)
    .filter((kind) => ASKED.includes(kind))
    .map((kind) => ({ family, kind })),
)

describe.each(CASES)('check mode on $family hosts, over lists about $kind', ({ family, kind }) => {
  let tried: readonly Tried[]
  let outcomes: readonly TaskOutcome[]
  const count = (...statuses: readonly TaskStatus[]) =>
    outcomes.filter(({ status }) => statuses.includes(status)).length

  beforeAll(() => {
    tried = (campaigns.get(kind)?.tried ?? []).filter((one) => one.list.family === family)
    outcomes = tried.flatMap(({ predicted }) => predicted.first)
  })

  it('predicts what the real run changes and what fails, and what a second run would still do', () => {
    expect(tried.length).toBeGreaterThanOrEqual(LISTS)
    const wrong = tried.filter(({ problems }) => problems.length > 0)
    expect(wrong.map(({ list, problems }) => `seed ${list.seed}: ${problems.join('\n')}`)).toEqual([])
  })

  it('has seen enough of everything for that to mean something', () => {
    expect(count('would-change', 'would-run')).toBeGreaterThan(LISTS)
    expect(count('ok')).toBeGreaterThan(LISTS / 2)
    expect(count('failed', 'ignored')).toBeGreaterThan(LISTS / 4)
    expect(count('unknown'), reasons(outcomes)).toBeLessThan(outcomes.length * UNKNOWN[kind])
  })
})
