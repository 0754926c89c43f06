import { parseArgs } from 'node:util'
import { FAULTS, type Fault } from './faults.ts'
import { type Setup, SETUPS } from './setups.ts'

export interface Options {
  setups: readonly Setup[]
  faults: readonly Fault[]
  /** How often each fault is measured on a set-up. */
  runs: (setup: string) => number
  resume: boolean
  /** After so many minutes no further round begins. */
  minutes: number
  out: string | undefined
}

/** Reads the command line: `--runs 3,fast=10 --setups fast,s3 --faults node-lost --minutes 40 --resume --out FILE`. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '3' },
      setups: { type: 'string', default: 'fast,balanced,s3,s4,s6' },
      faults: { type: 'string', default: FAULTS.map(({ id }) => id).join(',') },
      minutes: { type: 'string', default: 'Infinity' },
      resume: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  })
  const counts = new Map(
    values.runs.split(',').map((word): [string, number] => {
      const [, id = '', count] = /^(?:(\w+)=)?([1-9]\d*)$/.exec(word) ?? []
      if (count === undefined) throw new Error(`--runs ${word}: write a number, or SET-UP=NUMBER`)
      if (id !== '') pick(SETUPS, id)
      return [id, Number(count)]
    }),
  )
  const minutes = Number(values.minutes)
  if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: write a number`)
  return {
    minutes,
    setups: values.setups.split(',').map((id) => pick(SETUPS, id)),
    faults: values.faults.split(',').map((id) => pick(FAULTS, id)),
    runs: (id) => counts.get(id) ?? counts.get('') ?? 3,
    resume: values.resume,
    out: values.out,
  }
}

function pick<One extends { id: string }>(from: readonly One[], id: string): One {
  const found = from.find((one) => one.id === id)
  if (!found) throw new Error(`there is no ${id}: ${from.map((one) => one.id).join(', ')}`)
  return found
}

/** Seconds that all of it takes, by what rounds took before. */
export function estimate({ setups, faults, runs }: Options): number {
  const part = faults.length / FAULTS.length
  return 30 + setups.reduce((sum, setup) => sum + 10 + runs(setup.id) * (10 + setup.round * part), 0)
}
