import type { HostInput, Interface } from '../../src/ha/input.ts'
import type { TopologyInput } from '../../src/ha/topology.ts'

/** A host with one interface besides lo: `eth0` with these addresses ("10.0.0.1/24"; the first IPv4 one is its own). */
export function host(
  name: string,
  addresses: readonly string[],
  variables: Record<string, unknown> = {},
  more: Partial<HostInput> & { interface?: string } = {},
): HostInput {
  const lo: Interface = {
    name: 'lo',
    addresses: [{ address: '127.0.0.1', family: 4, prefix: 8, primary: true }],
  }
  const { interface: device = 'eth0', ...rest } = more
  const own = addresses.map((text, index) => {
    const [address = '', prefix] = text.split('/')
    const family = address.includes(':') ? (6 as const) : (4 as const)
    return { address, family, prefix: Number(prefix), primary: family === 4 && index === 0 }
  })
  return {
    name,
    variables: new Map(Object.entries(variables)),
    ip: undefined,
    ip6: undefined,
    ansibleHost: undefined,
    facts: {
      osFamily: 'RedHat',
      interfaces: [lo, { name: device, addresses: own }],
      defaultInterface: { 4: device, 6: device },
    },
    ...rest,
  }
}

/** An inventory of these hosts; every group lists names. */
export function inventory(
  hosts: readonly HostInput[],
  groups: Record<string, readonly string[]>,
): TopologyInput {
  return {
    hosts: new Map(hosts.map((each) => [each.name, each])),
    groups: new Map(Object.entries({ all: hosts.map((each) => each.name), ungrouped: [], ...groups })),
  }
}

/** Three control-plane nodes m1 to m3 with 10.0.0.1 to 10.0.0.3 and these variables for all. */
export function three(
  variables: Record<string, unknown>,
  per: Record<string, Record<string, unknown>> = {},
): TopologyInput {
  const names = ['m1', 'm2', 'm3']
  const hosts = names.map((name, index) =>
    host(name, [`10.0.0.${index + 1}/24`, `fd00::${index + 1}/64`], { ...variables, ...per[name] }),
  )
  return inventory(hosts, { control_plane: names })
}

const stacked = three({ ha_vip: '10.0.0.10' })

/** The stacked set-up on three hosts of one distribution. */
function on(name: string, family: string, version: string): { input: TopologyInput; host: string } {
  const hosts = [...stacked.hosts.values()].map((each) => ({
    ...each,
    facts: each.facts && { ...each.facts, osFamily: family, distribution: { name, family, version } },
  }))
  return { input: inventory(hosts, { control_plane: hosts.map((each) => each.name) }), host: 'm1' }
}

/** Set-ups whose configurations are kept as golden files, and the host whose view they are. */
export const setups: Record<string, { input: TopologyInput; host: string }> = {
  stacked: { input: stacked, host: 'm1' },
  'stacked-vip-bound': {
    input: three({
      ha_vip: '10.0.0.10/24',
      ha_port: 7443,
      ha_bind: 'vip',
      ha_stats: { port: 9000, realm: 'Haproxy Statistics' },
      ha_auth_pass: 's3cret',
      ha_vrid: 51,
    }),
    host: 'm2',
  },
  'keepalived-only': {
    input: three({
      ha_vip: '10.0.0.10',
      ha_haproxy: false,
      ha_apiserver_port: 8443,
      ha_check_path: '/healthz',
    }),
    host: 'm1',
  },
  ipv6: { input: three({ ha_vip: 'fd00::10' }), host: 'm3' },
  'dual-stack': {
    input: three({ ha_vip: ['10.0.0.10', 'fd00::10'], ha_vrrp: 'multicast', ha_preempt: true }),
    host: 'm1',
  },
  // One for each distribution: what they bring differs.
  'el-8': on('Rocky', 'RedHat', '8.10'),
  'el-9': on('Rocky', 'RedHat', '9.4'),
  'debian-12': on('Debian', 'Debian', '12.5'),
  'ubuntu-22.04': on('Ubuntu', 'Debian', '22.04'),
  'ubuntu-24.04': on('Ubuntu', 'Debian', '24.04'),
  dedicated: {
    input: inventory(
      [
        host('lb1', ['10.0.0.21/24'], { ha_vip: '10.0.0.10' }, { interface: 'ens3' }),
        host('lb2', ['10.0.0.22/24'], { ha_vip: '10.0.0.10' }),
        ...stacked.hosts.values(),
      ],
      { masters: ['m1', 'm2', 'm3'], loadbalancers: ['lb1', 'lb2'] },
    ),
    host: 'lb1',
  },
}
