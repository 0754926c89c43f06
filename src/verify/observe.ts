import type { Connection } from '../connect/connection.ts'
import { isKnown } from '../errors.ts'
import { parseAddress } from '../ha/address.ts'
import { deriveTopology } from '../ha/topology.ts'
import { type View, viewOf } from '../ha/view.ts'
import type { TaskOutcome } from '../report/events.ts'
import type { Scene } from '../run/options.ts'
import { readInput } from '../tasks/ha_topology.ts'
import { isDict } from '../value.ts'
import { apiServerLines, splitServer } from './haproxy-cfg.ts'
import { probe, type ProbeTarget } from './probe.ts'
import { questionsFor, readNode } from './questions.ts'
import type { NodeSeen, ProbeSeen, Seen } from './seen.ts'

/** What the run told before the looking began. */
export interface Told {
  outcomes: readonly TaskOutcome[]
  /** Hosts that could not be reached, and why. */
  unreachable: ReadonlyMap<string, string>
}

/** Looks at every host of the endpoint: questions in one message, and connections to the servers through it. */
export async function observe(scene: Scene, told: Told): Promise<Seen> {
  const views = viewsOf(scene)
  const nodes = new Map<string, NodeSeen>()
  const missing = new Map(told.unreachable)
  const looks = await Promise.all(
    [...views].map(async ([host, view]) => {
      // Others may have read the facts of a host that is left out; nobody said who asks it.
      const connection = scene.reached.includes(host) ? scene.hosts.connections.get(host) : undefined
      if (missing.has(host)) return []
      if (!connection) {
        missing.set(host, 'it was not asked: --limit leaves it out')
        return []
      }
      try {
        const { node, probes } = await look(scene, connection, view)
        nodes.set(host, node)
        return probes
      } catch (error) {
        if (!isKnown(error)) throw error
        missing.set(host, error.message)
        return []
      }
    }),
  )
  return {
    views,
    // In the inventory's order, not in that of the answers.
    nodes: new Map([...views.keys()].flatMap((host) => entry(host, nodes.get(host)))),
    missing,
    probes: looks.flat(),
    outcomes: told.outcomes,
    owners: ownersOf(scene),
    now: Date.now(),
  }
}

function entry<T>(host: string, value: T | undefined): [string, T][] {
  return value === undefined ? [] : [[host, value]]
}

/**
 * What each host of the endpoint is to be, derived as the playbook derives it; in the inventory's order. Hosts that
 * --limit leaves out are part of it all the same.
 */
export function viewsOf(scene: Scene, hosts: readonly string[] = scene.inputs.hosts): Map<string, View> {
  const views = new Map<string, View>()
  for (const host of hosts) {
    const scope = scene.scope(host)
    const input = readInput({
      variable: (name) => scope.lookup(name),
      placeOf: (of, variable) => scope.placeOf(of, variable),
    })
    const topology = deriveTopology(input)
    const all = [host, ...[...topology.nodes, ...topology.backends].map(({ name }) => name)]
    for (const name of all) if (!views.has(name)) views.set(name, viewOf(topology, name))
  }
  const order = [...scene.inputs.inventory.hosts.keys()]
  return new Map([...views].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)))
}

async function look(
  scene: Scene,
  connection: Connection,
  view: View,
): Promise<{ node: NodeSeen; probes: ProbeSeen[] }> {
  // First: who has talked to an address has it in its neighbour table.
  const toVips = view.vips.map((address) => ({ address, port: view.port, path: view.apiserver.check_path }))
  const vips = await probeAll(connection, view.keepalived || hasVip(view) ? toVips : [])
  const node = await askNode(scene, connection, view)
  const servers = view.haproxy || view.keepalived ? serversOf(view, node) : []
  return { node, probes: [...vips, ...(await probeAll(connection, servers))] }
}

/** A single node has no virtual address; hosts behind load balancers have somebody else's. */
function hasVip(view: View): boolean {
  return view.warnings.length === 0
}

/** Asks one host, and reads what it says. Throws HakubeError where the connection is lost. */
async function askNode(scene: Scene, connection: Connection, view: View): Promise<NodeSeen> {
  const shell = await connection.shell(scene.identity(connection.host))
  const questions = questionsFor(view)
  const sent = Date.now()
  const { answers } = await shell.exchange({ questions })
  return readNode(view, answers, { sent, received: Date.now() })
}

/** The API servers of the inventory, and whatever else haproxy sends clients to. */
function serversOf(view: View, node: NodeSeen): ProbeTarget[] {
  const expected = view.servers.map(({ address }) => address)
  const found = node.haproxyCfg === undefined ? [] : apiServerLines(node.haproxyCfg)
  const all = new Set([...expected, ...found.map(({ address }) => address)])
  return [...all].flatMap((address) => {
    const split = splitServer(address)
    return split ? [{ address: split.host, port: split.port, path: view.apiserver.check_path }] : []
  })
}

/** Connects through a host to all of these at once; `seconds` is what each may take. */
export function probeAll(
  connection: Connection,
  targets: readonly ProbeTarget[],
  seconds?: number,
): Promise<ProbeSeen[]> {
  const open = (host: string, port: number) => connection.forward(host, port)
  return Promise.all(
    targets.map(async (target) => ({
      from: connection.host,
      address: target.address,
      port: target.port,
      result: await probe(open, target, seconds),
    })),
  )
}

/** Names of the inventory's variables that hold a host's own address. */
const ADDRESS_VARIABLES = ['ha_address', 'ip', 'ip6', 'ansible_host']

/** Names of the inventory's hosts by the addresses that its variables name. */
export function ownersOf(scene: Scene): Map<string, string> {
  const out = new Map<string, string>()
  const [first] = scene.inputs.hosts
  const hostvars = first === undefined ? undefined : scene.scope(first).lookup('hostvars')
  if (!isDict(hostvars)) return out
  for (const host of scene.inputs.inventory.hosts.keys()) {
    const variables = hostvars.get(host)
    for (const name of ADDRESS_VARIABLES) {
      const address = isDict(variables) ? textIn(() => variables.get(name)) : undefined
      if (address !== undefined && !out.has(address)) out.set(address, host)
    }
  }
  return out
}

/** An address; undefined for a variable that says something else, or cannot be rendered: nobody needs it here. */
function textIn(read: () => unknown): string | undefined {
  try {
    const value = read()
    return typeof value === 'string' ? parseAddress(value)?.address : undefined
  } catch (error) {
    if (isKnown(error)) return undefined
    throw error
  }
}
