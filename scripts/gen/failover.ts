import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { budgetOf } from '../../src/ha/budget.ts'
import { PROFILES, type ProfileName } from '../../src/ha/profile.ts'
import { newestResults, type Results, summaryOf, type Summary } from '../../test/bench/failover/results.ts'
import { seconds } from '../../test/bench/failover/table.ts'

/** What `fast` is to reach, in seconds, by fault. */
const TARGETS: Readonly<Record<string, string>> = {
  'haproxy-stopped': '0.50',
  'haproxy-killed': '0.50',
  'keepalived-stopped': '0.10',
  'keepalived-killed': '0.50',
  'node-lost': '1.00',
  'cable-cut': '1.00',
  'api-killed': '0.00',
  'api-hangs': '1.00',
}

const Idle = z.object({
  minutes: z.number(),
  connections: z.array(
    z.object({
      through: z.string(),
      kind: z.enum(['watch', 'request']),
      alive: z.boolean(),
      seconds: z.number(),
    }),
  ),
})

/** docs/failover.md: the newest raw results of the bench as tables, beside what is computed. */
export function failoverPage(root: string): string {
  const folder = path.join(root, 'test/bench/results')
  const newest = newestResults(folder)
  const page = `# Failover, measured

Written by \`npm run gen\` from the raw results in [test/bench/results](../test/bench/results); do not edit.

What a client notices when something breaks: hakube's profiles beside three set-ups from write-ups, measured in one run, in turns. [The endpoint](endpoint.md#how-long-a-failover-takes) says how the worst cases are computed.

${newest ? measured(newest.name, newest.results) : 'There are no results yet: `npm run bench -- failover` makes them.\n'}
${HOW}
${idle(folder)}`
  return page.replaceAll(/\n{3,}/g, '\n\n')
}

function measured(name: string, results: Results): string {
  const { setups, faults, runs, date, machine } = results
  const summary = (setup: string, fault: string) => summaryOf(runs, setup, fault)
  const counts = setups.map((setup) => {
    const all = faults.map((fault) => summary(setup.id, fault.id)?.runs ?? 0)
    const [least, most] = [Math.min(...all), Math.max(...all)]
    return `${setup.name} ${least === most ? least : `${least}–${most}`}`
  })
  const main = table(
    ['fault', 'target', ...setups.map((setup) => setup.name)],
    faults.map((fault) => [
      fault.name,
      TARGETS[fault.id] ?? '',
      ...setups.map((setup) => cell(summary(setup.id, fault.id))),
    ]),
  )
  const left = runs.filter((run) => !run.counts).length
  const flying = runs.filter((run) => run.counts && run.fault === 'api-killed')
  const lost = flying.reduce((sum, run) => sum + run.inFlight, 0)
  return `## The table

Seconds from the first failed request until nothing failed any more: median (smallest–largest). The target is that of \`fast\`.

${main}

- Runs of each fault: ${counts.join(', ')}.${left > 0 ? ` ${left} more did not count.` : ''}
- *never*: not back before the fault was healed. *two holders*: in so many runs two nodes had the address at a time after the fault.
- API server killed: the requests that were in flight on it are lost with it (${lost} in ${flying.length} kills) and not in the table.
- ${date}, ${machineText(machine)}. Raw data: [${name}](../test/bench/results/${name}).

${computed(results)}
## What was compared

${table(
  ['set-up', 'what tells keepalived that haproxy is gone'],
  setups.map((one) => [one.name, one.check]),
)}

`
}

function machineText({ cpus, kernel, haproxy, keepalived }: Results['machine']): string {
  return [
    ...(haproxy && keepalived ? [`haproxy ${haproxy}, keepalived ${keepalived}`] : []),
    ...(cpus ? [`all hosts on one machine with ${cpus}`] : []),
    ...(kernel ? [`Linux ${kernel}`] : []),
  ].join(', ')
}

function cell(summary: Summary | undefined): string {
  if (!summary) return '-'
  const { min, max, doubles, runs } = summary
  const range = min === max ? '' : ` (${seconds(min)}–${seconds(max)})`
  return `${seconds(summary.median)}${range}${doubles > 0 ? `, two holders ${doubles}/${runs}` : ''}`
}

/** The computed worst case of the profiles that were measured, beside the worst that was seen. */
function computed({ setups, faults, runs }: Results): string {
  const profiles = setups.flatMap(({ id, name }) => (isProfile(id) ? [{ id, name }] : []))
  if (profiles.length === 0) return ''
  const budgets = profiles.map(({ id }) =>
    budgetOf({
      failover: id,
      version: 3,
      priorities: [200, 190, 180],
      haproxy: true,
      stacked: true,
      servers: 3,
    }),
  )
  const rows = faults.map((fault) => [
    fault.name,
    ...profiles.map(({ id }, index) => {
      const worst = budgets[index]?.find((row) => row.fault === fault.computed)?.recovered
      const seen = summaryOf(runs, id, fault.id)?.max
      return `${seen === undefined ? '-' : seconds(seen)} / ${worst === undefined || worst === null ? '-' : worst.toFixed(2)}`
    }),
  ])
  return `## Beside the computed worst case

The largest that was measured / the computed worst case until all is as before.

${table(['fault', ...profiles.map(({ name }) => name)], rows)}

The client sees steps of 0.02 s, and a request that was under way when the fault came is the first failure: an outage may read 0.04 s longer than it was. Where requests are late but not lost, it reads shorter.

`
}

function isProfile(id: string): id is ProfileName {
  return Object.hasOwn(PROFILES, id)
}

const HOW = `## How it is measured

\`npm run bench -- failover --runs 3,fast=10,balanced=5\` in the [lab](lab.md), on a machine that does nothing else (about 40 minutes; \`--resume\` goes on where it was interrupted): real keepalived and haproxy of one release for all set-ups, in containers on one machine.

- **The client** opens a new TLS connection through the address every 20 ms, whatever became of the last one, and gives each request 250 ms, counted from the moment when it was due.
- **A downtime** runs from the start of the first failed request to the start of the first of ten successes in a row. The table counts on to the last time that this happened: an outage that comes back, or single requests that still fail on a dead API server, are in it.
- **A run counts** if 98 % of its requests were sent when they were due, and if an outage of 1.0 s made by hand (an address of the holder taken away) read 1.0 ± 0.1 s in the same visit to the set-up. One that does not count stays in the raw data and is tried once more.
- **In turns:** each set-up gets one round of all faults, then the next set-up, and so on from the first one: what slows the machine down hits all of them.
- **Healthy before each fault**, by looking: for a second one holder and no failure, answers from every API server, and every keepalived's own account that it is ready and its check passes.
- **Holders** are counted on every node every 50 ms, from before the fault until all is healed. For hakube's profiles the bench fails unless there is exactly one within 3 s of every fault.
- **The faults** hit the node that holds the address: \`systemctl stop\`; \`kill -9\` of all processes of a daemon; \`docker kill\` of node and API server (node lost); the outer end of its network cable down (cable cut); \`kill -9\` of its API server, or one that takes connections and never answers. In front of a dedicated pair the API server is that of the first control-plane node.
- S3, S4 and S6 are the configurations of their write-ups on the same packages: S3 (three masters, haproxy on 9443, check of the port every 2 s, weight 11), S4 (three nodes, \`killall -0 haproxy\` every 2 s, weight 2, haproxy on the address only), S6 (a pair, advertisements every 5 s, curl every 3 s, 5 failures). **S3's author runs both daemons in containers; here they are packages**, started by systemd as EL does it (no restart of a daemon that dies). The API servers are stand-ins.
- No figure uses \`track_process\`: it needs process events of the kernel, which containers do not get, and hakube does not write it.
`

function idle(folder: string): string {
  const name = readdirSync(folder)
    .filter((one) => one.endsWith('-idle.json'))
    .toSorted()
    .at(-1)
  if (name === undefined) return ''
  const { minutes, connections } = Idle.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
  const rows = connections.map(({ through, kind, alive, seconds: after }) => [
    through,
    kind === 'watch' ? 'in the middle of an answer' : 'between two requests',
    alive ? 'alive' : `cut after ${(after / 60).toFixed(1)} minutes`,
  ])
  return `
## Silent connections

Connections through the address on which nobody said a word for ${minutes} minutes, as happens to watches, \`kubectl logs -f\` and \`exec\`; beside them the same through time-outs of 30 minutes, as S4 has them (\`npm run bench -- idle\`, [raw data](../test/bench/results/${name})).

${table(['through', 'silent', 'after it'], rows)}
`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
