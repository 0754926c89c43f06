import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab } from '../../lab/lab.ts'

const root = new URL('../../..', import.meta.url).pathname
const CONTROL = ['m1', 'm2', 'm3']

/** One way to run the endpoint, from blank hosts on. */
export interface Setup {
  name: string
  vip: string
  port: number
  /** Nodes that may hold the address. */
  nodes: readonly string[]
  haproxy: boolean
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

function ours(name: string, failover: string, vip: string): Setup {
  return {
    name,
    vip,
    port: 8443,
    nodes: CONTROL,
    haproxy: true,
    build(work) {
      const inventory = join(work, `${failover}.ini`)
      writeFileSync(inventory, lab.inventory(CONTROL, { ha_vip: vip, ha_failover: failover }))
      hakube('-i', inventory)
    },
  }
}

function seed(name: string, id: string, place: Pick<Setup, 'vip' | 'port' | 'nodes'>): Setup {
  return {
    name,
    ...place,
    haproxy: true,
    build(work) {
      const inventory = join(work, `${id}.ini`)
      const vars = { seed: id, vip: place.vip, port: place.port }
      writeFileSync(inventory, lab.inventory({ nodes: place.nodes, control: CONTROL }, vars))
      hakube(join(root, 'test/bench/failover/seed.yml'), '-i', inventory)
    },
  }
}

export const SETUPS: readonly Setup[] = [
  ours('hakube, fast', 'fast', '10.88.0.110'),
  ours('hakube, balanced', 'balanced', '10.88.0.111'),
  seed('S3: check every 2 s, weight 11', 's3', { vip: '10.88.0.113', port: 9443, nodes: CONTROL }),
  seed('S4: killall -0 every 2 s', 's4', { vip: '10.88.0.114', port: 7443, nodes: CONTROL }),
  seed('S6: pair, advert 5 s, check 3 s × 5', 's6', {
    vip: '10.88.0.116',
    port: 6443,
    nodes: ['lb1', 'lb2'],
  }),
]
