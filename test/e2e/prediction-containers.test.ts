import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as Open from '../../src/connect/open.ts'
import type { TaskOutcome, TaskStatus } from '../../src/report/events.ts'
import { Campaign, type Tried } from './support/campaign.ts'
import { installEngines, serveImage } from './support/container-engines.ts'
import { EffectsWatch } from './support/effects.ts'
import { Exchanges } from './support/exchanges.ts'
import { generateContainersList } from './support/generate-containers.ts'
import { mutate } from './support/mutations.ts'
import { reasons } from './support/reasons.ts'
import { site } from './support/site.ts'
import { containerTours } from './support/tours-containers.ts'
import type { Family } from './support/universe.ts'

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
const SEED = Number(process.env['HAKUBE_SEED'] ?? 5072)
/** For each family. */
const LISTS = Number(process.env['HAKUBE_LISTS'] ?? 200)
/** Both engines run on the Debian-like host. The EL-like one has neither: each task fails as it was predicted. */
const FAMILIES = [
  { family: 'EL-like', host: 'mpy' },
  { family: 'Debian-like', host: 'dpy' },
] as const

/** How much may be unknown: behind a change of a container nobody knows what still fails. */
const UNKNOWN = 0.15

const exchanges = new Exchanges()
shared.connect = (host, open) => exchanges.connect(host, open)
const watch = new EffectsWatch()
watch.install()
const campaign = new Campaign(exchanges)

/** Networks of Docker that tasks name, and containers whose network others may share. */
const BEFOREHAND = `exec >/dev/null 2>&1
docker network create --subnet 172.30.1.0/24 hknet1
docker network create --subnet 172.30.2.0/24 hknet2
docker run -d --name hkanchor --stop-signal KILL tiny:1 sleep 100000
podman run -d --name hkanchor --stop-signal KILL localhost/tiny:1 sleep 100000`

beforeAll(
  async () => {
    await site.reset(FAMILIES.map(({ host }) => host))
    await installEngines('dpy')
    await site.sh('dpy', BEFOREHAND)
    await serveImage('dpy')
    await Promise.all(FAMILIES.map(({ family, host }) => tryAll(family, host)))
  },
  LISTS * 18_000 + 600_000,
)

/** State carries over from list to list. */
async function tryAll(family: Family, host: string): Promise<void> {
  const lists = Array.from({ length: LISTS }, (_, number) => generateContainersList(family, SEED + number))
  if (family === 'EL-like') {
    for (const list of lists) await campaign.try(list, host)
    return
  }
  for (const list of [...containerTours, ...lists]) {
    await site.sh(host, list.stir)
    await campaign.try(list, host)
  }
}

afterAll(async () => {
  await exchanges.close()
  await campaign.tidy()
  await site.reset(FAMILIES.map(({ host }) => host))
}, 300_000)

describe.each(FAMILIES)('check mode on $family hosts, over lists about containers', ({ family }) => {
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
    const wrong = tried.filter(({ problems }) => problems.length > 0)
    expect(wrong.map(({ list, problems }) => `seed ${list.seed}: ${problems.join('\n')}`)).toEqual([])
  })

  it('has seen enough of everything for that to mean something', () => {
    expect(count('failed', 'ignored')).toBeGreaterThan(LISTS / 20)
    expect(count('unknown'), reasons(outcomes)).toBeLessThan(outcomes.length * UNKNOWN)
    if (family === 'EL-like') {
      const failed = outcomes.filter(({ status }) => status === 'failed' || status === 'ignored')
      const none = failed.filter(({ reason }) => /^this host has no (docker|podman|nopodman)$/.test(reason))
      expect(none.length).toBeGreaterThan(LISTS)
      return
    }
    expect(count('would-change', 'would-run')).toBeGreaterThan(LISTS)
    expect(count('ok')).toBeGreaterThan(LISTS)
    const verbs = new Set(outcomes.map(({ module, reason }) => `${module} ${reason.replace(/ .*/s, '')}`))
    for (const verb of ['start', 'make', 'stop', 'restart', 'remove'])
      for (const module of ['docker_container', 'podman_container'])
        expect(verbs).toContain(`${module} ${verb}`)
    for (const verb of ['update', 'pause', 'go']) expect(verbs).toContain(`docker_container ${verb}`)
  })
})

/** Of a container that runs before and after, a restart changes nothing that anybody asks for. */
const IDLE = /^(docker|podman)_container restart: any script/

it('misses every effect on containers that is taken away', { timeout: 600_000 }, async () => {
  const tried = campaign.tried.filter(({ host }) => host === 'dpy')
  const { seen, killed } = await mutate(tried, { exchanges, watch })
  const containers = [...seen.keys()].filter((shape) => shape.includes('_container ') && !IDLE.test(shape))
  expect(containers.filter((shape) => !killed.has(shape))).toEqual([])
  expect(containers.length).toBeGreaterThan(10)
})
