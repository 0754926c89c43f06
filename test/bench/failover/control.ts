import { setTimeout as sleep } from 'node:timers/promises'
import { lab } from '../../lab/lab.ts'
import { startClient } from './client.ts'
import { downtimeOf } from './downtime.ts'
import type { Setup } from './setups.ts'

/** An address of nobody, to be taken away by hand. */
const ADDRESS = '10.88.0.119'

/**
 * What the client reads of an outage of 1.0 s that is made by hand: an address on the holder, with the set-up's
 * haproxy behind it, is taken away for that long. Where haproxy listens on the virtual address only, the API server
 * is asked directly. Undefined: it was never back.
 */
export async function controlOutage(setup: Setup, holder: string): Promise<number | undefined> {
  const port = setup.wildcard ? setup.port : 6443
  await lab.sh(holder, `ip addr add ${ADDRESS}/32 dev eth0 2>/dev/null; :`)
  // Whoever had it before: no neighbour may be remembered.
  await lab.sh('client', `ip neigh flush to ${ADDRESS}`)
  const client = await startClient(ADDRESS, port)
  try {
    await sleep(600)
    const began = Date.now() / 1000
    await sleep(600)
    await lab.sh(holder, `ip addr del ${ADDRESS}/32 dev eth0; sleep 1; ip addr add ${ADDRESS}/32 dev eth0`)
    await sleep(800)
    return downtimeOf(client.since(began))?.down
  } finally {
    await client.stop()
    await lab.sh(holder, `ip addr del ${ADDRESS}/32 dev eth0`)
  }
}
