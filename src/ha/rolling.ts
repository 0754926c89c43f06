import { setTimeout as sleep } from 'node:timers/promises'
import { HakubeError, isKnown } from '../errors.ts'
import type { PlayRun } from '../playbook/step.ts'
import { type Script, sh } from '../shell/sh.ts'
import { announcement, type Course, courseOf, type Migration } from './course.ts'
import { type HealthAsk, type Healths, healthScript, readHealth, worse } from './health.ts'
import { lendScript, unlendScript } from './lend.ts'
import { restoreScript, snapshotScript } from './snapshot.ts'
import type { Spoken } from './spoken.ts'

/** How a rolling change reaches its nodes. */
export interface Nodes {
  /** Has a node answer a script that only looks. Throws HakubeError for a node that does not answer. */
  ask(host: string, script: Script): Promise<string>
  /** Has a node run a script that changes it. Throws HakubeError if that does not end well. */
  change(host: string, script: Script): Promise<string>
  /** What is looked at on a node: the endpoint of its cluster; undefined while that is not known. */
  endpoint(host: string): HealthAsk | undefined
  /** What a node's keepalived spoke before the run; undefined where nobody has asked (ha_vrrp). */
  spoken(host: string): Spoken | undefined
  /** Gives the nodes of this batch and of those behind it this order. */
  arrange(from: PlayRun, order: readonly string[]): void
  /** Tells the user what is going to happen. */
  say(text: string): void
}

/** Seconds in which an endpoint has to be as well again as it was. */
const PATIENCE = 30
const PAUSE = 500

const quietScript = sh`systemctl stop keepalived.service`

/**
 * Changes an endpoint node by node: the play with `serial` goes on to its next batch only if the endpoint is no worse
 * than it was before the run, and if it is, all changed nodes get their files back. Without changes it asks nothing.
 */
export class Rolling {
  readonly #nodes: Nodes
  readonly #hosts: readonly string[]
  readonly #approve: (courses: readonly Course[]) => void
  #before: Promise<Healths> | undefined
  #last: Healths | undefined
  /** Changed nodes in their order, and whether there is something to go back to. */
  readonly #changed = new Map<string, boolean>()
  readonly #starting = new Map<string, Promise<void>>()
  readonly #gates = new Map<PlayRun, Promise<string | undefined>>()
  /** Nodes of the batches that are over; the last one is that of the batch that runs. */
  readonly #visited: PlayRun[] = []
  #opening: Promise<readonly Course[]> | undefined
  /** Nodes that wait for their batch with keepalived stopped. */
  readonly #quiet = new Set<string>()
  #lent: { host: string; vips: readonly string[] }[] = []
  #migrated = false
  #dirty = false

  /**
   * `hosts`: all nodes of the endpoint that can be reached. `approve` is asked before the first change of a run, and
   * throws HakubeError `refused` where it must not be.
   */
  constructor(
    nodes: Nodes,
    hosts: readonly string[],
    approve: (courses: readonly Course[]) => void = () => {},
  ) {
    this.#nodes = nodes
    this.#hosts = hosts
    this.#approve = approve
  }

  /** Before each change of a run outside of the batches. The first one decides how the run is going to be. */
  async open(): Promise<void> {
    await (this.#opening ??= this.#open())
  }

  async #open(): Promise<readonly Course[]> {
    const courses = this.#courses()
    this.#approve(courses)
    this.preview()
    return courses
  }

  /** Says what a change of VRRP means for the endpoint. */
  preview(): void {
    for (const { migration } of this.#courses()) if (migration) this.#nodes.say(announcement(migration))
  }

  /** One for each endpoint: the nodes of two clusters have nothing to do with each other. */
  #courses(): Course[] {
    const clusters = new Map<string, Map<string, Spoken>>()
    for (const host of this.#hosts) {
      const spoken = this.#nodes.spoken(host)
      if (!spoken) continue
      const key = this.#nodes.endpoint(host)?.vips.join(' ') ?? ''
      const cluster = clusters.get(key) ?? new Map<string, Spoken>()
      clusters.set(key, cluster.set(host, this.#asNow(host, spoken)))
    }
    return [...clusters.values()].map(courseOf)
  }

  /** What a node speaks after what has been done so far: who has been visited speaks to everybody. */
  #asNow(host: string, spoken: Spoken): Spoken {
    const seen = this.#last?.get(host)
    const over = this.#visited.some((run) => run.members.has(host))
    if (over) return { ...spoken, holds: [...(seen?.holds ?? [])], differences: [], peers: null }
    // Nobody looks at addresses that are to go: they stay where they were until their node's turn.
    const going = spoken.holds.filter((vip) => spoken.leaves.includes(vip))
    return { ...spoken, holds: seen ? [...seen.holds, ...going] : spoken.holds }
  }

  /** Before each change in a batch. The first one of a run looks at the endpoint, the first on a node keeps its files. */
  async beforeChange(host: string): Promise<void> {
    await this.open()
    if (!this.#migrated && (await this.#opening)?.some(({ migration }) => migration))
      throw new HakubeError('VRRP changes, and the tasks that prepare for it were left out', {
        code: 'refused',
        hint: 'run the whole playbook, without --tags, --skip-tags and --start-at-task',
      })
    this.#dirty = true
    await this.#start(host)
  }

  async #start(host: string): Promise<void> {
    let starting = this.#starting.get(host)
    if (!starting) this.#starting.set(host, (starting = this.#keep(host)))
    await starting
  }

  async #keep(host: string): Promise<void> {
    // One look for all nodes of a batch: a second one might already see what the first node changes.
    await (this.#before ??= this.#look())
    const kept = await this.#nodes.change(host, snapshotScript)
    this.#changed.set(host, kept.trim() === 'kept')
  }

  /** Before a batch begins: what is wrong after the one before it; undefined if all is well. */
  async gate(run: PlayRun): Promise<string | undefined> {
    let gate = this.#gates.get(run)
    if (!gate) this.#gates.set(run, (gate = this.#pass(run)))
    return gate
  }

  async #pass(run: PlayRun): Promise<string | undefined> {
    // The order of a run that has changed nothing so far does not matter.
    if (this.#opening === undefined) return undefined
    const migrations = (await this.#opening).flatMap(({ migration }) => migration ?? [])
    try {
      const wrong =
        this.#gates.size === 1 && migrations.length > 0
          ? await this.#migrate(migrations)
          : await this.#settle()
      if (wrong !== undefined) return wrong
    } catch (error) {
      if (!isKnown(error)) throw error
      return `${error.host ?? 'a node'}: ${error.message}`
    }
    // The holder may have changed since the last batch.
    this.#nodes.arrange(
      run,
      (migrations.length > 0 ? await this.#opening : this.#courses()).flatMap(({ order }) => order),
    )
    this.#visited.push(run)
    for (const host of run.hosts) this.#quiet.delete(host)
    return undefined
  }

  /** Stops keepalived on all nodes but the keeper, which has the address from then on. */
  async #migrate(migrations: readonly Migration[]): Promise<string | undefined> {
    this.#migrated = true
    this.#dirty = true
    for (const { keeper, quiet } of migrations) {
      for (const host of [keeper, ...quiet]) await this.#start(host)
      for (const host of quiet) {
        this.#quiet.add(host)
        await this.#nodes.change(host, quietScript)
      }
    }
    const wrong = await this.#settle()
    if (wrong !== undefined) return wrong
    for (const { keeper, dropped } of migrations) {
      if (dropped.length === 0) continue
      this.#lent.push({ host: keeper, vips: dropped })
      await this.#nodes.change(keeper, lendScript(dropped))
    }
    this.#dirty = true
    return undefined
  }

  /** After the last batch, or after a failure: the last gate, and the way back if something is wrong. */
  async finish(failure: string | undefined): Promise<string | undefined> {
    // Where no node was changed, a failure speaks for itself.
    if (this.#changed.size === 0) return undefined
    const wrong = failure ?? (await this.#settle())
    if (wrong === undefined) return undefined
    const restored = await this.#restore()
    return `${wrong}; ${restored}`
  }

  /** Waits until the endpoint is as well as it was. */
  async #settle(): Promise<string | undefined> {
    const before = await this.#before
    const vips = [...new Set(this.#hosts.flatMap((host) => this.#nodes.endpoint(host)?.vips ?? []))]
    if (!before || !this.#dirty) return undefined
    const end = Date.now() + PATIENCE * 1000
    for (;;) {
      this.#last = await this.#look()
      const problems = worse(before, this.#last, vips, this.#quiet)
      if (problems.length === 0) break
      if (Date.now() > end)
        return `the endpoint is worse than before for ${PATIENCE} s: ${problems.join(', ')}`
      await sleep(PAUSE)
    }
    this.#dirty = false
    await this.#takeBack()
    return undefined
  }

  /** The keeper's keepalived has the lent addresses itself again. */
  async #takeBack(): Promise<void> {
    for (const { host, vips } of this.#lent.splice(0)) await this.#nodes.change(host, unlendScript(vips))
  }

  async #look(): Promise<Healths> {
    const looks = await Promise.all(
      this.#hosts.map(async (host) => {
        const endpoint = this.#nodes.endpoint(host)
        if (!endpoint) return []
        try {
          return [[host, readHealth(await this.#nodes.ask(host, healthScript(endpoint)))] as const]
        } catch (error) {
          // A node that is silent is a finding about that node, not about the one whose turn it is.
          if (isKnown(error)) return []
          throw error
        }
      }),
    )
    return new Map(looks.flat())
  }

  async #restore(): Promise<string> {
    const migrations = this.#migrated
      ? ((await this.#opening) ?? []).flatMap(({ migration }) => migration ?? [])
      : []
    // As on the way there, nodes that do not understand each other must not speak at the same time.
    const quiet = migrations.flatMap((migration) => migration.quiet).filter((host) => this.#changed.get(host))
    for (const host of quiet) await this.#nodes.change(host, quietScript).catch(known)
    for (const { keeper, dropped } of migrations)
      if (dropped.length > 0) await this.#nodes.change(keeper, lendScript(dropped)).catch(known)
    const back: string[] = []
    const others: string[] = []
    // The last one first: it is the one that went wrong.
    const reverse = [...this.#changed].reverse()
    const late = ([host]: readonly [string, boolean]) => Number(quiet.includes(host))
    for (const [host, kept] of reverse.sort((a, b) => late(a) - late(b))) {
      if (!kept) {
        others.push(`${host} had no endpoint before and stays as it is`)
        continue
      }
      try {
        await this.#nodes.change(host, restoreScript)
        back.push(host)
      } catch (error) {
        others.push(
          `${host} could not be restored: ${error instanceof Error ? error.message : String(error)}`,
        )
      }
    }
    // The kernel takes lent addresses back by itself as well.
    await sleep(1000 * Math.max(0, ...migrations.map(({ gap }) => gap)))
    await this.#takeBack().catch(known)
    const texts = [
      ...(back.length > 0 ? [`the files from before are back on ${back.join(', ')}`] : []),
      ...others,
    ]
    return texts.join(', ')
  }
}

/** A node that cannot be told is said later, when it is restored. */
function known(error: unknown): void {
  if (!isKnown(error)) throw error
}

/** The nodes in the order in which a change visits them: those that hold an address come last. */
export function backupsFirst(hosts: readonly string[], holds: (host: string) => boolean): string[] {
  return [...hosts.filter((host) => !holds(host)), ...hosts.filter(holds)]
}

/** Puts the hosts of the batches of a play in this order, without changing how many hosts each batch has. */
export function reorder(batches: readonly PlayRun[], order: readonly string[]): void {
  let at = 0
  for (const run of batches) {
    const hosts = order.slice(at, at + run.hosts.length)
    at += run.hosts.length
    run.hosts = hosts
    run.members = new Set(hosts)
  }
}
