import type { Connection } from '../connect/connection.ts'
import type { PlayRun } from '../playbook/step.ts'
import { TaskScope } from '../variables/scope.ts'
import type { Hosts } from './hosts.ts'
import type { Inputs } from './inputs.ts'
import type { LayersOf } from './layers.ts'
import type { Scene } from './options.ts'

/** The open connection to a host of the run. */
export function connectionOf(hosts: Hosts, host: string): Connection {
  const connection = hosts.connections.get(host)
  if (!connection) throw new TypeError(`no connection to ${host}`)
  return connection
}

/** The variables of a host at the begin of a play. */
export function scopeOfPlay(inputs: Inputs, layers: LayersOf, host: string, run: PlayRun): TaskScope {
  return new TaskScope(inputs.store, host, 0, layers(host, run, undefined))
}

/** What who looks at more than the playbook does gets to see. */
export function sceneOf(
  inputs: Inputs,
  layers: LayersOf,
  hosts: Hosts,
  plays: readonly PlayRun[],
  reached: readonly string[],
): Scene {
  const playOf = (host: string): PlayRun => {
    const play = plays.find((run) => run.hosts.includes(host))
    if (!play) throw new TypeError(`${host} is in no play`)
    return play
  }
  return {
    inputs,
    hosts,
    reached,
    scope: (host) => scopeOfPlay(inputs, layers, host, playOf(host)),
    identity: (host) => hosts.identity(host, playOf(host)),
  }
}

/** Who holds the lock on each host: root where any play becomes root there. */
export function lockers(reached: readonly string[], hosts: Hosts, plays: readonly PlayRun[]) {
  return new Map(
    reached.map((host) => {
      const connection = hosts.connections.get(host)
      if (!connection) throw new TypeError(`no connection to ${host}`)
      const identities = plays
        .filter((run) => run.hosts.includes(host))
        .map((run) => hosts.identity(host, run))
      const identity = identities.find((one) => one.becomeUser === 'root') ?? identities[0] ?? {}
      return [host, { connection, identity }] as const
    }),
  )
}
