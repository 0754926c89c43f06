import { spawnSync } from 'node:child_process'
import { LookupFailure, str, type Lookup } from '../../jinja/index.ts'
import { splitLines } from '../../jinja/methods/text-cut.ts'

/** Milliseconds. The run stands still meanwhile, and its connections with it. */
const PATIENCE = 60_000
const LARGEST = 20 * 1024 * 1024

/** Ansible's `pipe` and `lines`: what a program on the controller says. They run it in check mode, too. */
export function programLookups(folder: string, env: NodeJS.ProcessEnv): [string, Lookup][] {
  return [
    ['pipe', (terms) => terms.map((term) => output(str(term), folder, env).trimEnd())],
    ['lines', (terms) => terms.flatMap((term) => splitLines(output(str(term), folder, env)))],
  ]
}

function output(command: string, folder: string, env: NodeJS.ProcessEnv): string {
  const done = spawnSync('/bin/sh', ['-c', command], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE,
    maxBuffer: LARGEST,
  })
  if (done.status === 0) return done.stdout
  const ended =
    done.error?.message ?? (done.status === null ? 'it was killed' : `it ended with ${done.status}`)
  const said = done.stderr.trim().split('\n').at(-1) ?? ''
  throw new LookupFailure(
    `the program '${command}' failed on this machine: ${said === '' ? ended : `${ended}: ${said}`}`,
  )
}
