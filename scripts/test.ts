/** The README's test command: lint, types, unit tests on Node 20 and 24, the core of the lab. `--all` adds the long rest. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { tmpdir } from 'node:os'
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'
import { install } from '../test/lab/engine.ts'
import { has } from '../test/lab/process.ts'

/** The part of vitest's JSON report that is read. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})
const root = new URL('..', import.meta.url).pathname
const all = process.argv.includes('--all')

interface Count {
  passed: number
  failed: number
  skipped: number
}

/** What failed, told again at the end: a log of an hour is read from there. */
const failures: string[] = []

const total: Count = { passed: 0, failed: 0, skipped: 0 }

/** A step without tests of its own counts as one. */
function step(name: string, command: string, args: readonly string[]): void {
  const ended = timed(name, command, args)
  total[ended ? 'passed' : 'failed']++
  if (!ended) failures.push(name)
}

/** Runs tests with this program; their counts add up. A run that comes to no end counts as a failure. */
function tests(name: string, node: string, project: string, env: NodeJS.ProcessEnv = {}): void {
  const report = join(tmpdir(), `hakube-report-${process.pid}.json`)
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [
    vitest,
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    // Unit tests wait for processes and timers more than they count; vitest alone would keep one core idle.
    ...(project === 'unit' ? ['--maxWorkers=3'] : []),
  ]
  const ended = timed(name, node, args, env)
  const count = read(report)
  total.passed += count?.passed ?? 0
  total.failed += count?.failed ?? 0
  total.skipped += count?.skipped ?? 0
  // Vitest fails for other reasons too: an error outside of a test, or a lab that did not come up.
  if (!ended && !count?.failed) {
    total.failed++
    failures.push(count ? `${name}: an error outside of its tests` : `${name}: no report`)
  }
  failures.push(...(count?.failures ?? []).map((failure) => `${name}: ${failure}`))
}

function timed(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  console.log(`\n== ${name}`)
  const started = Date.now()
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  console.log(
    `== ${name}: ${status === 0 ? 'ok' : `failed (${String(status)})`}, ${((Date.now() - started) / 1000).toFixed(1)} s`,
  )
  return status === 0
}

function read(report: string): (Count & { failures: string[] }) | undefined {
  try {
    const json = Report.parse(JSON.parse(readFileSync(report, 'utf8')))
    return {
      passed: json.numPassedTests,
      failed: json.numFailedTests,
      skipped: json.numPendingTests + json.numTodoTests,
      failures: json.testResults.flatMap((file) =>
        file.assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ fullName, failureMessages }) => {
            const [why = ''] = stripVTControlCharacters(failureMessages?.[0] ?? '').split('\n')
            return `${relative(root, file.name)}: ${fullName}: ${why.slice(0, 300)}`
          }),
      ),
    }
  } catch {
    return undefined
  }
}

const bin = (name: string) => join(root, 'node_modules/.bin', name)
/** npm puts a Node of node_modules first in the path of its scripts; this is the one that npm itself runs on. */
const ownNode = process.env['npm_node_execpath'] ?? process.execPath
const node24 = join(root, 'node_modules/node/bin/node')

/** What unit tests run beside sh: scripts have to work in all of these shells. */
const PROGRAMS = { busybox: 'busybox', dash: 'dash', bash: 'bash', 'ssh-keygen': 'openssh-client' }
const missing: string[] = []
for (const [program, name] of Object.entries(PROGRAMS)) if (!(await has(program))) missing.push(name)
if (missing.length > 0) await install(missing, (line) => console.log(line))

step('format', bin('oxfmt'), ['--check', '.'])
step('lint', bin('oxlint'), ['--type-aware', '--deny-warnings'])
step('types', bin('tsc'), ['--noEmit'])
step('build', bin('tsx'), ['scripts/build.ts'])
tests('unit tests, this Node', ownNode, 'unit')
// All shells have had their turn: the scripts are the same.
tests('unit tests, Node 24', node24, 'unit', { HAKUBE_TEST_SHELL: 'dash' })
tests('lab', ownNode, 'lab', all ? { HAKUBE_TEST_ALL: '1' } : {})

if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
