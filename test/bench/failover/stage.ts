import { lab } from '../../lab/lab.ts'
import type { Setup } from './setups.ts'

/** Where a node keeps the files of each set-up, beside those that are in use. */
const STORE = '/var/lib/bench'
const FILES = [
  '/etc/haproxy/haproxy.cfg',
  '/etc/keepalived',
  '/usr/libexec/keepalived',
  '/etc/systemd/system/haproxy.service.d',
  '/etc/systemd/system/keepalived.service.d',
  '/etc/sysctl.d',
].join(' ')

const STOP = `systemctl stop keepalived haproxy 2>/dev/null
rm -f /etc/haproxy/haproxy.cfg /etc/keepalived/*
rm -rf /etc/systemd/system/haproxy.service.d /etc/systemd/system/keepalived.service.d
systemctl daemon-reload`

/** Builds every set-up once, from blank hosts on, and keeps its files on the hosts, so that one can follow another. */
export async function buildAll(
  setups: readonly Setup[],
  work: string,
  say: (text: string) => void,
): Promise<void> {
  await lab.reset([...new Set(setups.flatMap(({ nodes, control }) => [...nodes, ...control]))])
  for (const setup of setups) {
    say(`building ${setup.name}`)
    // On the node that holds another set-up's address, its own would be tried beside it.
    await Promise.all(setup.nodes.map((node) => lab.sh(node, STOP)))
    setup.build(work)
    await Promise.all(
      setup.nodes.map((node) =>
        lab.sh(
          node,
          `mkdir -p ${STORE} && tar -C / -cf ${STORE}/${setup.id}.tar $(ls -d ${FILES} 2>/dev/null)`,
        ),
      ),
    )
  }
}

/** Puts a set-up into the place of the one that was there, and starts it. */
export async function stage(setup: Setup): Promise<void> {
  await Promise.all(setup.nodes.map((node) => lab.sh(node, STOP)))
  await Promise.all(
    setup.nodes.map((node) =>
      lab.sh(
        node,
        `ip addr flush to ${setup.vip}/32
tar -C / -xf ${STORE}/${setup.id}.tar && systemctl daemon-reload && sysctl -q --system >/dev/null 2>&1
systemctl reset-failed haproxy keepalived 2>/dev/null
systemctl start haproxy keepalived`,
      ),
    ),
  )
}
