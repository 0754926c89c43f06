import { type Client, startClient } from './client.ts'
import { controlOutage } from './control.ts'
import type { Fault } from './faults.ts'
import { type Holders, watchHolders } from './holders.ts'
import { measure, type Measured } from './measure.ts'
import type { Run } from './results.ts'
import { settled } from './settled.ts'
import type { Setup } from './setups.ts'
import { stage } from './stage.ts'

/** Of the requests so many must have been sent in time, and a control outage of 1.0 s must read so, ± so much. */
const SENT = 0.98
const CONTROL_ERROR = 0.1
/** On a machine that was busy for a moment, the next try may count. */
const TRIES = 2

/**
 * These faults, one after the other, on a set-up that is put into its place before. Each run is handed over as soon
 * as it is there. Throws where the set-up does not get healthy, or where the control outage reads wrong.
 */
export async function visit(
  setup: Setup,
  faults: readonly Fault[],
  round: number,
  { keep, say }: { keep: (run: Run) => void; say: (text: string) => void },
): Promise<void> {
  const began = Date.now()
  await stage(setup)
  const holders = watchHolders(setup.vip, setup.nodes)
  const client = await startClient(setup.vip, setup.port)
  try {
    const control = await rightControl(setup, client, holders)
    say(`${setup.name}, round ${round}: a control outage of 1.0 s reads ${control.toFixed(2)} s`)
    for (const fault of faults) {
      for (let left = TRIES; left > 0; left--) {
        const found = await measure(setup, fault, client, holders)
        const counts = found.onTime >= SENT
        keep({ setup: setup.id, fault: fault.id, round, counts, control, ...found })
        say(`  ${fault.name.padEnd(20)} ${lineOf(setup, found)}`)
        if (counts) break
      }
    }
    say(`  ${((Date.now() - began) / 1000).toFixed(0)} s for this round`)
  } finally {
    await client.stop()
    holders.stop()
  }
}

/** A reading of the control outage that is right; without one nothing that is measured here would count. */
async function rightControl(setup: Setup, client: Client, holders: Holders): Promise<number> {
  const readings: string[] = []
  for (let left = TRIES; left > 0; left--) {
    const reading = await controlOutage(setup, await settled(setup, client, holders))
    if (reading !== undefined && Math.abs(reading - 1) <= CONTROL_ERROR + 1e-9) return reading
    readings.push(reading === undefined ? 'nothing' : `${reading.toFixed(2)} s`)
  }
  throw new Error(`a control outage of 1.0 s reads ${readings.join(', then ')}`)
}

function lineOf(setup: Setup, found: Measured): string {
  const { total, failed, inFlight, held, failedHealing, onTime } = found
  const shown = total === null ? `not back after ${setup.patience} s` : `${total.toFixed(2)} s`
  const more = [
    `${failed} failed`,
    ...(inFlight > 0 ? [`${inFlight} in flight`] : []),
    ...(held.most > 1 ? [`${held.most} holders for ${held.double.toFixed(2)} s`] : []),
    ...(failedHealing > 0 ? [`${failedHealing} failed while it was healed`] : []),
    ...(onTime >= SENT ? [] : [`does not count: ${(onTime * 100).toFixed(1)} % sent in time`]),
  ]
  return `${shown.padStart(8)}   ${more.join(', ')}`
}
