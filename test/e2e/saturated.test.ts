import { afterAll, beforeAll, expect, it } from 'vitest'
import { watchHolders } from '../bench/failover/holders.ts'
import { lab } from '../lab/lab.ts'
import { answersThrough, waitFor } from './support/client.ts'
import { hakube, inventoryFile } from './support/hakube.ts'
import { startLoad } from './support/load.ts'

const HOSTS = ['m1', 'm2', 'm3']
const VIP = '10.88.0.106'
const SECONDS = 60
/** Requests a second; the client shares the CPUs with what eats them. */
const RATE = 5

beforeAll(async () => {
  await lab.reset(HOSTS)
  const ran = await hakube(['apply', '-i', await inventoryFile(HOSTS, { ha_vip: VIP })])
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  await waitFor('the API through the address', () => answersThrough(VIP, 8443))
})
afterAll(() => lab.reset(HOSTS))

/**
 * The containers share the machine's CPUs: what saturates the holder's saturates those of the backups and of the
 * client too, so that all of them are late, and not the holder alone.
 */
it('balanced: the address stays where it is while the CPUs of its node are saturated for a minute', async () => {
  const [holder = ''] = await lab.holders(VIP, HOSTS)
  const holders = watchHolders(VIP, HOSTS)
  const load = await startLoad({ address: VIP, port: 8443, rate: RATE })
  const began = Date.now() / 1000
  // Two loops for each CPU; `timeout` ends each of them, whatever becomes of this test.
  const saturate = `n=$(($(nproc) * 2)); while [ $n -gt 0 ]; do n=$((n - 1)); timeout ${SECONDS} sh -c 'while :; do :; done' & done; wait; :`
  const idleBefore = await idleTime()
  await lab.sh(holder, saturate)
  const idle = (await idleTime()) - idleBefore
  const ended = Date.now() / 1000
  const requests = await load.stop()
  holders.stop()

  // What was to be saturated was: else nothing has been shown.
  expect(ended - began).toBeGreaterThan(SECONDS - 1)
  expect(idle).toBeLessThan(0.05 * SECONDS)
  // The first looks are for finding the nodes' processes.
  const samples = holders.since(began + 0.5).filter(({ at }) => at < ended)
  expect(samples.length).toBeGreaterThan(SECONDS * 5)
  expect(new Set(samples.map((one) => one.holders.join()))).toEqual(new Set([holder]))
  const served = requests.filter(({ said }) => said === '200').length
  expect(served / requests.length).toBeGreaterThan(0.98)
  expect(requests.length).toBeGreaterThan(SECONDS * RATE * 0.9)
}, 180_000)

/** Seconds that a CPU was idle since the machine started, for each CPU. */
async function idleTime(): Promise<number> {
  const [, idle = 0] = (await lab.sh(HOSTS[0]!, 'cat /proc/uptime')).split(' ').map(Number)
  const cpus = Number(await lab.sh(HOSTS[0]!, 'nproc'))
  return idle / cpus
}
