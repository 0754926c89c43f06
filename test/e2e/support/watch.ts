import { setTimeout as sleep } from 'node:timers/promises'
import { lab } from '../../lab/lab.ts'

export interface Watch {
  /** Ends the watch; the sets of holders in their order, without repeats. */
  stop(): Promise<string[]>
}

/** Looks all the time who has an address. */
export function watchHolders(address: string, among: readonly string[]): Watch {
  const seen: string[] = []
  let going = true
  const watching = (async () => {
    while (going) {
      const now = (await lab.holders(address, among)).join('+')
      if (seen.at(-1) !== now) seen.push(now)
      await sleep(50)
    }
  })()
  return {
    async stop() {
      going = false
      await watching
      return seen
    },
  }
}
