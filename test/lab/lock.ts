import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { PATHS } from './paths.ts'
import { until } from './process.ts'

let held = 0

/** Runs `work` while no other process makes or removes containers of the lab. May be nested. */
export async function locked<T>(work: () => Promise<T>): Promise<T> {
  if (held === 0) await take()
  held += 1
  try {
    return await work()
  } finally {
    held -= 1
    if (held === 0) rmSync(PATHS.lock, { force: true })
  }
}

async function take(): Promise<void> {
  if (!(await until(600_000, async () => tryTake()))) {
    throw new Error(`another process (${owner()}) has held ${PATHS.lock} for ten minutes`)
  }
}

function tryTake(): boolean {
  try {
    writeFileSync(PATHS.lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    // Left behind by a process that was killed.
    if (!alive(owner())) rmSync(PATHS.lock, { force: true })
    return false
  }
}

function owner(): number {
  try {
    return Number(readFileSync(PATHS.lock, 'utf8'))
  } catch {
    return 0
  }
}

function alive(pid: number): boolean {
  // An empty file is one whose owner is about to write its number.
  if (pid === 0) return true
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
