import { lab } from '../../lab/lab.ts'

/** Something that breaks on the node that holds the address, and how it is healed. */
export interface Fault {
  name: string
  /** On a set-up without haproxy it means nothing. */
  needsHaproxy?: boolean
  strike(holder: string): Promise<void>
  heal(holder: string): Promise<void>
}

const start = (holder: string, unit: string) =>
  lab.sh(holder, `systemctl reset-failed ${unit}; systemctl start ${unit}`).then(() => undefined)
const kill = (holder: string, name: string) =>
  lab.sh(holder, `pkill -KILL -x ${name}; true`).then(() => undefined)

export const FAULTS: readonly Fault[] = [
  {
    name: 'haproxy stopped',
    needsHaproxy: true,
    strike: async (holder) => void (await lab.sh(holder, 'systemctl stop haproxy')),
    heal: (holder) => start(holder, 'haproxy'),
  },
  {
    name: 'haproxy killed',
    needsHaproxy: true,
    strike: (holder) => kill(holder, 'haproxy'),
    heal: (holder) => start(holder, 'haproxy'),
  },
  {
    name: 'keepalived stopped',
    strike: async (holder) => void (await lab.sh(holder, 'systemctl stop keepalived')),
    heal: (holder) => start(holder, 'keepalived'),
  },
  {
    name: 'keepalived killed',
    strike: (holder) => kill(holder, 'keepalived'),
    heal: (holder) => start(holder, 'keepalived'),
  },
  {
    name: 'node lost',
    strike: (holder) => lab.kill(holder),
    heal: (holder) => lab.start(holder),
  },
  {
    name: 'cable cut',
    strike: (holder) => lab.cutLink(holder),
    heal: (holder) => lab.restoreLink(holder),
  },
  {
    name: 'API server killed',
    strike: (holder) => lab.stopApi(holder),
    heal: (holder) => lab.startApi(holder),
  },
  {
    name: 'API server hangs',
    strike: (holder) => lab.apiMode(holder, 'hang'),
    heal: (holder) => lab.apiMode(holder, 'ok'),
  },
]
