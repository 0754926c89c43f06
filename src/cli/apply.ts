import { dirname, relative, resolve } from 'node:path'
import { EXIT, isKnown, type ExitCode } from '../errors.ts'
import type { Event, HostRecap, Reporter } from '../report/events.ts'
import { combine } from '../report/create.ts'
import { openLog } from '../report/log.ts'
import { writeRetry, type Retry } from '../report/retry.ts'
import { run } from '../run.ts'
import type { ApplyOptions } from './options.ts'
import { bundledPlaybook } from './bundled.ts'
import { listing } from './listing.ts'
import { reporterFor } from './output.ts'
import { runOptions } from './run-options.ts'
import type { Terminal } from './terminal.ts'

/** `hakube apply`, `check` and `teardown`: one run of a playbook, reported, logged, with a retry file if hosts failed. */
export async function apply(
  playbook: string | undefined,
  options: ApplyOptions,
  terminal: Terminal,
  argv: readonly string[],
  bundled: 'ha' | 'teardown' = 'ha',
): Promise<ExitCode> {
  const started = performance.now()
  const file = playbook ?? shown(bundledPlaybook(bundled), terminal.cwd)
  // Everybody on the hosts can read this in the lock: no options, which may hold passwords.
  const given = await runOptions(
    file,
    options,
    terminal,
    bundled === 'teardown' ? 'hakube teardown' : `hakube ${options.check ? 'check' : 'apply'} ${file}`,
    playbook === undefined ? undefined : dirname(resolve(terminal.cwd, playbook)),
  )
  const prepared = { ...given, bundled: playbook === undefined }
  if (options.listHosts || options.listTasks || options.syntaxCheck)
    return listing(options, { ...prepared, emit: () => {} }, terminal)
  const { redactor } = prepared
  const redact = (text: string) => redactor.redact(text)
  const log = await openLog({ env: terminal.env, redact }).catch((error: unknown) => noLog(error, terminal))
  const screen = reporterFor({ ...options, diff: prepared.diff }, terminal, redact, log?.path)
  const reporter = log ? combine(screen, log.reporter) : screen
  const emit = withoutRepeats(reporter)
  const finish = async (exitCode: ExitCode, recap: readonly HostRecap[]): Promise<ExitCode> => {
    const retry = await retryFile(file, playbook === undefined, recap, argv, terminal.cwd)
    emit({
      type: 'run-end',
      recap,
      exitCode,
      ms: performance.now() - started,
      ...(retry ? { retryFile: retry.path, retryCommand: retry.command } : {}),
      ...(log ? { logFile: log.path } : {}),
    })
    reporter.close()
    return exitCode
  }
  try {
    const summary = await run({ ...prepared, emit })
    return await finish(summary.exitCode, summary.recap)
  } catch (error) {
    if (!isKnown(error)) log?.bug(error)
    emit({ type: 'error', error: error instanceof Error ? error : new Error(String(error)) })
    return finish(isKnown(error) ? error.exitCode : EXIT.bug, [])
  }
}

/** A run does well without a log, but its reader should know. */
function noLog(error: unknown, terminal: Terminal): undefined {
  terminal.stderr.write(`warning: no log file: ${error instanceof Error ? error.message : String(error)}\n`)
}

/** The same warning or message from many hosts is said once. */
function withoutRepeats(reporter: Reporter): (event: Event) => void {
  const said = new Set<string>()
  return (event) => {
    if (event.type === 'warning' || event.type === 'message') {
      if (said.has(event.text)) return
      said.add(event.text)
    }
    reporter.handle(event)
  }
}

async function retryFile(
  playbook: string,
  bundled: boolean,
  recap: readonly HostRecap[],
  argv: readonly string[],
  cwd: string,
): Promise<Retry | undefined> {
  const hosts = recap.filter((host) => host.failed > 0 || host.unreachable).map((host) => host.host)
  if (hosts.length === 0) return undefined
  // A folder that cannot be written is no reason to fail a run: the recap names the hosts anyway.
  return writeRetry({ playbook, hosts, argv, directory: bundled ? cwd : undefined }).catch(() => undefined)
}

/** A path as a person would write it from here. */
function shown(path: string, cwd: string): string {
  const near = relative(cwd, path)
  return near.startsWith('..') ? path : near
}
