import type { HostRun } from '../converge.ts'
import type { HostEnd } from '../converge/context.ts'
import type { Place } from '../errors.ts'
import type { Addition } from '../inventory/grow.ts'
import type { PlayRun } from '../playbook/step.ts'
import type { Progress } from '../progress.ts'
import type { Gate } from './gate.ts'
import type { Hosts } from './hosts.ts'
import type { Inputs } from './inputs.ts'
import { lockers } from './scene.ts'

export interface GrowthParts {
  inputs: Inputs
  hosts: Hosts
  gate: Gate
  progress: Progress
  plays: readonly PlayRun[]
  /** Hosts that could not be reached when the run began, and with which it goes on (ignore_unreachable). */
  unreached: ReadonlySet<string>
  /** Whether a play ignores that a host cannot be reached. */
  ignores: (host: string, run: PlayRun) => boolean
}

/** The hosts of a run, of which there may be more as it goes on (add_host, group_by). */
export class Growth {
  readonly runs: HostRun[] = []
  /** Makes the run of a host, from a position of the program on. */
  enlist: (host: string, from?: number) => HostRun = () => {
    throw new TypeError('nobody makes runs of hosts')
  }
  readonly #parts: GrowthParts
  readonly #ends: Promise<HostEnd>[] = []
  readonly #awaited = new Set<string>()
  #queue: Promise<void> = Promise.resolve()

  constructor(parts: GrowthParts) {
    this.#parts = parts
  }

  /** One addition at a time: each works on what the one before has made. */
  grow(addition: Addition, place: Place): Promise<void> {
    const grown = this.#queue.then(() => this.#grow(addition, place))
    this.#queue = grown.catch(() => undefined)
    return grown
  }

  async #grow(addition: Addition, place: Place): Promise<void> {
    const { inputs, hosts, gate, progress, plays } = this.#parts
    const added = await inputs.grow(addition, place, (run) => progress.hasBegun(run))
    for (const host of added) {
      if (progress.isIn(host) || progress.lostIn(host) !== undefined) continue
      // It may have been in the run before, and have come to the end of its plays.
      if (!this.runs.some((one) => one.host === host)) {
        hosts.late(host)
        for (const [, held] of lockers([host], hosts, plays)) gate.add(held)
        this.#awaited.add(host)
      }
      progress.enter(host, -1)
      const run = this.enlist(host, this.#beginOf(host))
      this.runs.push(run)
      this.start(run)
    }
  }

  /** Where the first play stands that is still to come for a host. */
  #beginOf(host: string): number {
    const { inputs, progress } = this.#parts
    const step = inputs.line.steps.find(
      ({ type, run }) => type === 'play' && run.members.has(host) && !progress.hasBegun(run),
    )
    return step?.position ?? inputs.line.end
  }

  start(run: HostRun): void {
    this.#ends.push(run.run())
  }

  /** How all hosts have ended, those included that come in meanwhile. */
  async ended(): Promise<HostEnd[]> {
    for (let count = -1; count !== this.#ends.length;) {
      count = this.#ends.length
      await Promise.allSettled(this.#ends)
    }
    return Promise.all(this.#ends)
  }

  /** Whether a host is to be connected to, or to tell its facts, when this play begins. */
  isAwaited(host: string, run: PlayRun): boolean {
    if (this.#awaited.has(host)) return true
    const { inputs, hosts, unreached, ignores } = this.#parts
    const { store } = inputs
    const isOwed = store.growth > 0 || (unreached.has(host) && !ignores(host, run))
    if (!isOwed || store.hosts.get(host)?.facts !== undefined) return false
    return run.members.has(host) && hosts.wantsFacts(run, host)
  }

  async arrive(host: string, run: PlayRun): Promise<void> {
    this.#awaited.delete(host)
    await this.#parts.hosts.arrive(host, run)
  }
}
