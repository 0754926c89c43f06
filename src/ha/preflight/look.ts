import type { Connection } from '../../connect/connection.ts'
import { isKnown } from '../../errors.ts'
import type { Scene } from '../../run/options.ts'
import { splitServer } from '../../verify/haproxy-cfg.ts'
import { ownersOf, probeAll, viewsOf } from '../../verify/observe.ts'
import type { ProbeSeen } from '../../verify/seen.ts'
import { familyOf, fullPrefix } from '../address.ts'
import type { View } from '../view.ts'
import { establishedBy } from './judge.ts'
import { WAITING } from './finding.ts'
import { freeVrid } from './packet.ts'
import { lookQuestions } from './questions.ts'
import { readHeard, readHost } from './read.ts'
import type { Heard, HostSeen, PreflightSeen } from './seen.ts'
import { speakScript } from './speak.ts'
import { speechOf, strangersTo, usedVrids } from './speech.ts'

export interface LookSettings {
  /** The hosts that the endpoints are derived for; those of the run when not given. */
  hosts?: readonly string[]
  /** Whether a keepalived may be started for the trial, where a node has neither perl nor Python. */
  mayStart: boolean
  /** Listens even where what runs proves already that nodes hear each other. */
  thorough: boolean
  /** Hosts that could not be reached, and why. */
  unreachable?: ReadonlyMap<string, string>
}

export interface Looked {
  seen: PreflightSeen
  /** Why nobody had to listen; undefined = all did. */
  skipped: string | undefined
}

/** Seconds for all of a connection to an API server: the nodes listen for about as long. */
const PATIENCE = 3

/** Looks at all hosts of the endpoint at once: one message each, and where it is not established, another one. */
export async function lookAround(scene: Scene, settings: LookSettings): Promise<Looked> {
  const views = viewsOf(scene, settings.hosts)
  const missing = new Map(settings.unreachable)
  const connections = new Map<string, Connection>()
  for (const host of views.keys()) {
    const connection = scene.reached.includes(host) ? scene.hosts.connections.get(host) : undefined
    if (connection) connections.set(host, connection)
    else if (!missing.has(host)) missing.set(host, 'it was not reached, or --limit leaves it out')
  }
  const ask = new Asking(scene, views, connections, missing)
  const hosts = await ask.all(async (host, view) => {
    const { answers, times } = await ask.questions(host, lookQuestions(view))
    return readHost(answers, times)
  })
  const seen: PreflightSeen = {
    views,
    hosts,
    missing,
    heard: new Map(),
    probes: [],
    owners: ownersOf(scene),
    opening: new Set(openingOf(views, hosts)),
    now: Date.now(),
  }
  const [{ heard, skipped }, probes] = await Promise.all([
    listen(seen, ask, settings),
    probeServers(views, connections),
  ])
  return { seen: { ...seen, heard, probes }, skipped }
}

/** Hosts whose firewalld hakube opens for VRRP before keepalived starts: until then silence proves nothing. */
function openingOf(views: ReadonlyMap<string, View>, hosts: ReadonlyMap<string, HostSeen>): string[] {
  return [...hosts].flatMap(([host, { units }]) =>
    units.get('firewalld') === 'active' && views.get(host)?.firewall.manage === true ? [host] : [],
  )
}

/** Has the hosts speak VRRP to each other and hear what comes, once more; for who has opened a firewall meanwhile. */
export async function hearAgain(scene: Scene, before: PreflightSeen): Promise<PreflightSeen> {
  const connections = new Map(
    [...before.hosts.keys()].flatMap((host) => {
      const connection = scene.hosts.connections.get(host)
      return connection ? [[host, connection] as const] : []
    }),
  )
  const ask = new Asking(scene, before.views, connections, new Map(before.missing))
  const { heard } = await listen(before, ask, { thorough: true, mayStart: true })
  return { ...before, heard, opening: new Set() }
}

class Asking {
  readonly #scene: Scene
  readonly #views: ReadonlyMap<string, View>
  readonly #connections: ReadonlyMap<string, Connection>
  readonly #missing: Map<string, string>

  constructor(
    scene: Scene,
    views: ReadonlyMap<string, View>,
    connections: ReadonlyMap<string, Connection>,
    missing: Map<string, string>,
  ) {
    this.#scene = scene
    this.#views = views
    this.#connections = connections
    this.#missing = missing
  }

  /** All hosts at the same time, however few forks there are: they have to hear each other. In the inventory's order. */
  async all<T>(look: (host: string, view: View) => Promise<T | undefined>): Promise<Map<string, T>> {
    const { limit } = this.#scene.hosts
    const forks = limit.concurrency
    limit.concurrency = Math.max(forks, this.#connections.size)
    try {
      const found = await Promise.all(
        [...this.#views].map(async ([host, view]): Promise<[string, T][]> => {
          if (!this.#connections.has(host)) return []
          try {
            const one = await look(host, view)
            return one === undefined ? [] : [[host, one]]
          } catch (error) {
            if (!isKnown(error)) throw error
            this.#missing.set(host, error.message)
            return []
          }
        }),
      )
      return new Map(found.flat())
    } finally {
      limit.concurrency = forks
    }
  }

  async questions(host: string, questions: ReturnType<typeof lookQuestions>) {
    const connection = this.#connections.get(host)
    if (!connection) throw new TypeError(`no connection to ${host}`)
    const shell = await connection.shell(this.#scene.identity(host))
    const sent = Date.now()
    const { answers } = await shell.exchange({ questions })
    return { answers, times: { sent, received: Date.now() } }
  }
}

async function listen(
  seen: PreflightSeen,
  ask: Asking,
  { thorough, mayStart }: Pick<LookSettings, 'thorough' | 'mayStart'>,
): Promise<{ heard: ReadonlyMap<string, Heard>; skipped: string | undefined }> {
  const nobody = { heard: new Map<string, Heard>() }
  const established = thorough ? undefined : establishedBy(seen)
  if (established !== undefined) return { ...nobody, skipped: established }
  const skips = [...seen.views.values()][0]?.skip_preflight ?? []
  if (!thorough && WAITING.every((name) => skips.includes(name)))
    return { ...nobody, skipped: 'ha_skip_preflight' }
  const vrid = freeVrid(usedVrids(seen))
  const nodes = [...seen.hosts.keys()].filter((host) => seen.views.get(host)?.keepalived)
  const [first] = nodes
  const heard = await ask.all(async (host, view) => {
    const look = seen.hosts.get(host)
    if (!look || !view.keepalived) return undefined
    const others = host === first ? strangersTo(seen, view, look) : []
    const rank = mayStart ? nodes.indexOf(host) : undefined
    const script = speakScript({ ...speechOf(view, look, vrid), others, rank })
    const { answers, times } = await ask.questions(host, [{ id: 'speak', script }])
    return readHeard(answers.get('speak')?.stdout.toString('utf8') ?? '', times)
  })
  return { heard, skipped: undefined }
}

/** Every API server as the nodes that send clients there reach it, and addresses that only routers know. */
async function probeServers(
  views: ReadonlyMap<string, View>,
  connections: ReadonlyMap<string, Connection>,
): Promise<ProbeSeen[]> {
  const found = await Promise.all(
    [...views].map(async ([host, view]) => {
      const connection = connections.get(host)
      if (!connection || !(view.haproxy || view.keepalived)) return []
      const path = view.apiserver.check_path
      const servers = view.servers.flatMap(({ address }) => {
        const split = splitServer(address)
        return split ? [{ address: split.host, port: split.port, path }] : []
      })
      const routed = view.instances.flatMap(({ vip }) => {
        const [address = '', prefix] = vip.split('/')
        return Number(prefix) === fullPrefix(familyOf(address)) ? [{ address, port: view.port, path }] : []
      })
      return probeAll(connection, [...servers, ...routed], PATIENCE)
    }),
  )
  return found.flat()
}
