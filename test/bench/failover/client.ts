import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { containerOf } from '../../lab/members.ts'
import { CLIENT } from '../../lab/hosts.ts'
import type { Request } from './downtime.ts'

/** Requests a second, and seconds that one may take. */
export const RATE = 50
export const TIMEOUT = 0.25

const Line = z.tuple([z.number(), z.number(), z.number(), z.string(), z.string()])

/** A client that runs, and what it has seen up to now. */
export interface Client {
  /** Those whose end is known and that were due from this second of the epoch on, in the order of their beginning. */
  since(second: number): Request[]
  /** Ends it and waits for its last request. */
  stop(): Promise<void>
}

/** Begins to ask an address from the client's container, open-loop: nothing that happens slows it down. */
export async function startClient(address: string, port: number): Promise<Client> {
  const program = await readFile(new URL('client.py', import.meta.url), 'utf8')
  const values = [address, String(port), String(RATE), String(TIMEOUT)]
  const child = spawn('docker', ['exec', '-i', containerOf(CLIENT), 'python3', '-c', program, ...values], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const requests: Request[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [at, ms, late, said, node] = Line.parse(JSON.parse(line))
    requests.push({ at, ms, late, said, node })
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve())
  })
  return {
    since(second) {
      // Nearly in order already: only what took long is late. The last ones are enough.
      const found: Request[] = []
      for (let at = requests.length - 1; at >= 0; at--) {
        const request = requests[at]
        if (!request || request.at < second - 1) break
        if (request.at >= second) found.push(request)
      }
      return found.sort((a, b) => a.at - b.at)
    },
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}
