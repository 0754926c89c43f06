/**
 * `npm run bench -- failover [--runs N[,fast=10…]] [--setups fast,s3…] [--faults node-lost…] [--minutes N] [--resume]`: what a
 * client notices of each fault on each set-up. The raw data is written after every fault, so nothing is lost when it
 * is interrupted; --resume goes on with the file of the day.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lab } from '../../lab/lab.ts'
import { RATE, TIMEOUT } from './client.ts'
import { FAULTS } from './faults.ts'
import { machineFacts } from './machine.ts'
import { ONE_HOLDER } from './measure.ts'
import { estimate, type Options, readOptions } from './options.ts'
import { readResults, type Results, type Run, writeResults } from './results.ts'
import type { Setup } from './setups.ts'
import { buildAll } from './stage.ts'
import { resultTable } from './table.ts'
import { visit } from './visit.ts'

const root = new URL('../../..', import.meta.url).pathname
const work = join(root, 'test/lab/.state/bench')
const say = (text: string): void => console.log(`${new Date().toISOString().slice(11, 19)}  ${text}`)

async function run(options: Options): Promise<number> {
  const began = Date.now()
  const date = new Date().toISOString().slice(0, 10)
  const name = `test/bench/results/${options.out ?? `${date}-failover.json`}`
  const file = join(root, name)
  const results = open(options, file, date)
  mkdirSync(work, { recursive: true })
  mkdirSync(join(root, 'test/bench/results'), { recursive: true })
  execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts')], { stdio: 'inherit' })
  await lab.ensureUp((text) => say(`lab: ${text}`))
  say(`about ${Math.ceil(estimate(options) / 60)} minutes`)
  await buildAll(options.setups, work, say)
  Object.assign(results.machine, await machineFacts(options.setups))

  const keep = (one: Run): void => {
    results.runs.push(one)
    writeResults(file, results)
  }
  const rounds = Math.max(...options.setups.map(({ id }) => options.runs(id)))
  for (let round = 1; round <= rounds; round++) {
    for (const setup of options.setups) {
      if (Date.now() - began > options.minutes * 60_000) {
        say(`${options.minutes} minutes are over: --resume goes on in round ${round}`)
        return finish(results, options, name)
      }
      const faults = options.faults.filter(({ id }) => !isDone(results, setup.id, id, round))
      if (round > options.runs(setup.id) || faults.length === 0) continue
      await visit(setup, faults, round, { keep, say }).catch((error: unknown) => repair(setup, error))
    }
  }
  return finish(results, options, name)
}

/** The table, and what is wrong with hakube's own set-ups; returns the exit status. */
function finish(results: Results, options: Options, name: string): number {
  console.log(`\n${resultTable(results)}\n\nraw data: ${name}`)
  const wrong = results.runs.filter(
    (one) =>
      one.counts &&
      options.setups.some((setup) => setup.id === one.setup && setup.profile !== undefined) &&
      (one.held.oneAfter === null || one.held.oneAfter > ONE_HOLDER),
  )
  for (const { setup, fault, held } of wrong)
    console.log(
      `WRONG: ${setup}, ${fault}: one holder ${held.oneAfter === null ? 'never' : `after ${held.oneAfter} s`}`,
    )
  const wanted = options.setups.reduce((sum, { id }) => sum + options.runs(id) * options.faults.length, 0)
  const counted = results.runs.filter(
    (one) =>
      one.counts && options.setups.some(({ id }) => id === one.setup) && one.round <= options.runs(one.setup),
  ).length
  if (counted < wanted) console.log(`${counted} of ${wanted} runs count: --resume makes up for the others`)
  return wrong.length > 0 || counted < wanted ? 1 : 0
}

function isDone({ runs }: Results, setup: string, fault: string, round: number): boolean {
  return runs.some((one) => one.setup === setup && one.fault === fault && one.round === round && one.counts)
}

/** What has gone wrong costs the rest of a round and not the run: --resume makes up for it. */
async function repair(setup: Setup, error: unknown): Promise<void> {
  say(
    `${setup.name}: ${error instanceof Error ? error.message : String(error)}; the rest of this round is left out`,
  )
  await lab.up()
  for (const node of setup.control) await lab.apiMode(node, 'ok')
}

function open({ resume, setups }: Options, file: string, date: string): Results {
  const described = setups.map(({ id, name, check }) => ({ id, name, check }))
  if (resume && existsSync(file)) {
    const before = readResults(file)
    const known = new Set(before.setups.map(({ id }) => id))
    return { ...before, setups: [...before.setups, ...described.filter(({ id }) => !known.has(id))] }
  }
  const faults = FAULTS.map(({ id, name, computed }) => ({ id, name, computed }))
  return { schema: 2, date, rate: RATE, timeout: TIMEOUT, machine: {}, setups: described, faults, runs: [] }
}

process.exitCode = await run(readOptions(process.argv.slice(3)))
