import type { PlayRun } from '../playbook/step.ts'
import { sameWay, wayOf, type Way } from '../playbook/way.ts'
import { toJson } from '../value.ts'
import { renderTree, type TaskScope } from '../variables/scope.ts'

/** How each host of a run is reached where its tasks say nothing else: as the first of its plays says. */
export class Ways {
  readonly #plays: readonly PlayRun[]
  readonly #scope: (host: string, run: PlayRun) => TaskScope
  readonly #usual = new Map<string, Way>()

  constructor(plays: readonly PlayRun[], scope: (host: string, run: PlayRun) => TaskScope) {
    this.#plays = plays
    this.#scope = scope
  }

  usual(host: string): Way {
    const known = this.#usual.get(host)
    if (known) return known
    const run = this.#plays.find((play) => play.members.has(host))
    const way = wayOf(run?.play ?? {}, this.scope(host))
    this.#usual.set(host, way)
    return way
  }

  isUsual(host: string, way: Way): boolean {
    return sameWay(way, this.usual(host))
  }

  /** The variables of a host as its first play sees them; another host is seen by the first play of all. */
  scope(host: string): TaskScope {
    return this.#scope(host, this.#runOf(host))
  }

  /** By which program users are changed in that play. */
  method(host: string): string | undefined {
    const { becomeMethod } = this.#runOf(host).play
    return becomeMethod && String(toJson(renderTree(becomeMethod, this.scope(host))))
  }

  #runOf(host: string): PlayRun {
    const run = this.#plays.find((play) => play.members.has(host)) ?? this.#plays[0]
    if (!run) throw new TypeError('a run without plays has no hosts')
    return run
  }
}
