import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { errnoOf } from '../errno.ts'
import { HakubeError } from '../errors.ts'
import { terminalText } from '../terminal-text.ts'

export interface ProgramOptions {
  env: Readonly<Record<string, string | undefined>>
  /** Milliseconds for one call. */
  timeout: number
}

export interface ProgramOutput {
  text: string
  /** What it wrote to its standard error. */
  complaint: string
}

const MAX_BYTES = 64 * 1024 * 1024
const MAX_COMPLAINT = 4000
const LAST_LINES = 5

/**
 * Runs an inventory program and answers what it printed. Throws HakubeError `inventory-script`, with the exit code
 * and the end of its standard error, if it fails, takes too long, prints too much or no UTF-8.
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  { env, timeout }: ProgramOptions,
): Promise<ProgramOutput> {
  const byHand = [path.includes('/') ? path : `./${path}`, ...args].join(' ')
  const said = [path, ...args].join(' ')
  const fail = (message: string, hint: string, cause?: unknown): HakubeError =>
    new HakubeError(message, { code: 'inventory-script', place: { file: path }, hint, cause })
  const child = spawn(resolve(path), args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  let size = 0
  let complaint = ''
  let why: 'time' | 'size' | undefined
  const stop = (reason: 'time' | 'size'): void => {
    why ??= reason
    child.kill('SIGKILL')
    // What the program has started may live on and hold the pipes open: nobody waits for it.
    child.stdout.destroy()
    child.stderr.destroy()
  }
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_BYTES) chunks.push(chunk)
    else stop('size')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MAX_COMPLAINT)
  })
  const timer = setTimeout(() => stop('time'), timeout)
  const end = await new Promise<{ code: number | null; signal: string | null; error?: Error }>((done) => {
    child.on('error', (error) => done({ code: null, signal: null, error }))
    child.on('close', (code, signal) => done({ code, signal }))
  })
  clearTimeout(timer)
  const heard = lastLines(complaint)
  if (end.error) {
    throw fail(
      `the inventory program ${path} cannot be started: ${startProblem(end.error)}`,
      'Check its first line: #! and the full path of a program that is there.',
      end.error,
    )
  }
  if (why === 'time') {
    const hint = `Run it by hand: ${byHand}; HAKUBE_INVENTORY_TIMEOUT gives it more seconds.`
    throw fail(`the inventory program ${said} did not end within ${timeout / 1000} s${heard}`, hint)
  }
  if (why === 'size') {
    const hint = `Run it by hand: ${byHand}`
    throw fail(`the inventory program ${said} printed more than ${MAX_BYTES / 1024 / 1024} MiB`, hint)
  }
  if (end.code !== 0) {
    const how =
      end.code === null ? `was ended by ${end.signal ?? 'a signal'}` : `ended with exit code ${end.code}`
    throw fail(`the inventory program ${said} ${how}${heard}`, `Run it by hand: ${byHand}`)
  }
  return { text: Buffer.concat(chunks).toString('utf8'), complaint: complaint.trim() }
}

function startProblem(error: Error): string {
  const code = errnoOf(error)
  if (code === 'ENOENT') return 'its interpreter is not there'
  return code === 'EACCES' ? 'permission denied' : error.message
}

function lastLines(complaint: string): string {
  const lines = complaint.trim().split('\n').slice(-LAST_LINES)
  const text = lines.map((line) => terminalText(line.trimEnd())).join('\n  ')
  return text === '' ? ' and said nothing' : `:\n  ${text}`
}
