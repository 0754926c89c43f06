import type { Connection } from '../connect/connection.ts'
import { isKnown } from '../errors.ts'
import type { View } from '../ha/view.ts'
import type { Scene } from '../run/options.ts'
import { splitServer } from './haproxy-cfg.ts'
import { probe } from './probe.ts'
import { glanceQuestions, readGlance } from './questions.ts'
import type { NodeSeen, ProbeSeen, Seen } from './seen.ts'

/** Seconds that a glance waits for a host: who looks on wants to see the others. */
const PATIENCE = 2

/** Seconds between two attempts to connect to a host that was lost. */
const AGAIN = 2

/** Looks at the nodes again and again, over connections that stay open; a host that is lost is connected to again. */
export class Glances {
  readonly #scene: Scene
  readonly #views: ReadonlyMap<string, View>
  readonly #asking = new Map<string, Promise<NodeSeen>>()
  readonly #connecting = new Map<string, Promise<void>>()
  readonly #lost = new Map<string, string>()
  #isOver = false

  constructor(scene: Scene, views: ReadonlyMap<string, View>, unreachable: ReadonlyMap<string, string>) {
    this.#scene = scene
    this.#views = views
    for (const [host, why] of unreachable) this.#lost.set(host, why)
  }

  /** What is to be seen now; a host that does not answer in time is missing. */
  async look(): Promise<Seen> {
    const nodes = new Map<string, NodeSeen>()
    const missing = new Map<string, string>()
    const [probes] = await Promise.all([
      this.#probes(),
      ...[...this.#views].map(async ([host, view]) => {
        const found = await this.#ask(host, view)
        if (typeof found === 'string') missing.set(host, found)
        else nodes.set(host, found)
      }),
    ])
    return {
      views: this.#views,
      nodes: new Map(
        [...this.#views.keys()].flatMap((host) => (nodes.has(host) ? [...entry(host, nodes)] : [])),
      ),
      missing,
      probes,
      outcomes: [],
      owners: new Map(),
      now: Date.now(),
    }
  }

  /** Waits for connections that are under way, and ends them: nobody else knows of them. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#connecting.values())
  }

  /** The host's answers, or why there are none. */
  async #ask(host: string, view: View): Promise<NodeSeen | string> {
    // --limit leaves it out.
    if (!this.#scene.inputs.hosts.includes(host)) return 'not asked'
    const connection = this.#scene.hosts.connections.get(host)
    if (!connection) {
      this.#connect(host)
      return this.#lost.get(host) ?? 'connecting'
    }
    // A host that hangs still has the last question to answer.
    const asking = this.#asking.get(host) ?? this.#question(connection, view)
    this.#asking.set(host, asking)
    try {
      const found = await inTime(asking, PATIENCE)
      if (found === undefined) return `no answer within ${PATIENCE} s`
      this.#asking.delete(host)
      return found
    } catch (error) {
      this.#asking.delete(host)
      if (!isKnown(error)) throw error
      this.#lost.set(host, error.message)
      this.#scene.hosts.connections.delete(host)
      await connection.close()
      return error.message
    }
  }

  async #question(connection: Connection, view: View): Promise<NodeSeen> {
    const shell = await connection.shell(this.#scene.identity(connection.host))
    const { answers } = await shell.exchange({ questions: glanceQuestions(view) })
    return readGlance(view, answers)
  }

  /** Connects anew in the background, and waits a little before the next attempt. */
  #connect(host: string): void {
    if (this.#connecting.has(host) || this.#isOver) return
    const connecting = this.#reach(host).finally(() => {
      setTimeout(() => this.#connecting.delete(host), AGAIN * 1000).unref()
    })
    this.#connecting.set(host, connecting)
  }

  async #reach(host: string): Promise<void> {
    try {
      const connection = await this.#scene.hosts.reach(host)
      if (connection) this.#lost.delete(host)
    } catch (error) {
      if (!isKnown(error)) throw error
      this.#lost.set(host, error.message)
    }
  }

  /** Every API server, asked through its own host, else through whichever host there is. */
  async #probes(): Promise<ProbeSeen[]> {
    const { connections } = this.#scene.hosts
    const [view] = this.#views.values()
    const any = [...this.#views.keys()].map((host) => connections.get(host)).find((one) => one !== undefined)
    const asked = (view?.servers ?? []).map(async ({ name, address }) => {
      const through: Connection | undefined = connections.get(name) ?? any
      const split = splitServer(address)
      if (!through || !split) return []
      const target = { address: split.host, port: split.port, path: view?.apiserver.check_path ?? '' }
      const result = await probe((host, port) => through.forward(host, port), target, PATIENCE)
      return [{ from: through.host, address: split.host, port: split.port, result }]
    })
    return (await Promise.all(asked)).flat()
  }
}

function* entry<T>(host: string, map: ReadonlyMap<string, T>): Generator<[string, T]> {
  const value = map.get(host)
  if (value !== undefined) yield [host, value]
}

/** The result, or undefined when it takes longer. */
async function inTime<T>(promise: Promise<T>, seconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
