import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TaskOutcome } from '../../../src/report/events.ts'
import { runLocal } from '../../support/run-local.ts'
import type { Exchanges, Recorded } from './exchanges.ts'
import { FILES, type GeneratedList, generateList, playbookOf } from './generate.ts'
import { compare, show, type Story } from './prediction.ts'
import { preparation } from './preparation.ts'
import { site } from './site.ts'
import { toursOf } from './tours.ts'
import type { Family } from './universe.ts'

/** What became of one list on one host. */
export interface Tried {
  list: GeneratedList
  host: string
  /** Folder with its playbook. */
  folder: string
  /** The list predicted, and predicted again over what it would make. */
  predicted: Story
  /** The real run, and then a check of the same list. */
  real: readonly TaskOutcome[]
  afterwards: readonly TaskOutcome[] | undefined
  /** All that the host was asked for the prediction. */
  asked: readonly Recorded[]
  problems: readonly string[]
}

/** Where lists come from. */
export interface Lists {
  generate?: (family: Family, seed: number, host: string) => GeneratedList
  tours?: readonly GeneratedList[]
}

/** Hosts of one family, each working on its own lists one after the other; state carries over. */
export class Campaign {
  readonly tried: Tried[] = []
  readonly #exchanges: Exchanges
  readonly #updates = new Map<string, boolean>()

  constructor(exchanges: Exchanges) {
    this.#exchanges = exchanges
  }

  /** Tries so many lists, spread over the hosts. The seeds of a host's lists depend only on its place. */
  async run(
    family: Family,
    hosts: readonly string[],
    lists: number,
    seed: number,
    { generate = generateList, tours = toursOf(family) }: Lists = {},
  ): Promise<void> {
    const each = Math.ceil(lists / hosts.length)
    await Promise.all(
      hosts.map(async (host, place) => {
        if (place === 0) for (const tour of tours) await this.try(tour, host)
        for (let number = 0; number < each; number++) {
          await this.try(generate(family, seed + place * 1000 + number, host), host)
        }
      }),
    )
  }

  async try(list: GeneratedList, host: string): Promise<Tried> {
    await this.#offer(host, list.updates)
    if (list.before !== 'nothing') await site.sh(host, preparation(list.before, list.family))
    await site.sh(host, SETTLE)
    const folder = await mkdtemp(join(tmpdir(), 'hakube-predict-'))
    let predicted: Story = { first: [], again: [] }
    const asked = await this.#exchanges.record(host, async () => {
      predicted = await predict(list, host, folder)
    })
    const real = await play({ list, host, folder }, { check: false })
    const ended = real.some(({ status }) => status === 'failed')
    const afterwards = ended ? undefined : await play({ list, host, folder }, { check: true })
    const parts = { list, host, folder, predicted, real, afterwards, asked }
    const tried = { ...parts, problems: compare(predicted, real, afterwards) }
    this.tried.push(tried)
    // At once: a campaign that is cut short shall not take along what it found.
    if (tried.problems.length > 0) console.error(report(tried))
    return tried
  }

  /** Removes the playbooks from the controller. */
  async tidy(): Promise<void> {
    await Promise.all(this.tried.map(({ folder }) => rm(folder, { recursive: true, force: true })))
  }

  /** Whether the second releases of the packages are on offer. */
  async #offer(host: string, updates: boolean): Promise<void> {
    if ((this.#updates.get(host) ?? false) === updates) return
    await site.sh(host, `lab-updates ${updates ? 'on' : 'off'}`)
    this.#updates.set(host, updates)
  }
}

/** A service of the list before that cannot start is tried again by systemd for a while: no answer about it would last. */
const SETTLE = `for i in $(seq 40); do
  systemctl list-units --no-legend --state=activating,deactivating,reloading 2>/dev/null | grep -q . || break
  sleep 0.5
done`

/** Check mode over the list and, in the same run, over the list once more. */
export async function predict(list: GeneratedList, host: string, folder: string): Promise<Story> {
  const outcomes = await play({ list, host, folder }, { check: true, times: 2 })
  const second = outcomes.findIndex(({ task }) => task.endsWith(' again'))
  // Handlers have no name of their own in the second play: it begins with its first task.
  return second === -1
    ? { first: outcomes, again: [] }
    : { first: outcomes.slice(0, second), again: outcomes.slice(second) }
}

async function play(
  { list, host, folder }: { list: GeneratedList; host: string; folder: string },
  { check, times = 1 }: { check: boolean; times?: 1 | 2 },
): Promise<readonly TaskOutcome[]> {
  const playbook = playbookOf(list, times)
  const done = await runLocal(playbook, {
    folder,
    inventory: site.inventory(host),
    files: FILES,
    check,
    diff: true,
    // The hosts are not this machine.
    lockFile: undefined,
  })
  const [error] = done.errors
  if (error)
    throw new Error(`seed ${list.seed} on ${host} was refused: ${error.message}\n${playbook}`, {
      cause: error,
    })
  const failed = done.events.find((event) => event.type === 'error' || event.type === 'host-unreachable')
  if (failed)
    throw new Error(`seed ${list.seed} on ${host}: ${failed.error.message}\n${playbook}`, {
      cause: failed.error,
    })
  return done.outcomes
}

/** All that is needed to replay a list as a case of its own. */
export function report({ list, host, predicted, real, afterwards, problems }: Tried): string {
  const story = (name: string, outcomes: readonly TaskOutcome[]) => [`-- ${name}`, ...outcomes.map(show)]
  return [
    `== ${list.family}, seed ${list.seed} on ${host}${list.updates ? ', updates on offer' : ''}, before: ${list.before}`,
    ...problems.map((problem) => `!! ${problem}`),
    playbookOf(list),
    ...story('predicted', predicted.first),
    ...story('real', real),
    ...story('predicted for a second run', predicted.again),
    ...story('second check', afterwards ?? []),
  ].join('\n')
}
