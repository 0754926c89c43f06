/**
 * `npm run bench -- idle [--minutes N]`: connections through the virtual address that say nothing for 31 minutes, as
 * watches, `kubectl logs -f` and exec do, and the same through set-up S4's time-outs of 30 minutes for comparison.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { answersThrough, waitFor } from '../../e2e/support/client.ts'
import { lab } from '../../lab/lab.ts'
import { keepSilent, serveSilence } from './silence.ts'

const root = new URL('../../..', import.meta.url).pathname
const work = join(root, 'test/lab/.state/bench')
const NODES = ['d1', 'd2', 'd3']
const VIP = '10.88.0.108'
const API = 6444
const COMPARED = { port: 7443, timeout: '30m' }

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { minutes: { type: 'string', default: '31' } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: not a number of minutes`)

mkdirSync(work, { recursive: true })
execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts')], { stdio: 'inherit' })
await lab.ensureUp((text) => console.log(`lab: ${text}`))
await lab.reset(NODES)
await serveSilence(NODES, API)

const inventory = join(work, 'idle.ini')
writeFileSync(inventory, lab.inventory(NODES, { ha_vip: VIP, ha_apiserver_port: String(API) }))
const applied = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'apply', '-i', inventory], {
  encoding: 'utf8',
})
if (applied.status !== 0) throw new Error(`hakube apply:\n${applied.stdout}${applied.stderr}`)
await waitFor('the API through the address', () => answersThrough(VIP, 8443))

// S4's time-outs, in a haproxy of its own: a client that never sees a cut would prove nothing.
const { address } = lab.host('d1')
const compared = `global
    maxconn 100
defaults
    mode tcp
    timeout connect 4s
    timeout client ${COMPARED.timeout}
    timeout server ${COMPARED.timeout}
listen compared
    bind *:${COMPARED.port}
    server d1 ${address}:${API}
`
await lab.exec('d1', ['sh', '-c', 'cat >/run/compared.cfg'], { input: compared })
await lab.sh('d1', 'systemd-run --quiet --unit=compared haproxy -db -f /run/compared.cfg')
await waitFor('the API through the compared haproxy', () => answersThrough(address, COMPARED.port))

const began = new Date()
const back = new Date(began.getTime() + minutes * 60_000).toISOString().slice(11, 16)
console.log(`silent for ${minutes} minutes, until ${back} UTC`)
const connections = await keepSilent(minutes * 60, {
  'hakube, balanced': `${VIP}:8443`,
  'S4, 30 minutes': `${address}:${COMPARED.port}`,
})
const date = began.toISOString().slice(0, 10)
const file = `test/bench/results/${date}-idle.json`
mkdirSync(join(root, 'test/bench/results'), { recursive: true })
writeFileSync(
  join(root, file),
  `${JSON.stringify({ schema: 1, date, minutes, connections }, undefined, 2)}\n`,
)
for (const { through, kind, alive, said, seconds } of connections)
  console.log(
    `${through.padEnd(18)} ${kind.padEnd(8)} ${alive ? 'alive' : 'cut'} after ${seconds.toFixed(1)} s (${said})`,
  )
console.log(`raw data: ${file}`)
const ours = connections.filter(({ through }) => through.startsWith('hakube'))
process.exitCode = ours.every(({ alive }) => alive) ? 0 : 1
