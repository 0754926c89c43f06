import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../../src/ha/profile.ts'
import { lab } from '../../lab/lab.ts'

const root = new URL('../../..', import.meta.url).pathname
const CONTROL = ['m1', 'm2', 'm3']

/** One way to run the endpoint, from blank hosts on. */
export interface Setup {
  id: string
  name: string
  vip: string
  port: number
  /** Nodes that may hold the address. */
  nodes: readonly string[]
  /** Nodes with an API server behind it. */
  control: readonly string[]
  /** Whether haproxy answers on other addresses of the node too. */
  wildcard: boolean
  /** The node to which the address returns by itself. */
  home?: string
  /** hakube's profile; undefined for a set-up of somebody else. */
  profile?: ProfileName
  /** What tells keepalived that haproxy has ended. */
  check: string
  /** Seconds of three missed advertisements and the skew. */
  silence: number
  /** Seconds after which an endpoint that is not back counts as never back. */
  patience: number
  /** Seconds that a round of all faults takes, for the estimate. */
  round: number
  build(work: string): void
}

/** Fails loudly: a set-up that is not up cannot be measured. */
function hakube(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/cli.js'), 'apply', ...args],
    { encoding: 'utf8' },
  )
  if (status !== 0)
    throw new Error(`hakube apply ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}

function ours(
  profile: ProfileName,
  vip: string,
  times: Pick<Setup, 'silence' | 'patience' | 'round'>,
): Setup {
  return {
    id: profile,
    name: `hakube ${profile}`,
    vip,
    port: 8443,
    nodes: CONTROL,
    control: CONTROL,
    wildcard: true,
    profile,
    check: 'track_file (haproxy’s unit), script every second',
    ...times,
    build(work) {
      const inventory = join(work, `${profile}.ini`)
      writeFileSync(inventory, lab.inventory(CONTROL, { ha_vip: vip, ha_failover: profile }))
      hakube('-i', inventory)
    },
  }
}

function seed(id: string, name: string, place: Omit<Setup, 'id' | 'name' | 'control' | 'build'>): Setup {
  return {
    id,
    name,
    control: CONTROL,
    ...place,
    build(work) {
      const inventory = join(work, `${id}.ini`)
      const vars = { seed: id, vip: place.vip, port: place.port }
      writeFileSync(inventory, lab.inventory({ nodes: place.nodes, control: CONTROL }, vars))
      hakube(join(root, 'test/bench/failover/seed.yml'), '-i', inventory)
    },
  }
}

export const SETUPS: readonly Setup[] = [
  ours('fast', '10.88.0.110', { silence: 0.4, patience: 15, round: 52 }),
  ours('balanced', '10.88.0.111', { silence: 1.7, patience: 20, round: 60 }),
  ours('calm', '10.88.0.112', { silence: 3.3, patience: 30, round: 90 }),
  seed('s3', 'S3', {
    vip: '10.88.0.113',
    port: 9443,
    nodes: CONTROL,
    wildcard: true,
    home: 'm1',
    check: 'script every 2 s: does the port listen',
    silence: 3.7,
    patience: 15,
    round: 95,
  }),
  seed('s4', 'S4', {
    vip: '10.88.0.114',
    port: 7443,
    nodes: CONTROL,
    wildcard: false,
    home: 'm1',
    check: 'script every 2 s: killall -0 haproxy',
    silence: 3.7,
    patience: 15,
    round: 95,
  }),
  seed('s6', 'S6', {
    vip: '10.88.0.116',
    port: 6443,
    nodes: ['lb1', 'lb2'],
    wildcard: true,
    check: 'script every 3 s, 5 failures: curl',
    silence: 15.7,
    patience: 50,
    round: 200,
  }),
]
