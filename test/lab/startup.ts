import { statSync } from 'node:fs'
import { compose, inspect, remove, restoreAllLinks, sameNetwork, type ContainerState } from './containers.ts'
import type { Say } from './engine.ts'
import { allContainers, containerOf, hosts } from './members.ts'
import { PATHS } from './paths.ts'
import { must, run } from './process.ts'

/** Starts every container of the lab, whatever state it is in, and makes those that are missing or out of date. */
export async function startAll(say: Say): Promise<void> {
  const before = await inspect(allContainers)
  const share = { path: PATHS.share, made: statSync(PATHS.share).birthtimeMs }
  await remove([...before.values()].filter((one) => isLost(one, before, share)).map(({ name }) => name))
  for (const { name, status } of before.values())
    if (status === 'paused') await must(['docker', 'unpause', name])
  try {
    await compose('up', '-d', '--remove-orphans')
  } catch (error) {
    say(`making all hosts anew: ${String(error).split('\n').at(-1)}`)
    await remove(allContainers)
    await run(['docker', 'network', 'rm', 'hakube-lab_lab'])
    await compose('up', '-d', '--remove-orphans')
  }
  await restoreAllLinks()
  await reattachApis(await inspect(allContainers))
}

/**
 * A container that is of no use any more: half removed, or in the network of one that was removed, or with the keys of a
 * checkout that was deleted and stood where this one stands.
 */
export function isLost(
  { status, networkOf, mounts, created }: ContainerState,
  all: ReadonlyMap<string, ContainerState>,
  share: { path: string; made: number },
): boolean {
  if (status === 'dead' || status === 'removing') return true
  if (mounts.includes(share.path) && created < share.made) return true
  return networkOf !== undefined && ![...all.values()].some((one) => one.id === networkOf)
}

/**
 * A stand-in whose node was started anew sits in a network that no longer exists, and starts again there. One whose
 * node was made anew cannot even start again: it is made anew too.
 */
async function reattachApis(states: ReadonlyMap<string, ContainerState>): Promise<void> {
  const lost: string[] = []
  for (const one of hosts) {
    if (one.api === undefined) continue
    const node = states.get(one.container)
    const api = states.get(containerOf(one.api))
    if (!node || !api || sameNetwork(node.pid, api.pid)) continue
    if (api.networkOf === node.id) await must(['docker', 'restart', '-t', '0', api.name])
    else lost.push(one.api)
  }
  if (lost.length === 0) return
  await remove(lost.map(containerOf))
  await compose('up', '-d', ...lost)
}
