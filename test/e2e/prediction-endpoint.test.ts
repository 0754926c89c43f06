import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InventoryVars } from '../lab/inventory.ts'
import { lab } from '../lab/lab.ts'
import { type EndpointSite, type EndpointStep, generateEndpointStep } from './support/generate-endpoint.ts'
import { hakube, inventoryFile, type Ran } from './support/hakube.ts'

/** Another seed makes other steps. */
const SEED = Number(process.env['HAKUBE_SEED'] ?? 3307)
/** For each site. */
const STEPS = Number(process.env['HAKUBE_STEPS'] ?? 40)

const SITES: readonly EndpointSite[] = [
  {
    name: 'EL-like',
    hosts: ['m1', 'm2', 'm3'],
    vips: ['10.88.0.100', '10.88.0.110'],
    firewalld: false,
    apiServers: true,
  },
  {
    name: 'Debian-like',
    hosts: ['d1', 'd2', 'd3'],
    vips: ['10.88.0.101', '10.88.0.111'],
    firewalld: false,
    apiServers: true,
  },
  {
    name: 'EL-like with firewalld',
    hosts: ['lb1', 'lb2'],
    vips: ['10.88.0.102', '10.88.0.112'],
    firewalld: true,
    apiServers: false,
  },
]

interface Tried {
  step: EndpointStep
  check: Ran
  real: Ran
  again: Ran
}

/** `host: task (item): status` of all that became of a run, changes named alike in both modes, sorted. */
function became(ran: Ran): string[] {
  return ran.events
    .flatMap(({ outcome }) => (outcome ? [outcome] : []))
    .map(({ host, task, item, status }) => {
      const common = status === 'would-change' || status === 'would-run' ? 'changed' : status
      return `${host}: ${task}${item === undefined ? '' : ` (${item})`}: ${common}`
    })
    .sort()
}

/** The exit code, what is left to do or failed, and the talk. */
function said(ran: Ran): string {
  const left = ran.events
    .flatMap(({ outcome }) => (outcome && !['ok', 'skipped'].includes(outcome.status) ? [outcome] : []))
    .map(({ host, task, status, reason }) => `${host}: ${task}: ${status}: ${reason}`)
  return [`exit code ${ran.code}`, ...left, ...errorsOf(ran), ran.stderr.slice(-2000)].join('\n')
}

function errorsOf({ events }: Ran): string[] {
  return events.filter(({ type }) => type === 'error').map((event) => JSON.stringify(event))
}

/**
 * What was said of one run alone. An error ends a run for all hosts, and how far the others have come by then is a
 * matter of time: then it is the error that both have to tell, and nothing else of what both have come to.
 */
function parted({ check, real }: Tried): string[] {
  const [guessed, seen] = [became(check), became(real)]
  const wasEnded = [check, real].some(({ code }) => code !== 0 && code !== 3)
  const counts = (line: string, other: readonly string[]): boolean => {
    if (!wasEnded || line.endsWith(': failed')) return true
    const task = line.slice(0, line.lastIndexOf(':') + 1)
    return other.some((one) => one.startsWith(task))
  }
  return [
    ...guessed
      .filter((line) => !seen.includes(line) && counts(line, seen))
      .map((line) => `predicted ${line}`),
    ...seen
      .filter((line) => !guessed.includes(line) && counts(line, guessed))
      .map((line) => `really ${line}`),
    ...errorsOf(check).filter((one) => !errorsOf(real).includes(one)),
    ...errorsOf(real).filter((one) => !errorsOf(check).includes(one)),
  ]
}

/** Every step begins with what the one before it has left. */
async function tryAll(site: EndpointSite): Promise<Tried[]> {
  const tried: Tried[] = []
  let before: InventoryVars | undefined
  for (let number = 0; number < STEPS; number++) {
    const step = generateEndpointStep(SEED + number, site, before)
    for (const { host, script } of step.stirs) await lab.sh(host, `{ ${script}; } >/dev/null 2>&1; true`)
    const inventory = await inventoryFile(site.hosts, step.vars)
    const run = (verb: string, ...more: readonly string[]): Promise<Ran> =>
      hakube([verb, '-i', inventory, '-o', 'json', ...step.more, ...more], { timeout: 400 })
    const [check, real] =
      step.verb === 'apply'
        ? [await run('check'), await run('apply')]
        : [await run('teardown', '--check'), await run('teardown', '--yes')]
    const again = step.verb === 'apply' ? await run('check') : await run('teardown', '--check')
    tried.push({ step, check, real, again })
    before = step.vars
  }
  return tried
}

const tried = new Map<EndpointSite, Tried[]>()

beforeAll(
  async () => {
    await lab.reset(SITES.flatMap(({ hosts }) => hosts))
    await Promise.all(SITES.map(async (site) => tried.set(site, await tryAll(site))))
  },
  STEPS * 120_000 + 120_000,
)
afterAll(() => lab.reset(SITES.flatMap(({ hosts }) => hosts)))

describe.each(SITES)('generated changes of the endpoint on $name hosts', (site) => {
  const mine = (): readonly Tried[] => tried.get(site) ?? []
  const shown = ({ step }: Tried): string =>
    `seed ${step.seed}: ${step.verb} ${JSON.stringify(step.vars)} ${step.more.join(' ')} after ${JSON.stringify(step.stirs)}`

  it('are predicted by check mode, task by task, with nothing unknown', () => {
    const wrong = mine().flatMap((one) => {
      const lines = parted(one)
      return lines.length > 0 ? [[shown(one), ...lines].join('\n')] : []
    })
    expect(mine()).toHaveLength(STEPS)
    expect(wrong).toEqual([])
  })

  it('come true, or fail as they were said to', () => {
    const wrong = mine().filter(({ check, real }) => real.code !== (check.code === 3 ? 0 : check.code))
    expect(wrong.map((one) => `${shown(one)}\n${said(one.check)}\nreally ${said(one.real)}`)).toEqual([])
    expect(mine().filter(({ real }) => real.code !== 0).length).toBeLessThan(STEPS / 2)
  })

  it('leave nothing to do', () => {
    const wrong = mine().filter(({ real, again }) => real.code === 0 && again.code !== 0)
    expect(wrong.map((one) => `${shown(one)}\n${said(one.again)}`)).toEqual([])
  })

  it('have changed enough for that to mean something', () => {
    const all = mine().flatMap(({ real }) => became(real))
    const often = (task: string) => all.filter((one) => one.includes(`: ${task}: changed`)).length
    for (const task of ['Configure haproxy', 'Configure keepalived', 'Reload keepalived'])
      expect(often(task), task).toBeGreaterThan(STEPS / 8)
    for (const task of ['Run haproxy, now and after a reboot', 'Write a first check'])
      expect(often(task), task).toBeGreaterThan(0)
    expect(mine().some(({ step }) => step.verb === 'teardown')).toBe(true)
  })
})
