import { inspect } from '../../lab/containers.ts'
import { lab } from '../../lab/lab.ts'
import { containerOf } from '../../lab/members.ts'
import type { Fault as Computed } from '../../../src/ha/budget.ts'

/** Something that breaks on a node, and how it is healed. */
export interface Fault {
  id: string
  name: string
  /** Its name in the computed budget. */
  computed: Computed
  /** The API server is hit, not the node. */
  api?: boolean
  /** The other nodes notice only because nobody says anything any more. */
  silent?: boolean
  /** Returns the moment at which it happened, in seconds of the epoch. */
  strike(node: string): Promise<number>
  heal(node: string, vip: string): Promise<void>
}

const now = (): number => Date.now() / 1000

async function at(moment: number, ...done: readonly Promise<unknown>[]): Promise<number> {
  await Promise.all(done)
  return moment
}

const start = async (node: string, unit: string): Promise<void> => {
  await lab.sh(node, `systemctl reset-failed ${unit}; systemctl start ${unit}`)
}
/** A killed keepalived leaves its addresses behind. */
const startKeepalived = async (node: string, vip: string): Promise<void> => {
  await lab.sh(node, `systemctl is-active -q keepalived || ip addr flush to ${vip}/32`)
  await start(node, 'keepalived')
}
const kill = (node: string, name: string) => lab.sh(node, `pkill -KILL -x ${name}; true`)

export const FAULTS: readonly Fault[] = [
  {
    id: 'haproxy-stopped',
    name: 'haproxy stopped',
    computed: 'haproxy-dies',
    strike: (node) => at(now(), lab.sh(node, 'systemctl stop haproxy')),
    heal: (node) => start(node, 'haproxy'),
  },
  {
    id: 'haproxy-killed',
    name: 'haproxy killed',
    computed: 'haproxy-dies',
    strike: (node) => at(now(), kill(node, 'haproxy')),
    heal: (node) => start(node, 'haproxy'),
  },
  {
    id: 'keepalived-stopped',
    name: 'keepalived stopped',
    computed: 'keepalived-stops',
    strike: (node) => at(now(), lab.sh(node, 'systemctl stop keepalived')),
    heal: startKeepalived,
  },
  {
    id: 'keepalived-killed',
    name: 'keepalived killed',
    computed: 'keepalived-dies',
    silent: true,
    strike: (node) => at(now(), kill(node, 'keepalived')),
    heal: startKeepalived,
  },
  {
    id: 'node-lost',
    name: 'node lost',
    computed: 'node-dies',
    silent: true,
    strike: (node) => at(now(), lab.kill(node)),
    heal: (node) => lab.start(node),
  },
  {
    id: 'cable-cut',
    name: 'cable cut',
    computed: 'cable-cut',
    silent: true,
    strike: (node) => at(now(), lab.cutLink(node)),
    heal: (node) => lab.restoreLink(node),
  },
  {
    id: 'api-killed',
    name: 'API server killed',
    computed: 'api-dies',
    api: true,
    strike: killApi,
    heal: (node) => lab.startApi(node),
  },
  {
    id: 'api-hangs',
    name: 'API server hangs',
    computed: 'api-hangs',
    api: true,
    strike: (node) => at(now(), lab.apiMode(node, 'hang')),
    heal: (node) => lab.apiMode(node, 'ok'),
  },
]

/** By its process: the engine's way takes tenths of a second, and which requests were in flight must be told. */
async function killApi(node: string): Promise<number> {
  const name = containerOf(`api-${node}`)
  const pid = (await inspect([name])).get(name)?.pid ?? 0
  if (pid === 0) throw new Error(`${name} does not run`)
  process.kill(pid, 'SIGKILL')
  return now()
}
