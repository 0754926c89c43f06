import { setTimeout as sleep } from 'node:timers/promises'
import { isKnown } from '../errors.ts'
import type { PlayRun } from '../playbook/program.ts'
import type { Script } from '../shell/sh.ts'
import { type HealthAsk, type Healths, healthScript, readHealth, worse } from './health.ts'
import { restoreScript, snapshotScript } from './snapshot.ts'

/** How a rolling change reaches its nodes. */
export interface Nodes {
  /** Has a node answer a script that only looks. Throws HakubeError for a node that does not answer. */
  ask(host: string, script: Script): Promise<string>
  /** Has a node run a script that changes it. Throws HakubeError if that does not end well. */
  change(host: string, script: Script): Promise<string>
  /** What is looked at on a node: the endpoint of its cluster; undefined while that is not known. */
  endpoint(host: string): HealthAsk | undefined
}

/** Seconds in which an endpoint has to be as well again as it was. */
const PATIENCE = 30
const PAUSE = 500

/**
 * Changes an endpoint node by node: the play with `serial` goes on to its next batch only if the endpoint is no worse
 * than it was before the run, and if it is, all changed nodes get their files back. Without changes it asks nothing.
 */
export class Rolling {
  readonly #nodes: Nodes
  readonly #hosts: readonly string[]
  #before: Promise<Healths> | undefined
  /** Changed nodes in their order, and whether there is something to go back to. */
  readonly #changed = new Map<string, boolean>()
  readonly #starting = new Map<string, Promise<void>>()
  readonly #gates = new Map<PlayRun, Promise<string | undefined>>()
  #dirty = false

  /** `hosts`: all nodes of the endpoint that can be reached. */
  constructor(nodes: Nodes, hosts: readonly string[]) {
    this.#nodes = nodes
    this.#hosts = hosts
  }

  /** Before each change in a batch. The first one of a run looks at the endpoint, the first on a node keeps its files. */
  async beforeChange(host: string): Promise<void> {
    this.#dirty = true
    let starting = this.#starting.get(host)
    if (!starting) this.#starting.set(host, (starting = this.#start(host)))
    await starting
  }

  async #start(host: string): Promise<void> {
    // One look for all nodes of a batch: a second one might already see what the first node changes.
    await (this.#before ??= this.#look())
    const kept = await this.#nodes.change(host, snapshotScript)
    this.#changed.set(host, kept.trim() === 'kept')
  }

  /** Before a batch begins: what is wrong after the one before it; undefined if all is well. */
  async gate(run: PlayRun): Promise<string | undefined> {
    let gate = this.#gates.get(run)
    if (!gate) this.#gates.set(run, (gate = this.#settle()))
    return gate
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
      const problems = worse(before, await this.#look(), vips)
      if (problems.length === 0) break
      if (Date.now() > end)
        return `the endpoint is worse than before for ${PATIENCE} s: ${problems.join(', ')}`
      await sleep(PAUSE)
    }
    this.#dirty = false
    return undefined
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
    const back: string[] = []
    const others: string[] = []
    // The last one first: it is the one that went wrong.
    for (const [host, kept] of [...this.#changed].reverse()) {
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
    const texts = [
      ...(back.length > 0 ? [`the files from before are back on ${back.join(', ')}`] : []),
      ...others,
    ]
    return texts.join(', ')
  }
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
