/**
 * `npm run bench -- failover [--runs N[,fast=10…]] [--setups fast,s3…] [--faults node-lost…] [--minutes N] [--resume]`: what a
 * client notices of each fault on each set-up. The raw data is written after every fault, so nothing is lost when it
 * is interrupted; --resume goes on with the file of the day.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lab } from '../../lab/lab.ts'
import { RATE, startClient, TIMEOUT } from './client.ts'
import { controlOutage } from './control.ts'
import { FAULTS } from './faults.ts'
import { watchHolders } from './holders.ts'
import { machineFacts } from './machine.ts'
import { measure, ONE_HOLDER } from './measure.ts'
import { estimate, type Options, readOptions } from './options.ts'
import { readResults, type Results, writeResults } from './results.ts'
import { settled } from './settled.ts'
import type { Setup } from './setups.ts'
import { buildAll, stage } from './stage.ts'
import { resultTable } from './table.ts'

/** Of the requests so many must have been sent in time, and a control outage of 1.0 s must read so, ± so much. */
const SENT = 0.98
const CONTROL_ERROR = 0.1

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

  const rounds = Math.max(...options.setups.map(({ id }) => options.runs(id)))
  for (let round = 1; round <= rounds; round++) {
    for (const setup of options.setups) {
      if (Date.now() - began > options.minutes * 60_000) {
        say(`${options.minutes} minutes are over: --resume goes on in round ${round}`)
        return finish(results, options, name)
      }
      if (round <= options.runs(setup.id))
        await visit(setup, round, options, results, file).catch((error: unknown) => repair(setup, error))
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

/** All faults of one round on one set-up, which is put into its place before. */
async function visit(
  setup: Setup,
  round: number,
  options: Options,
  results: Results,
  file: string,
): Promise<void> {
  const done = (fault: string) =>
    results.runs.some(
      (one) => one.setup === setup.id && one.fault === fault && one.round === round && one.counts,
    )
  const faults = options.faults.filter(({ id }) => !done(id))
  if (faults.length === 0) return
  const began = Date.now()
  await stage(setup)
  const holders = watchHolders(setup.vip, setup.nodes)
  const client = await startClient(setup.vip, setup.port)
  try {
    let control = await controlOutage(setup, await settled(setup, client, holders))
    if (!isRight(control)) control = await controlOutage(setup, await settled(setup, client, holders))
    say(
      `${setup.name}, round ${round}: a control outage of 1.0 s reads ${control?.toFixed(2) ?? 'nothing'} s`,
    )
    for (const fault of faults) {
      const found = await measure(setup, fault, client, holders)
      const counts = found.onTime >= SENT && isRight(control)
      results.runs.push({
        setup: setup.id,
        fault: fault.id,
        round,
        counts,
        control: control ?? null,
        ...found,
      })
      writeResults(file, results)
      const shown =
        found.total === null ? `not back after ${setup.patience} s` : `${found.total.toFixed(2)} s`
      const more = [
        `${found.failed} failed`,
        ...(found.inFlight > 0 ? [`${found.inFlight} in flight`] : []),
        ...(found.held.most > 1 ? [`${found.held.most} holders for ${found.held.double.toFixed(2)} s`] : []),
        ...(found.failedHealing > 0 ? [`${found.failedHealing} failed while it was healed`] : []),
        ...(found.onTime >= SENT
          ? []
          : [`does not count: ${(found.onTime * 100).toFixed(1)} % sent in time`]),
        ...(isRight(control) ? [] : ['does not count: the control outage read wrong']),
      ]
      say(`  ${fault.name.padEnd(20)} ${shown.padStart(8)}   ${more.join(', ')}`)
    }
    say(`  ${((Date.now() - began) / 1000).toFixed(0)} s for this round`)
  } finally {
    await client.stop()
    holders.stop()
  }
}

function isRight(control: number | undefined): boolean {
  return control !== undefined && Math.abs(control - 1) <= CONTROL_ERROR + 1e-9
}

process.exitCode = await run(readOptions(process.argv.slice(3)))
