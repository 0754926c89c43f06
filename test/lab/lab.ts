import { readFile, rm, writeFile } from 'node:fs/promises'
import { compose, hasAddress, inspect, remove, setLink, type ContainerState } from './containers.ts'
import { answers, ensureEngine, stopEngine, type Say } from './engine.ts'
import { CLIENT, type LabHost } from './hosts.ts'
import { contextHash, ensureImages, removeReplaced } from './images.ts'
import { inventoryText, type InventoryVars } from './inventory.ts'
import { locked } from './lock.ts'
import { allContainers, containerOf, hosts } from './members.ts'
import { PATHS } from './paths.ts'
import { must, run, type Ended, type RunOptions } from './process.ts'
import { waitReady } from './ready.ts'
import { startAll } from './startup.ts'
import { prepareState } from './state.ts'

/** How a stand-in API server behaves, see test/lab/images/tools/api.py. */
export type ApiMode = 'ok' | 'notready' | '401' | 'hang' | 'otherca'

function host(name: string): LabHost {
  const found = hosts.find((one) => one.name === name)
  if (!found) throw new Error(`no test host ${name}; there are ${hosts.map((one) => one.name).join(', ')}`)
  return found
}

function apiContainer(name: string): string {
  const { api } = host(name)
  if (api === undefined) throw new Error(`${name} has no API stand-in`)
  return containerOf(api)
}

/** A host's container and that of its API server: what lives and dies with the machine. */
function machine(name: string): string[] {
  const { container, api } = host(name)
  return api === undefined ? [container] : [container, containerOf(api)]
}

/** Those of a machine's containers that are in a state. A test may have stopped the API server before. */
async function inStatus(name: string, ...wanted: string[]): Promise<string[]> {
  const states = await inspect(machine(name))
  const found = [...states.values()]
    .filter(({ status }) => wanted.includes(status))
    .map((state) => state.name)
  if (found.length === 0) throw new Error(`${name} is not ${wanted.join(' or ')}`)
  return found
}

async function stateOf(container: string): Promise<ContainerState> {
  const state = (await inspect([container])).get(container)
  if (!state) throw new Error(`${container} does not exist; npm run lab up`)
  return state
}

/** Brings everything up: engine, keys, images, containers; what runs already stays. Waits until all hosts answer. */
async function up(say: Say = () => undefined): Promise<void> {
  await locked(async () => {
    await ensureEngine(say)
    await prepareState(hosts)
    const built = await ensureImages(say)
    say('starting the hosts')
    await rm(PATHS.stamp, { force: true })
    await startAll(say)
    await waitReady(hosts)
    if (built) await removeReplaced()
    await must(['docker', 'cp', `${containerOf(CLIENT)}:/opt/lab/pki/lab-ca.crt`, PATHS.ca])
    await writeFile(PATHS.stamp, await stampText())
  })
}

/** What the hosts are made from: equal texts, equal hosts. */
async function stampText(): Promise<string> {
  return `${await contextHash()}\n${await readFile(PATHS.compose, 'utf8')}`
}

/** Brings the lab up unless all of it runs already, made from the files of this checkout as they are now. */
async function ensureUp(say?: Say): Promise<void> {
  if (!((await answers()) && (await isCurrent()))) await up(say)
}

async function isCurrent(): Promise<boolean> {
  const stamp = await readFile(PATHS.stamp, 'utf8').catch(() => '')
  if (stamp !== (await stampText())) return false
  const states = await inspect(allContainers)
  // Another checkout has keys of its own, and may have made the hosts anew since.
  const ours = hosts.every((one) => states.get(one.container)?.mounts.includes(PATHS.share))
  return ours && allContainers.every((name) => states.get(name)?.status === 'running')
}

export interface HostStatus {
  readonly name: string
  readonly container: string
  /** running, paused, exited, …, or missing. */
  readonly state: string
}

/** The state of every container of the lab. */
async function status(): Promise<HostStatus[]> {
  const states = await inspect(allContainers)
  return allContainers.map((container) => ({
    name: container.slice(containerOf('').length),
    container,
    state: states.get(container)?.status ?? 'missing',
  }))
}

/** Returns hosts (all of them without names) to blank: new containers with the same keys and addresses, API servers healthy. */
async function reset(names: readonly string[] = hosts.map((one) => one.name)): Promise<void> {
  await locked(async () => {
    const chosen = names.map(host)
    const containers = names.flatMap(machine)
    await remove(containers)
    await compose('up', '-d', ...containers.map((name) => name.slice(containerOf('').length)))
    await waitReady(chosen)
  })
}

/** Removes all containers and the network; images and keys stay. `engine` also ends the engine that the lab started. */
async function down(options: { engine?: boolean } = {}): Promise<void> {
  await locked(async () => {
    if (await answers()) {
      await remove(allContainers)
      await run(['docker', 'network', 'rm', 'hakube-lab_lab'])
    }
    if (options.engine === true) await stopEngine()
  })
}

/** Runs a program as root on a host, on the client or in a stand-in (`api-m1`), past SSH. */
function exec(name: string, argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run(
    ['docker', 'exec', ...(options.input === undefined ? [] : ['-i']), containerOf(name), ...argv],
    options,
  )
}

/** Runs a shell script on a host and returns its output; a script that fails is an error. */
async function sh(name: string, script: string): Promise<string> {
  return must(['docker', 'exec', containerOf(name), '/bin/sh', '-c', script])
}

/** Power loss: the host and its API server are gone at once. */
async function kill(name: string): Promise<void> {
  await must(['docker', 'kill', ...(await inStatus(name, 'running', 'paused'))])
}

/** Power on again, with the disk as it was; returns when sshd and the API server answer. */
async function start(name: string): Promise<void> {
  await must(['docker', 'start', host(name).container])
  const { api } = host(name)
  // It has the network of its node, so it must follow it.
  if (api !== undefined) await must(['docker', 'restart', '-t', '0', containerOf(api)])
  await waitReady([host(name)])
}

/** The host hangs: nothing of it runs, its network still is there. */
async function pause(name: string): Promise<void> {
  await must(['docker', 'pause', ...(await inStatus(name, 'running'))])
}

async function unpause(name: string): Promise<void> {
  await must(['docker', 'unpause', ...(await inStatus(name, 'paused'))])
}

/** Pulls the network cable; the host goes on running. Its published SSH port is cut off as well. */
async function cutLink(name: string): Promise<void> {
  await setLink((await stateOf(host(name).container)).pid, 'down')
}

async function restoreLink(name: string): Promise<void> {
  await setLink((await stateOf(host(name).container)).pid, 'up')
}

/** The API server of a node dies: connections to it are refused. */
async function stopApi(name: string): Promise<void> {
  await must(['docker', 'kill', apiContainer(name)])
}

async function startApi(name: string): Promise<void> {
  await must(['docker', 'restart', '-t', '0', apiContainer(name)])
  await waitReady([host(name)])
}

/** Makes the API server of a node behave differently, from its next connection on. */
async function apiMode(name: string, mode: ApiMode): Promise<void> {
  await must(['docker', 'exec', apiContainer(name), '/bin/sh', '-c', 'echo "$1" > /run/mode', 'sh', mode])
}

/** Names of those hosts that have an address now, hosts that hang included. One question to the engine and one process per host. */
async function holders(address: string, among: readonly string[]): Promise<string[]> {
  const states = await inspect(among.map((name) => host(name).container))
  const asked = await Promise.all(
    among.map(async (name) =>
      (await hasAddress(states.get(host(name).container)?.pid ?? 0, address)) ? [name] : [],
    ),
  )
  return asked.flat()
}

/** An INI inventory: hosts by group, or just hosts, which then are the control plane. `vars` go to [all:vars]. */
function inventory(
  groups: HostNames | Readonly<Record<string, HostNames>>,
  vars: InventoryVars = {},
): string {
  const named = isNames(groups) ? { control_plane: groups } : groups
  const resolved = Object.entries(named).map(([group, names]) => [group, names.map(host)] as const)
  return inventoryText(Object.fromEntries(resolved), PATHS, vars)
}

type HostNames = readonly string[]

function isNames(groups: HostNames | Readonly<Record<string, HostNames>>): groups is HostNames {
  return Array.isArray(groups)
}

/** The test hosts, for tests and for `npm run lab`. All functions reject with a readable reason. */
export const lab = {
  hosts,
  host,
  paths: PATHS,
  up,
  ensureUp,
  status,
  reset,
  down,
  exec,
  sh,
  holders,
  inventory,
  kill,
  start,
  pause,
  unpause,
  cutLink,
  restoreLink,
  stopApi,
  startApi,
  apiMode,
} as const
