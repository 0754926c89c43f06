import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { PATHS } from './paths.ts'
import { has, must, run, until } from './process.ts'

export type Say = (line: string) => void

const PACKAGES = [
  'docker.io',
  'docker-compose',
  'debootstrap',
  'iptables',
  'openssh-client',
  'iproute2',
  'ca-certificates',
]

/** Installs what is missing and starts the engine where it does not answer. Debian and root only where something is missing. */
export async function ensureEngine(say: Say): Promise<void> {
  if (!(await answers())) {
    await ensureInstalled(say)
    await start(say)
  } else if (!(await has('ssh-keygen')) || (await composeCommand()) === undefined) {
    await ensureInstalled(say)
  }
}

/** Whether the engine answers. */
export async function answers(): Promise<boolean> {
  return (
    (await has('docker')) &&
    (await run(['docker', 'version', '--format', '{{.Server.Version}}'], { timeout: 20_000 })).code === 0
  )
}

let compose: string[] | undefined

/** `docker compose` where it exists, else `docker-compose`; undefined where neither does. */
export async function composeCommand(): Promise<string[] | undefined> {
  if (compose) return compose
  if ((await run(['docker', 'compose', 'version'])).code === 0) compose = ['docker', 'compose']
  else if (await has('docker-compose')) compose = ['docker-compose']
  return compose
}

/** Ends the engine that `ensureEngine` started, and no other. Its containers end with it. */
export async function stopEngine(): Promise<boolean> {
  const pid = ownEngine()
  if (pid === undefined) return false
  process.kill(pid, 'SIGTERM')
  const ended = await until(30_000, async () => ownEngine() === undefined)
  if (!ended) throw new Error(`dockerd (process ${pid}) does not end; see ${PATHS.engineLog}`)
  rmSync(PATHS.enginePid, { force: true })
  return true
}

/** Process id of the running engine that the lab started. */
export function ownEngine(): number | undefined {
  if (!existsSync(PATHS.enginePid)) return undefined
  const pid = Number(readFileSync(PATHS.enginePid, 'utf8'))
  return isDockerd(pid) ? pid : undefined
}

async function ensureInstalled(say: Say): Promise<void> {
  if ((await has('dockerd')) && (await has('ssh-keygen')) && (await composeCommand()) !== undefined) return
  await install(PACKAGES, say)
}

/** Installs Debian packages. Throws where this is not a Debian, or one is not root. */
export async function install(packages: readonly string[], say: Say): Promise<void> {
  if (!(await has('apt-get')) || process.getuid?.() !== 0) {
    throw new Error(`the lab needs ${packages.join(', ')}, and can install that only on Debian and as root`)
  }
  say(`installing ${packages.join(', ')}`)
  // Another installation may be under way on this machine.
  const apt = ['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300']
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await must([...apt, 'update'], { env })
  await must([...apt, 'install', '-y', '--no-install-recommends', ...packages], { env })
}

async function start(say: Say): Promise<void> {
  if (await answers()) return
  say('starting the engine')
  if (existsSync('/run/systemd/system')) {
    await must(['systemctl', 'start', 'docker.service'])
    if (await until(30_000, answers)) return
    throw new Error(
      `docker.service does not answer\n${(await run(['journalctl', '-u', 'docker', '-n', '20'])).stdout}`,
    )
  }
  if (await startDaemon([])) return
  // Published ports need no packet filter: the engine's proxy serves them as well.
  say('starting the engine again, without iptables')
  if (await startDaemon(['--iptables=false', '--ip6tables=false'])) return
  throw new Error(`dockerd does not start\n${await logTail()}`)
}

async function startDaemon(options: string[]): Promise<boolean> {
  clearStale()
  const log = openSync(PATHS.engineLog, 'w')
  const child = spawn('dockerd', options, { detached: true, stdio: ['ignore', log, log] })
  let ended = false
  child.on('exit', () => (ended = true))
  child.on('error', () => (ended = true))
  child.unref()
  await until(60_000, async () => ended || (await answers()))
  if (ended || child.pid === undefined) return false
  writeFileSync(PATHS.enginePid, String(child.pid))
  return answers()
}

/** An engine that was killed leaves pid files behind; where their numbers are in use again, a new one refuses to start. */
function clearStale(): void {
  const engine = '/var/run/docker.pid'
  if (existsSync(engine) && !isDockerd(Number(readFileSync(engine, 'utf8')))) rmSync(engine)
  const containerd = '/var/run/docker/containerd/containerd.pid'
  if (existsSync(containerd) && !runs(Number(readFileSync(containerd, 'utf8')), 'containerd'))
    rmSync(containerd)
}

function isDockerd(pid: number): boolean {
  return runs(pid, 'dockerd')
}

function runs(pid: number, name: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name &&
      !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    )
  } catch {
    return false
  }
}

async function logTail(): Promise<string> {
  const text = await readFile(PATHS.engineLog, 'utf8')
  return text.trim().split('\n').slice(-15).join('\n')
}
