import { mkdir, readdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { errorToJson } from './error-json.ts'
import type { Event, Reporter } from './events.ts'
import { eventToJson, redactTexts } from './json.ts'

const KEPT = 10
const NAME = /^\d{4}-\d{2}-\d{2}T[\d-]+Z-\d+\.log$/

export interface Log {
  path: string
  /** Writes every event, without secrets. Its close() writes out what is left. */
  reporter: Reporter
  /** Writes an error that nobody expected, with its stack and its causes. */
  bug(error: unknown): void
}

export interface LogOptions {
  env: Readonly<Record<string, string | undefined>>
  redact: (text: string) => string
  now?: Date
}

/** Where logs are: `$XDG_STATE_HOME/hakube/log`, by default `~/.local/state/hakube/log`. */
export function logDirectory(env: LogOptions['env']): string {
  const state = env['XDG_STATE_HOME'] ?? ''
  // The XDG specification: a relative path is to be ignored.
  const home = env['HOME'] ?? homedir()
  return join(state.startsWith('/') ? state : join(home, '.local', 'state'), 'hakube', 'log')
}

/**
 * Opens the log file of this run, readable by its owner only, and deletes all but the last ten.
 * Throws the file system's error where it cannot be written; a run does well without a log.
 */
export async function openLog({ env, redact, now = new Date() }: LogOptions): Promise<Log> {
  const directory = logDirectory(env)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, `${now.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.log`)
  // The default export is what a bundle of the CommonJS package has as well.
  const { default: pino } = await import('pino')
  // Synchronous: the last lines before a crash are the ones that count.
  const destination = pino.destination({ dest: path, mode: 0o600, sync: true, append: false })
  const logger = pino({ base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  await prune(directory)
  const write = (level: 'info' | 'warn' | 'error' | 'fatal', fields: Record<string, unknown>): void => {
    try {
      logger[level](redactTexts(fields, redact))
    } catch {
      // A full disk must not end the run.
    }
  }
  return {
    path,
    bug: (error) => write('fatal', { type: 'bug', error: bugToJson(error) }),
    reporter: {
      handle: (event) => write(levelOf(event), eventToJson(event)),
      close: () => {
        destination.flushSync()
        destination.end()
      },
    },
  }
}

function levelOf(event: Event): 'info' | 'warn' | 'error' {
  if (event.type === 'error' || event.type === 'host-unreachable') return 'error'
  if (event.type === 'task-end' && event.outcome.status === 'failed') return 'error'
  return event.type === 'warning' ? 'warn' : 'info'
}

function bugToJson(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const cause = error.cause === undefined ? undefined : bugToJson(error.cause)
  return { ...errorToJson(error), stack: error.stack, cause }
}

async function prune(directory: string): Promise<void> {
  const logs = (await readdir(directory)).filter((name) => NAME.test(name)).sort()
  await Promise.all(logs.slice(0, -KEPT).map((name) => rm(join(directory, name), { force: true })))
}
