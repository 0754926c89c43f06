import { setTimeout as sleep } from 'node:timers/promises'
import { lab } from '../../lab/lab.ts'

/** Whether the API answers a client in the lab's network through this address. */
export async function answersThrough(address: string, port: number, path = '/readyz'): Promise<boolean> {
  const host = address.includes(':') ? `[${address}]` : address
  const { code } = await lab.exec('client', ['curl', '-fsk', '-m', '2', `https://${host}:${port}${path}`])
  return code === 0
}

/** Waits until something holds; an error names it if it does not in time. */
export async function waitFor(what: string, holds: () => Promise<boolean>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (await holds()) return
    await sleep(200)
  }
  throw new Error(`${what}: not within ${seconds} s`)
}
