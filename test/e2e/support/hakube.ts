import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { lab } from '../../lab/lab.ts'
import type { InventoryVars } from '../../lab/inventory.ts'

const PROGRAM = new URL('../../../dist/cli.js', import.meta.url).pathname

export interface Ran {
  code: number
  stdout: string
  stderr: string
  /** The events of a run with --output json. */
  events: JsonEvent[]
}

export interface JsonEvent {
  type: string
  outcome?: { host: string; task: string; item?: string; status: string; reason: string }
  recap?: { host: string; ok: number; changed: number; failed: number; trips: number; unreachable: boolean }[]
  [key: string]: unknown
}

export interface Started {
  child: ChildProcess
  ended: Promise<Ran>
}

export interface RunSettings {
  cwd?: string
  env?: Record<string, string>
  /** Seconds until it counts as hung. */
  timeout?: number
}

/** Runs the bundled program as a user would. Its state goes to a folder of its own. */
export async function hakube(args: readonly string[], settings: RunSettings = {}): Promise<Ran> {
  return start(args, settings.cwd ?? (await scratch()), settings).ended
}

/** Starts the program, for tests that do something to it while it runs. */
export function start(args: readonly string[], cwd: string, settings: RunSettings = {}): Started {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: {
      ...process.env,
      NO_COLOR: '1',
      XDG_STATE_HOME: join(tmpdir(), 'hakube-test-state'),
      ...settings.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: (settings.timeout ?? 110) * 1000,
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => {
      const out = Buffer.concat(stdout).toString('utf8')
      const code = status ?? (signal ? 999 : -1)
      resolve({ code, stdout: out, stderr: Buffer.concat(stderr).toString('utf8'), events: eventsOf(out) })
    })
  })
  return { child, ended }
}

function eventsOf(text: string): JsonEvent[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'))
  return lines.flatMap((line): JsonEvent[] => {
    try {
      const event: JsonEvent = JSON.parse(line)
      return [event]
    } catch {
      return []
    }
  })
}

/** A new empty folder. */
export function scratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'hakube-e2e-'))
}

/** A folder with these files; returns its path. */
export async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await scratch()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  return root
}

/** Writes an inventory of lab hosts and returns its path. */
export async function inventoryFile(
  groups: Parameters<typeof lab.inventory>[0],
  vars: InventoryVars = {},
): Promise<string> {
  return join(await folder({ 'inventory.ini': lab.inventory(groups, vars) }), 'inventory.ini')
}

/** `host: task` of every outcome with one of these states, sorted. */
export function tasksWith(ran: Ran, ...statuses: readonly string[]): string[] {
  return ran.events
    .flatMap(({ outcome }) => (outcome && statuses.includes(outcome.status) ? [outcome] : []))
    .map(({ host, task, item }) => `${host}: ${task}${item === undefined ? '' : ` (${item})`}`)
    .sort()
}

/** The recap of one host. */
export function recapOf(ran: Ran, host: string) {
  const end = ran.events.find((event) => event.type === 'run-end')
  const recap = end?.recap?.find((one) => one.host === host)
  if (!recap) throw new Error(`no recap of ${host} in:\n${ran.stdout}\n${ran.stderr}`)
  return recap
}
