import { readlinkSync } from 'node:fs'
import { z } from 'zod'
import { composeCommand } from './engine.ts'
import { PATHS } from './paths.ts'
import { must, run } from './process.ts'

const PROJECT = 'hakube-lab'
/** The bridge on this machine, named in docker-compose.test.yml. */
const BRIDGE = 'hakube-lab'

/** What the engine says of a container. */
export interface ContainerState {
  readonly id: string
  readonly name: string
  /** created, running, paused, restarting, removing, exited or dead. */
  readonly status: string
  readonly pid: number
  /** Id of the container whose network it shares. */
  readonly networkOf: string | undefined
  readonly mounts: readonly string[]
  /** In milliseconds since 1970. */
  readonly created: number
}

const Inspected = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    HostConfig: z.object({ NetworkMode: z.string() }),
    State: z.object({ Status: z.string(), Pid: z.number() }),
    Created: z.string(),
    Mounts: z.array(z.object({ Source: z.string() })),
  }),
)

/** Asks the engine about containers; those it does not know are left out. */
export async function inspect(names: readonly string[]): Promise<Map<string, ContainerState>> {
  const { stdout } = await run(['docker', 'container', 'inspect', ...names])
  const found = Inspected.parse(JSON.parse(stdout || '[]'))
  return new Map(
    found.map((one) => {
      const name = one.Name.replace(/^\//, '')
      const state = {
        id: one.Id,
        name,
        networkOf: /^container:(.*)$/.exec(one.HostConfig.NetworkMode)?.[1],
        status: one.State.Status,
        pid: one.State.Pid,
        mounts: one.Mounts.map((mount) => mount.Source),
        created: Date.parse(one.Created),
      }
      return [name, state]
    }),
  )
}

/** Runs a docker-compose command on docker-compose.test.yml. */
export async function compose(...args: string[]): Promise<string> {
  const command = await composeCommand()
  if (!command) throw new Error('neither `docker compose` nor `docker-compose` is installed')
  return must([...command, '-p', PROJECT, '-f', PATHS.compose, ...args], { cwd: PATHS.root })
}

/** Removes containers, running or not, and forgets those that do not exist. */
export async function remove(names: readonly string[]): Promise<void> {
  const there = [...(await inspect(names)).keys()]
  if (there.length > 0) await must(['docker', 'rm', '-f', '-v', ...there])
}

/** Whether two processes share their network: false once the owner of the network was started anew. */
export function sameNetwork(one: number, other: number): boolean {
  return namespaceOf(one) === namespaceOf(other)
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return `none of ${pid}`
  }
}

/** Switches the machine's end of a container's network cable off or on. */
export async function setLink(pid: number, state: 'up' | 'down'): Promise<void> {
  const inside = await must(['nsenter', '-t', String(pid), '-n', 'ip', '-o', 'link', 'show', 'eth0'])
  const index = /^\d+: eth0@if(\d+):/.exec(inside)?.[1]
  if (index === undefined) throw new Error(`no eth0 with an outer end: ${inside.trim()}`)
  const links = await must(['ip', '-o', 'link'])
  const name = new RegExp(`^${index}: ([^@:]+)`, 'm').exec(links)?.[1]
  if (name === undefined) throw new Error(`no interface ${index} on this machine`)
  await must(['ip', 'link', 'set', 'dev', name, state])
}

/** Plugs every cable back in that leads to the lab's network. */
export async function restoreAllLinks(): Promise<void> {
  const links = await must(['ip', '-o', 'link', 'show', 'master', BRIDGE])
  for (const [, name, flags] of links.matchAll(/^\d+: ([^@:]+)\S* <([^>]*)>/gm)) {
    if (name !== undefined && !flags?.split(',').includes('UP'))
      await must(['ip', 'link', 'set', 'dev', name, 'up'])
  }
}

/** Whether a container's network has an address now. Asked from outside, so a container that hangs can be asked too. */
export async function hasAddress(pid: number, address: string): Promise<boolean> {
  if (pid === 0) return false
  const { stdout } = await run([
    'nsenter',
    '-t',
    String(pid),
    '-n',
    'ip',
    '-o',
    'addr',
    'show',
    'to',
    address,
  ])
  return stdout.trim() !== ''
}
