import { readFile } from 'node:fs/promises'
import { inspect } from '../../lab/containers.ts'
import { lab } from '../../lab/lab.ts'

/** Who had the address at a moment. */
export interface Sample {
  /** Seconds of the epoch. */
  at: number
  holders: readonly string[]
}

/** Milliseconds between two looks. */
export const EVERY = 50

/** Looks at every node all the time who has an address. */
export interface Holders {
  since(second: number): Sample[]
  last(): Sample | undefined
  stop(): void
}

/**
 * Looks every 50 ms, from outside of the nodes: their tables of addresses are in /proc/PID/net. That starts no
 * process, so it takes no CPU time from what is measured. A node without a process is without power.
 */
export function watchHolders(address: string, nodes: readonly string[]): Holders {
  const samples: Sample[] = []
  const pids = new Map<string, number>()
  const end = new AbortController()
  let asked = 0
  const look = async (): Promise<void> => {
    const at = Date.now() / 1000
    const has = await Promise.all(nodes.map((node) => hasAddress(pids.get(node) ?? 0, address)))
    samples.push({ at, holders: nodes.filter((_, index) => has[index] === true) })
    // A node that is started again has another process; asking the engine is dear.
    if (has.includes(undefined) && at - asked > 0.3) {
      asked = at
      const states = await inspect(nodes.map((node) => lab.host(node).container))
      for (const node of nodes) pids.set(node, states.get(lab.host(node).container)?.pid ?? 0)
    }
  }
  const loop = async (): Promise<void> => {
    for (let due = Date.now(); !end.signal.aborted;) {
      await look()
      due = Math.max(due + EVERY, Date.now())
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())))
    }
  }
  void loop()
  return {
    since(second) {
      const first = samples.findLastIndex(({ at }) => at < second)
      return samples.slice(first + 1)
    },
    last: () => samples.at(-1),
    stop() {
      end.abort()
    },
  }
}

/** Undefined: the process is gone. */
async function hasAddress(pid: number, address: string): Promise<boolean | undefined> {
  if (pid === 0) return undefined
  try {
    const table = await readFile(`/proc/${pid}/net/fib_trie`, 'utf8')
    return table.includes(`|-- ${address}\n`)
  } catch {
    return undefined
  }
}

/** What the samples of one fault come to. */
export interface Held {
  /** The most holders at a time after the fault. */
  most: number
  /** Seconds with two or more. */
  double: number
  /** Seconds until there was exactly one, and it stayed so until the healing began; null: it never was. */
  oneAfter: number | null
  /** Seconds with two or more while it was healed. */
  doubleHealing: number
  /** The longest time between two looks, in milliseconds. */
  gap: number
}

export function heldOf(samples: readonly Sample[], struck: number, healing: number): Held {
  const after = samples.filter(({ at }) => at >= struck && at < healing)
  const seconds = (some: readonly Sample[]) =>
    Math.round(some.filter(({ holders }) => holders.length > 1).length * EVERY) / 1000
  const wrong = after.findLastIndex(({ holders }) => holders.length !== 1)
  const settled = after[wrong + 1]
  const gaps = samples.slice(1).map(({ at }, index) => at - (samples[index]?.at ?? at))
  return {
    most: Math.max(0, ...after.map(({ holders }) => holders.length)),
    double: seconds(after),
    oneAfter: settled ? Math.round((wrong < 0 ? 0 : settled.at - struck) * 1000) / 1000 : null,
    doubleHealing: seconds(samples.filter(({ at }) => at >= healing)),
    gap: Math.round(Math.max(0, ...gaps) * 1000),
  }
}
