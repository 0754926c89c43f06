import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, RATE } from './client.ts'
import { downtimeOf, type Failure, failuresOf, inFlight, punctuality, rounded } from './downtime.ts'
import type { Fault } from './faults.ts'
import { heldOf, type Held, type Holders } from './holders.ts'
import { settled } from './settled.ts'
import type { Setup } from './setups.ts'

/** Seconds after the fault in which there has to be exactly one holder. */
export const ONE_HOLDER = 3

/** One fault of one set-up, as the client and the nodes saw it. */
export interface Measured {
  /** Null: the service was not back when the patience was at its end, and came back by healing only. */
  down: number | null
  total: number | null
  failed: number
  /** Of them in flight on the API server that was killed; not in the other figures. */
  inFlight: number
  slowest: number
  /** Requests that failed while the fault was healed, until the set-up was healthy again. */
  failedHealing: number
  /** The part of the requests that were sent when they were due, until the healing began. */
  onTime: number
  held: Held
  failures: Failure[]
}

/** Strikes, watches until the service is back, heals, and waits until all is well again. */
export async function measure(
  setup: Setup,
  fault: Fault,
  client: Client,
  holders: Holders,
): Promise<Measured> {
  const holder = await settled(setup, client, holders)
  const target = fault.api && !setup.control.includes(holder) ? (setup.control[0] ?? holder) : holder
  const from = Date.now() / 1000 - 0.5
  const struck = await fault.strike(target)
  await watch(setup, fault, client, holders, struck)
  const healing = Date.now() / 1000
  await fault.heal(target, setup.vip)
  await settled(setup, client, holders)
  const to = Date.now() / 1000 - 0.3
  return judged(client.since(from), holders.since(from), { from, struck, healing, to, fault })
}

/** Until what the fault may do has been done, and the last half second was good. */
async function watch(
  setup: Setup,
  fault: Fault,
  client: Client,
  holders: Holders,
  struck: number,
): Promise<void> {
  const least = Math.max(ONE_HOLDER + 0.3, fault.silent ? setup.silence + 1 : 0)
  for (;;) {
    await sleep(50)
    const now = Date.now() / 1000
    if (now - struck > setup.patience) return
    if (now - struck < least) continue
    // What is due now may still fail: a request is judged when its time is over.
    const last = client.since(now - 0.9).filter(({ at }) => at < now - 0.3)
    const steady = holders.since(now - 0.5).every((one) => one.holders.length > 0)
    if (steady && last.length >= 0.5 * RATE && last.every(({ said }) => said === '200')) return
  }
}

interface Moments {
  from: number
  struck: number
  healing: number
  to: number
  fault: Fault
}

function judged(
  requests: ReturnType<Client['since']>,
  samples: ReturnType<Holders['since']>,
  { from, struck, healing, to, fault }: Moments,
): Measured {
  const during = requests.filter(({ at }) => at < healing - 0.3)
  const flying = fault.id === 'api-killed' ? inFlight(during, struck) : []
  const counted = during.filter((one) => !flying.includes(one))
  const found = downtimeOf(counted)
  const failed = counted.filter(({ said }) => said !== '200').length
  return {
    down: found?.down ?? null,
    total: found?.total ?? null,
    failed,
    inFlight: flying.length,
    slowest: rounded(Math.max(0, ...counted.filter(({ said }) => said === '200').map(({ ms }) => ms))),
    failedHealing: requests.filter(({ at, said }) => at >= healing - 0.3 && at < to && said !== '200').length,
    onTime: rounded(punctuality(requests, from, healing - 0.3, RATE)),
    held: heldOf(samples, struck, healing),
    failures: failuresOf(during, struck),
  }
}
