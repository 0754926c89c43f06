import { withPort } from '../ha/address.ts'
import { HakubeError } from '../errors.ts'
import { checkNodes, checkPorts, checkTimers } from '../ha/checks.ts'
import { clustersOf, groupsOf } from '../ha/clusters.ts'
import { type Endpoint, readEndpoint } from '../ha/endpoint.ts'
import { type Members, readGroups } from '../ha/groups.ts'
import { Problems } from '../ha/problems.ts'
import type { TopologyInput } from '../ha/topology.ts'
import { readVariables } from '../ha/read-variables.ts'
import { templateEnvironment } from '../playbook/environment.ts'
import type { PlayRun } from '../playbook/step.ts'
import { readInputs, type Inputs } from '../run/inputs.ts'
import { magicVariables } from '../run/magic.ts'
import type { RunOptions } from '../run/options.ts'
import { nearest } from '../suggest.ts'
import { readInput } from '../tasks/ha_topology.ts'
import { TaskScope } from '../variables/scope.ts'

/** The endpoint as the inventory alone tells it. */
export interface Planned {
  endpoint: Endpoint
  members: Members
  inputs: Inputs
  /** The variables of a host in a play. */
  scope: (host: string, run: PlayRun) => TaskScope
}

/**
 * Reads the endpoint out of the inventory, without connecting anywhere. Throws HakubeError for what `hakube apply`
 * would refuse, as far as it shows without the hosts. `wanted` is the cluster that is meant where the inventory has
 * several; without it they are refused, and named.
 */
export async function readPlanned(options: RunOptions, wanted?: string): Promise<Planned> {
  const scene = await readScene(options)
  return planOne(scene, chosenCluster(scene.input, wanted, scene.problems()))
}

/** The endpoint of every cluster of the inventory, in its order. Throws as readPlanned does. */
export async function readAllPlanned(options: RunOptions): Promise<Planned[]> {
  const scene = await readScene(options)
  const problems = scene.problems()
  const clusters = clustersOf(scene.input.groups, scene.input.hosts, problems)
  problems.throw()
  return clusters.map((cluster) => planOne(scene, cluster))
}

interface Scene extends Pick<Planned, 'inputs' | 'scope'> {
  input: TopologyInput
  problems: () => Problems
}

async function readScene(options: RunOptions): Promise<Scene> {
  const inputs = await readInputs({ ...options, check: true })
  const environment = templateEnvironment('.', options.env, options.vault, undefined, inputs.lookups)
  const scope = (host: string, run: PlayRun): TaskScope => {
    const magic = magicVariables(host, run, inputs.store, { ...options, tags: [], skipTags: [] })
    return new TaskScope(inputs.store, host, 0, { magic, loop: new Map(), environment, texts: [] })
  }
  const [first] = inputs.hosts
  const run = inputs.line.steps.find((step) => step.run.hosts.length > 0)?.run
  if (first === undefined || !run) throw new TypeError('a run without hosts was let through')
  const variables = scope(first, run)
  const input = readInput({
    variable: (name) => variables.lookup(name),
    placeOf: (host, name) => variables.placeOf(host, name),
  })
  return { inputs, scope, input, problems: () => new Problems(input.placeOf) }
}

function planOne(scene: Scene, cluster: string | undefined): Planned {
  const { inputs, scope, input } = scene
  const problems = scene.problems()
  const members = readGroups(groupsOf(cluster, input.groups, input.hosts), problems)
  if (!members) throw problems.asError()
  const given = new Map(
    [...new Set([...members.nodes, ...members.controlPlane])].map((name) => {
      const host = input.hosts.get(name)
      if (!host) throw new TypeError(`the groups name a host ${name} that has no variables`)
      return [name, readVariables(host, problems)] as const
    }),
  )
  const endpoint = readEndpoint(given, members, problems)
  if (!endpoint) throw problems.asError()
  const nodes = members.nodes.map((name) => ({ name }))
  // Where frontends lead to may take the hosts' facts.
  const outline = { endpoint, layout: members.layout, nodes, frontends: [] }
  checkPorts(outline, problems)
  checkNodes(outline, problems)
  checkTimers(outline, problems)
  problems.throw()
  return { endpoint, members, inputs, scope }
}

/** The cluster to export; undefined where the inventory has one without a name. */
function chosenCluster(
  input: TopologyInput,
  wanted: string | undefined,
  problems: Problems,
): string | undefined {
  const clusters = clustersOf(input.groups, input.hosts, problems)
  problems.throw()
  const names = clusters.filter((name) => name !== undefined)
  if (wanted === undefined && names.length < 2) return names[0]
  if (wanted !== undefined && names.includes(wanted)) return wanted
  if (wanted === undefined)
    throw new HakubeError(`the inventory has several clusters: ${names.join(', ')}`, {
      code: 'ha-cluster',
      hint: `name the one that is meant: --cluster ${names[0] ?? ''}`,
    })
  const near = nearest(wanted, names)
  throw new HakubeError(`the inventory has no cluster ${wanted}`, {
    code: 'ha-cluster',
    hint:
      near !== undefined
        ? `did you mean ${near}? There are ${names.join(', ')}`
        : names.length > 0
          ? `there are ${names.join(', ')}`
          : 'it does not use ha_cluster, so leave --cluster out',
  })
}

/** Where clients reach the endpoint: the name that was given, else the first virtual address. */
export function hostAndPort({ vips, port }: Endpoint, name: string | undefined): string {
  return name === undefined ? withPort(vips[0]?.address ?? '', port) : `${name}:${port}`
}
