import { items, type Json, type JsonObject, object, textAt } from './container-compare.ts'
import { networkName } from './docker-formats.ts'
import type { DockerTask } from './docker-task.ts'

export interface NetworkChange {
  name: string
  /** It is in the network already, in another way. */
  leave: boolean
  flags: readonly string[]
  /** Where it only leaves. */
  join: boolean
}

/** Networks to join, to join anew and to leave. `inside`: those it is in; undefined: it is made anew. */
export function networkChanges(task: DockerTask, inside: JsonObject | undefined): NetworkChange[] {
  const { networks = [], network_mode: mode } = task.params
  const strict =
    task.comparisons.get('networks') === 'strict' &&
    (task.params.networks !== undefined || task.params.purge_networks)
  const connected = inside ?? joined(mode)
  const names = Object.keys(connected)
  const changes = networks.flatMap((network): NetworkChange[] => {
    const { name } = network
    const flags = networkFlags(network)
    if (!names.includes(name)) return [{ name, leave: false, join: true, flags }]
    const same = inside === undefined ? flags.length === 0 : isAsWanted(network, object(connected[name]))
    return same ? [] : [{ name, leave: true, join: true, flags }]
  })
  const extra = strict ? names.filter((name) => !networks.some((one) => one.name === name)) : []
  const ignored = task.comparisons.get('networks') === 'ignore' && inside !== undefined
  return [
    ...(ignored ? [] : changes),
    ...extra
      .filter((name) => name !== 'host' && name !== 'none')
      .map((name) => ({ name, leave: true, join: false, flags: [] })),
  ]
}

type Network = Exclude<DockerTask['params']['networks'], undefined>[number]

function networkFlags({ ipv4_address: v4, ipv6_address: v6, aliases = [], links = [] }: Network): string[] {
  return [
    ...(v4 ? [`--ip=${v4}`] : []),
    ...(v6 ? [`--ip6=${v6}`] : []),
    ...aliases.map((alias) => `--alias=${alias}`),
    ...links.map((link) => `--link=${link}`),
  ]
}

/** The networks of a container that is made anew, as inspect will have them as far as the task says so. */
export function networksOf(task: DockerTask): JsonObject {
  const { networks = [], network_mode: mode } = task.params
  const named = networks.map(
    ({ name, ipv4_address: v4, ipv6_address: v6, aliases = [], links = [] }): [string, Json] => [
      name,
      { IPAMConfig: { IPv4Address: v4, IPv6Address: v6 }, Aliases: aliases, Links: links.map(aliased) },
    ],
  )
  const strict = task.comparisons.get('networks') === 'strict'
  return {
    ...(strict && networks.length > 0 ? {} : joined(mode)),
    ...Object.fromEntries(named),
  }
}

/** What it is in by its mode. One that shares the network of another container is in none of its own. */
function joined(mode = 'default'): JsonObject {
  return mode.startsWith('container:') ? {} : { [networkName(mode)]: {} }
}

const aliased = (link: string): string => (link.includes(':') ? link : `${link}:${link}`)

function isAsWanted(
  { ipv4_address: v4, ipv6_address: v6, aliases = [], links = [] }: Network,
  seen: JsonObject,
): boolean {
  const has = (key: string, all: readonly string[]) => all.every((one) => items(seen[key]).includes(one))
  return (
    (!v4 || textAt(seen, 'IPAMConfig', 'IPv4Address') === v4) &&
    (!v6 || textAt(seen, 'IPAMConfig', 'IPv6Address') === v6) &&
    has('Aliases', aliases) &&
    has('Links', links.map(aliased))
  )
}
