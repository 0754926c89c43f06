/**
 * Tries a role, as it is, on lab hosts: `npm run role -- FOLDER [options]`. Checks, applies, applies again; then does
 * the same with ansible-core on the same host made anew, and compares what both have left behind.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { hakube, type JsonEvent } from '../test/e2e/support/hakube.ts'
import { ensureAnsible } from '../test/e2e/support/differential.ts'
import { lab } from '../test/lab/lab.ts'
import { run } from '../test/lab/process.ts'
import { differences, snapshot } from './role/snapshot.ts'
import { statusDifferences, statusesOfAnsible, statusesOfHakube, type Status } from './role/statuses.ts'

interface Options {
  host: string[]
  group: string[]
  extraVars: string[]
  tasksFrom?: string
  without?: string
  playbook?: string
  ansible: boolean
  keep?: string
}

const command = new Command('role')
  .argument('<folder>', 'the role')
  .option('-H, --host <names...>', 'lab hosts that are one group, rolehosts', ['mpy', 'dpy'])
  .option('-g, --group <names...>', 'more groups that all of them are in', [])
  .option('-e, --extra-vars <vars...>', 'variables, as for hakube apply', [])
  .option('--tasks-from <name>', 'only this file of its tasks')
  .option('--playbook <file>', 'a playbook that uses the role, instead of one that is only that')
  .option('--without <names>', 'modules that no host reaches, as for hakube apply')
  .option('--no-ansible', 'no comparison with ansible-core')
  .option('--keep <folder>', 'where the snapshots of the hosts go')
  .parse()
const folder = resolve(command.args[0] ?? '.')
const options = command.opts<Options>()

const work = await mkdtemp(join(tmpdir(), 'hakube-role-'))
const name = basename(folder)
const use = options.tasksFrom
  ? { tasks: [{ import_role: { name, tasks_from: options.tasksFrom } }] }
  : { roles: [name] }
const playbook = options.playbook ? resolve(options.playbook) : join(work, 'site.yml')
if (!options.playbook) await writeFile(playbook, JSON.stringify([{ hosts: 'rolehosts', ...use }], null, 1))
const extra = options.extraVars.flatMap((vars) => [
  '-e',
  vars.startsWith('@') ? `@${resolve(vars.slice(1))}` : vars,
])
const args = ['-i', 'inventory.ini', playbook, ...extra]
const without = options.without === undefined ? [] : ['--without', options.without]

await lab.ensureUp()
execFileSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'build.ts')], {
  stdio: 'ignore',
})
await writeFile(
  join(work, 'inventory.ini'),
  lab.inventory(Object.fromEntries(['rolehosts', ...options.group].map((group) => [group, options.host]))),
)

/** One run by hakube, with its outcomes; what it says is shown where it fails. */
async function byHakube(
  title: string,
  more: readonly string[] = [],
): Promise<{ seen: Map<string, string>; events: readonly JsonEvent[] }> {
  const ran = await hakube(
    ['apply', ...args, '--roles-path', dirname(folder), '--output', 'json', ...without, ...more],
    {
      cwd: work,
      timeout: 600,
    },
  )
  const seen = outcomes(ran.events)
  console.log(`${title}: exit ${ran.code}; ${tally(seen)}`)
  if (![0, 3].includes(ran.code)) {
    for (const [key, status] of seen) if (status.startsWith('failed')) console.log(`  ${status}  ${key}`)
    for (const event of ran.events) if (event.type === 'error') console.log(JSON.stringify(event, null, 1))
    console.log(ran.stderr.trimEnd())
  }
  return { seen, events: ran.events }
}

function outcomes(events: readonly JsonEvent[]): Map<string, string> {
  const seen = new Map<string, string>()
  for (const { outcome } of events) {
    if (!outcome) continue
    const key = [outcome.host, outcome.task, outcome.item].filter((part) => part !== undefined).join(' · ')
    let once = key
    for (let n = 2; seen.has(once); n++) once = `${key} (${n})`
    seen.set(once, outcome.status === 'failed' ? `failed: ${outcome.reason}` : outcome.status)
  }
  return seen
}

function tally(seen: ReadonlyMap<string, string>): string {
  const counts = new Map<string, number>()
  for (const status of seen.values()) {
    const word = status.replace(/:.*/s, '')
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ') || 'nothing ran'
}

function hostOf(key: string): string {
  return key.split(' · ')[0] ?? key
}

/** Where the check said something else than what came. */
function compare(checked: ReadonlyMap<string, string>, applied: ReadonlyMap<string, string>): string[] {
  const wrong: string[] = []
  const failed = new Set(
    [...applied].filter(([, status]) => status.startsWith('failed')).map(([key]) => hostOf(key)),
  )
  let unknown = 0
  for (const [key, predicted] of checked) {
    // What stands behind a failure was told for the case that it does not come.
    if (!applied.has(key) && failed.has(hostOf(key))) continue
    const came = applied.get(key) ?? 'did not run'
    if (predicted === 'unknown') unknown++
    else if (predicted.replace('would-change', 'changed').replace('would-run', 'changed') !== came)
      wrong.push(`  ${key}: check said ${predicted}, it was ${came}`)
  }
  console.log(`check against apply: ${wrong.length} differ, ${unknown} not known ahead`)
  return wrong
}

/** The same by ansible-core; what it says is shown where it fails. */
async function byAnsible(title: string): Promise<Status[]> {
  const ran = await run(['ansible-playbook', ...args], {
    cwd: work,
    env: {
      ANSIBLE_ROLES_PATH: dirname(folder),
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_PIPELINING: '1',
      ANSIBLE_STDOUT_CALLBACK: 'ansible.posix.json',
    },
    timeout: 900_000,
  })
  const statuses = statusesOfAnsible(ran.stdout)
  const counts = new Map<string, number>()
  for (const { status } of statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
  const text = [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
  console.log(`${title}: exit ${ran.code}; tasks (each loop once): ${text || ran.stdout.slice(-2000)}`)
  for (const { host, task, status, said } of statuses)
    if (status === 'failed') console.log(`  failed: ${host} · ${task}: ${said.slice(0, 600)}`)
  if (ran.code !== 0 && ran.stderr) console.log(ran.stderr.slice(-2000).trimEnd())
  return statuses
}

function compareStatuses(title: string, theirs: readonly Status[], ours: readonly Status[]): void {
  const lines = statusDifferences(theirs, ours)
  console.log(
    lines.length === 0
      ? `${title}: every task came to the same by hakube`
      : `${title}: tasks that differ (- ansible-core, + hakube)`,
  )
  for (const line of lines) console.log(`  ${line}`)
}

await lab.reset(options.host)
const { seen: checked } = await byHakube('check on blank hosts', ['--check'])
const applied = await byHakube('apply')
for (const line of compare(checked, applied.seen)) console.log(line)
const again = await byHakube('apply again')
for (const [key, status] of again.seen) if (status === 'changed') console.log(`  changed again: ${key}`)

if (options.ansible) {
  console.log(await ensureAnsible())
  const ours = await Promise.all(options.host.map((host) => snapshot(host)))
  await lab.reset(options.host)
  for (const [title, ours] of [
    ['ansible', applied],
    ['ansible again', again],
  ] as const)
    compareStatuses(title, await byAnsible(title), statusesOfHakube(ours.events))
  for (const [index, host] of options.host.entries()) {
    const theirs = await snapshot(host)
    if (options.keep) {
      await writeFile(join(options.keep, `${host}.hakube.txt`), ours[index] ?? '')
      await writeFile(join(options.keep, `${host}.ansible.txt`), theirs)
    }
    const lines = differences(theirs, ours[index] ?? '')
    console.log(
      `${host}: ${lines.length === 0 ? 'the same as by ansible-core' : 'differs (- ansible-core, + hakube)'}`,
    )
    for (const line of lines) console.log(`  ${line}`)
  }
}
