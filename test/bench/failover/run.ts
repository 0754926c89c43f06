/**
 * `npm run bench:failover [ROUNDS] [FILTER]`: what a client notices of each fault, for each set-up; raw data kept.
 * Downtime is taken from a client that opens a TLS connection every 20 ms with a time-out of 250 ms.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../../e2e/support/load.ts'
import { lab } from '../../lab/lab.ts'
import { counts, type Downtime, downtimeOf, median } from './downtime.ts'
import { FAULTS, type Fault } from './faults.ts'
import { SETUPS, type Setup } from './setups.ts'

const RATE = 50
const LOAD = { rate: RATE, timeout: 0.25 }
/** Seconds after the fault in which the endpoint has to be back. */
const WATCH = 40
const root = new URL('../../..', import.meta.url).pathname
const rounds = Number(process.argv[2] ?? 10)
const filter = new RegExp(process.argv[3] ?? '')

interface Row {
  setup: string
  fault: string
  runs: (Downtime & { holders: number })[]
}
const rows: Row[] = []

async function answers({ vip, port }: Setup): Promise<boolean> {
  const { code } = await lab.exec('client', ['curl', '-fsk', '-m', '1', `https://${vip}:${port}/readyz`])
  return code === 0
}

/** Healthy: one holder, and ten answers in a row. */
async function settled(setup: Setup): Promise<string> {
  for (let left = 120, good = 0; left > 0; left--) {
    const holders = await lab.holders(setup.vip, setup.nodes)
    good = holders.length === 1 && (await answers(setup)) ? good + 1 : 0
    if (good >= 10 && holders[0] !== undefined) return holders[0]
    await sleep(good > 0 ? 100 : 500)
  }
  throw new Error(`${setup.name} is not healthy`)
}

async function measure(setup: Setup, fault: Fault): Promise<Row['runs'][number] | undefined> {
  const holder = await settled(setup)
  const load = await startLoad({ address: setup.vip, port: setup.port, ...LOAD })
  await sleep(1500)
  await fault.strike(holder)
  const others = setup.nodes.filter((node) => node !== holder)
  let holders = 0
  const seen = setInterval(() => {
    void lab.holders(setup.vip, others).then((found) => (holders = Math.max(holders, found.length)))
  }, 250)
  for (let waited = 0, good = 0; waited < WATCH && good < 5; waited += 0.5) {
    await sleep(500)
    good = (await answers(setup)) ? good + 1 : 0
  }
  clearInterval(seen)
  const requests = await load.stop()
  await fault.heal(holder)
  const found = downtimeOf(requests)
  if (!found || !counts(requests, RATE)) return undefined
  return { ...found, holders }
}

/** The address taken away by hand for one second: what the client then reads shows how far to trust it. */
async function control(setup: Setup): Promise<number | undefined> {
  await settled(setup)
  for (const node of setup.nodes) await lab.sh(node, 'systemctl stop keepalived')
  const [node = ''] = setup.nodes
  const device = '$(ip -o route get 10.88.0.1 | sed "s/.* dev //; s/ .*//")'
  const take = `ip addr add ${setup.vip}/16 dev ${device} 2>/dev/null; ip link show >/dev/null`
  await lab.sh(node, take)
  await lab.exec('client', ['ip', 'neigh', 'flush', 'all'])
  await sleep(500)
  const load = await startLoad({ address: setup.vip, port: setup.port, ...LOAD })
  await sleep(1500)
  await lab.sh(
    node,
    `ip addr del ${setup.vip}/16 dev ${device}; sleep 1; ip addr add ${setup.vip}/16 dev ${device}`,
  )
  await sleep(1500)
  const found = downtimeOf(await load.stop())
  await lab.sh(node, `ip addr del ${setup.vip}/16 dev ${device}`)
  for (const each of setup.nodes) await lab.sh(each, 'systemctl start keepalived')
  return found?.down
}

const work = join(root, 'test/lab/.state/bench')
mkdirSync(work, { recursive: true })
await lab.ensureUp((text) => console.log(`lab: ${text}`))
const controls: Record<string, number | undefined> = {}
for (const setup of SETUPS.filter(({ name }) => filter.test(name))) {
  await lab.reset([...new Set([...setup.nodes, 'm1', 'm2', 'm3'])])
  setup.build(work)
  controls[setup.name] = await control(setup)
  console.log(`\n${setup.name} (an outage of 1.0 s by hand reads ${controls[setup.name]?.toFixed(2)} s)`)
  for (const fault of FAULTS) {
    const runs: Row['runs'] = []
    for (let round = 0; round < rounds; round++) {
      const found = await measure(setup, fault)
      if (found) runs.push(found)
    }
    rows.push({ setup: setup.name, fault: fault.name, runs })
    const downs = runs.map(({ down }) => down)
    const line =
      runs.length === 0
        ? 'never back'
        : `${median(downs).toFixed(2)} s  (${Math.min(...downs).toFixed(2)}–${Math.max(...downs).toFixed(2)}, ${runs.length} runs, slowest answer ${Math.max(...runs.map(({ slowest }) => slowest)).toFixed(0)} ms)`
    console.log(`  ${fault.name.padEnd(20)} ${line}`)
  }
}
const date = new Date().toISOString().slice(0, 10)
mkdirSync(join(root, 'test/bench/results'), { recursive: true })
const slug = (process.argv[3] ?? 'all').replaceAll(/[^a-z0-9]+/gi, '-')
const file = `test/bench/results/${date}-failover-${slug}.json`
writeFileSync(
  join(root, file),
  `${JSON.stringify({ date, rate: RATE, timeout: LOAD.timeout, controls, rows }, undefined, 2)}\n`,
)
console.log(`\nraw data: ${file}`)
