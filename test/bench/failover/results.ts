import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { median } from './downtime.ts'

const Held = z.object({
  most: z.number(),
  double: z.number(),
  oneAfter: z.number().nullable(),
  doubleHealing: z.number(),
  gap: z.number(),
})

const Run = z.object({
  setup: z.string(),
  fault: z.string(),
  round: z.number(),
  /** Whether enough requests were sent in time, and the control outage of this visit read right. */
  counts: z.boolean(),
  /** What the control outage of 1.0 s read in this visit. */
  control: z.number().nullable(),
  down: z.number().nullable(),
  total: z.number().nullable(),
  failed: z.number(),
  inFlight: z.number(),
  slowest: z.number(),
  failedHealing: z.number(),
  onTime: z.number(),
  held: Held,
  failures: z.array(z.tuple([z.number(), z.number(), z.number(), z.string()])),
})

const Results = z.object({
  schema: z.literal(2),
  date: z.string(),
  rate: z.number(),
  timeout: z.number(),
  machine: z.record(z.string(), z.string()),
  setups: z.array(z.object({ id: z.string(), name: z.string(), check: z.string() })),
  faults: z.array(z.object({ id: z.string(), name: z.string(), computed: z.string() })),
  runs: z.array(Run),
})

export type Run = z.infer<typeof Run>
export type Results = z.infer<typeof Results>

export function readResults(file: string): Results {
  return Results.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** Each run is a line, so that what a run has added shows. */
export function writeResults(file: string, { runs, ...head }: Results): void {
  const first = JSON.stringify(head, undefined, 2).replace(/\n}$/, '')
  const lines = runs.map((run) => `    ${JSON.stringify(run)}`).join(',\n')
  writeFileSync(file, `${first},\n  "runs": [\n${lines}\n  ]\n}\n`)
}

/** The newest failover results in a folder; undefined = there are none. */
export function newestResults(folder: string): { name: string; results: Results } | undefined {
  if (!existsSync(folder)) return undefined
  const name = readdirSync(folder)
    .filter((one) => /^\d{4}-\d\d-\d\d-failover\.json$/.test(one))
    .toSorted()
    .at(-1)
  return name === undefined ? undefined : { name, results: readResults(join(folder, name)) }
}

/** The counted runs of a fault on a set-up. */
export interface Summary {
  runs: number
  /** Seconds; Infinity where it was not back before it was healed. */
  median: number
  min: number
  max: number
  /** Runs in which two nodes had the address. */
  doubles: number
  /** In-flight requests that were lost with a killed API server, in all runs. */
  inFlight: number
}

export function summaryOf(runs: readonly Run[], setup: string, fault: string): Summary | undefined {
  const counted = runs.filter((run) => run.setup === setup && run.fault === fault && run.counts)
  if (counted.length === 0) return undefined
  const totals = counted.map(({ total }) => total ?? Infinity)
  return {
    runs: counted.length,
    median: median(totals),
    min: Math.min(...totals),
    max: Math.max(...totals),
    doubles: counted.filter(({ held }) => held.most > 1).length,
    inFlight: counted.reduce((sum, run) => sum + run.inFlight, 0),
  }
}
