import { inspect } from '../../lab/containers.ts'
import { lab } from '../../lab/lab.ts'
import { must } from '../../lab/process.ts'

/** Drops the packets of a protocol that reach a host from an address; hosts have no packet filter of their own. */
export async function block(host: string, from: string, protocol: string | number): Promise<void> {
  await filter(host, '-A', from, protocol)
}

export async function unblock(host: string, from: string, protocol: string | number): Promise<void> {
  await filter(host, '-D', from, protocol)
}

async function filter(host: string, act: string, from: string, protocol: string | number): Promise<void> {
  const { container } = lab.host(host)
  const pid = (await inspect([container])).get(container)?.pid
  if (pid === undefined) throw new Error(`${host} does not run`)
  const program = from.includes(':') ? 'ip6tables' : 'iptables'
  const rule = [act, 'INPUT', '-p', String(protocol), '-s', from, '-j', 'DROP']
  await must(['nsenter', '-t', String(pid), '-n', program, '-w', ...rule])
}
