import { setTimeout as sleep } from 'node:timers/promises'
import { lab } from '../../lab/lab.ts'

export interface Watch {
  /** Ends the watch; the sets of holders in their order, without repeats. */
  stop(): Promise<string[]>
}

/** Looks all the time who has an address: "m1", or "m1+m2"; of several addresses, with | between them. */
export function watchHolders(addresses: string | readonly string[], among: readonly string[]): Watch {
  const seen: string[] = []
  const end = new AbortController()
  const watching = (async () => {
    while (!end.signal.aborted) {
      const holders = await Promise.all([addresses].flat().map((address) => lab.holders(address, among)))
      const now = holders.map((names) => names.join('+')).join('|')
      if (seen.at(-1) !== now) seen.push(now)
      await sleep(50)
    }
  })()
  return {
    async stop() {
      end.abort()
      await watching
      return seen
    },
  }
}
