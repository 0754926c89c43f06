import ipaddr from 'ipaddr.js'
import { type Script, sh } from '../shell/sh.ts'
import { wrong } from './package-params.ts'

/** Connections of a port that are waited for to end. */
export interface Drained {
  type: 'drained'
  /** Addresses of the host; undefined: all of them. */
  hosts: readonly string[] | undefined
  port: number
  /** Addresses elsewhere whose connections do not count. */
  exclude: readonly string[]
  states: readonly (keyof typeof CONNECTION_STATES)[]
}

/** As the kernel's table of sockets numbers them. */
export const CONNECTION_STATES = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  SYN_RECV: '03',
  FIN_WAIT1: '04',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
} as const

interface Wish {
  host: string
  exclude_hosts?: readonly string[] | undefined
  active_connection_states: readonly string[]
}

/** What the parameters of wait_for mean. Throws where a name cannot be one. */
export function drained(wish: Wish, port: number): Drained {
  return {
    type: 'drained',
    hosts: wish.host === '0.0.0.0' || wish.host === '::' ? undefined : addresses('host', [wish.host]),
    port,
    exclude: addresses('exclude_hosts', wish.exclude_hosts ?? []),
    states: wish.active_connection_states.map((state) => {
      if (isState(state)) return state
      throw wrong(
        `wait_for: ${state} is no state of a connection`,
        `write some of ${Object.keys(CONNECTION_STATES).join(', ')}`,
      )
    }),
  }
}

function isState(word: string): word is keyof typeof CONNECTION_STATES {
  return Object.hasOwn(CONNECTION_STATES, word)
}

/** The addresses that are meant: the kernel’s table knows no names. */
function addresses(parameter: string, hosts: readonly string[]): string[] {
  return hosts.flatMap((host) => {
    if (host === 'localhost') return ['127.0.0.1', '::1']
    if (ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host)) return [host]
    throw wrong(
      `wait_for: ${parameter}: ${host} is no address`,
      'names are not looked up with state: drained',
    )
  })
}

/** hk_check holds when no connection is left. */
export function drainedCheck({ hosts, port, exclude, states }: Drained): Script {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const local = hosts === undefined ? '[0-9A-F]+' : hosts.flatMap(written).join('|')
  const numbers = states.map((state) => CONNECTION_STATES[state]).join('|')
  const connections = `: (${local}):${hex} [0-9A-F]+:[0-9A-F]{4} (${numbers}) `
  // Nothing is written so: without it all connections count.
  const ignored = `: [0-9A-F]+:[0-9A-F]{4} (${exclude.flatMap(written).join('|') || '-'}):[0-9A-F]{4} `
  return sh`hk_check() {
  ! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -E ${connections} | grep -q -v -E ${ignored}
}`
}

/** An address in the kernel’s table, whose words are in the byte order of the machine. */
function written(host: string): string[] {
  const address = ipaddr.parse(host)
  // Who listens with IPv6 has the clients of IPv4 in the table of IPv6.
  const all = address instanceof ipaddr.IPv4 ? [address, address.toIPv4MappedAddress()] : [address]
  return all.flatMap((one) => {
    const bytes = Buffer.from(one.toByteArray())
    const big = bytes.toString('hex').toUpperCase()
    return [big, Buffer.from(bytes).swap32().toString('hex').toUpperCase()]
  })
}
