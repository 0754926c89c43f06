import { readFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { lab } from '../../lab/lab.ts'

export interface LoadSettings {
  address: string
  port: number
  path?: string
  /** Requests a second. */
  rate?: number
  /** Seconds that a request may take. */
  timeout?: number
}

export interface Request {
  /** Seconds from the beginning. */
  at: number
  ms: number
  /** "200", or what went wrong. */
  said: string
}

export interface Load {
  /** Ends the requests and gives all of them, in their order. */
  stop(): Promise<Request[]>
}

/** Begins to send requests from the client's container, open-loop: nothing that happens slows them down. */
export async function startLoad(settings: LoadSettings): Promise<Load> {
  const { address, port, path = '/readyz', rate = 50, timeout = 5 } = settings
  const stop = `/tmp/stop-${randomUUID()}`
  const input = await readFile(new URL('load.py', import.meta.url))
  const argv = ['python3', '-', address, String(port), path, String(rate), String(timeout), stop]
  const ended = lab.exec('client', argv, { input })
  return {
    async stop() {
      await lab.sh('client', `touch ${stop}`)
      const { code, stdout, stderr } = await ended
      await lab.sh('client', `rm -f ${stop}`)
      if (code !== 0) throw new Error(`the client ended with ${code}: ${stderr}`)
      const { requests }: { requests: [number, number, string][] } = JSON.parse(stdout)
      return requests.map(([at, ms, said]) => ({ at, ms, said }))
    },
  }
}

/** Requests that got no "200". */
export function failures(requests: readonly Request[]): string[] {
  return requests
    .filter(({ said }) => said !== '200')
    .map(({ at, ms, said }) => `after ${at} s: ${said} (${ms} ms)`)
}
