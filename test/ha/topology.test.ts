import { describe, expect, it } from 'vitest'
import { HakubeError, HakubeErrors } from '../../src/errors.ts'
import { deriveTopology, type TopologyInput } from '../../src/ha/topology.ts'
import type { HostInput } from '../../src/ha/input.ts'
import { viewOf } from '../../src/ha/view.ts'
import { host, inventory, three } from './fixtures.ts'

const vip = { ha_vip: '10.0.0.10' }
const view = (input: TopologyInput, name: string) => viewOf(deriveTopology(input), name)

function mistakes(input: TopologyInput): string[] {
  try {
    deriveTopology(input)
  } catch (error) {
    if (error instanceof HakubeErrors) return error.errors.map((each) => `${each.message} | ${each.hint}`)
    if (error instanceof HakubeError) return [`${error.message} | ${error.hint}`]
    throw error
  }
  return []
}

describe('the topology of a stacked endpoint', () => {
  it('needs nothing but the virtual address', () => {
    expect(view(three(vip), 'm2')).toMatchObject({
      layout: 'stacked',
      endpoints: ['https://10.0.0.10:8443'],
      haproxy: true,
      keepalived: true,
      servers: [
        { name: 'm1', address: '10.0.0.1:6443' },
        { name: 'm2', address: '10.0.0.2:6443' },
        { name: 'm3', address: '10.0.0.3:6443' },
      ],
      binds: ['*:8443'],
      apiserver: { port: 6443, check_path: '/readyz', here: true },
      stats: null,
      sysctls: [],
      instances: [
        {
          vip: '10.0.0.10/24',
          interface: 'eth0',
          priority: 190,
          source: '10.0.0.2',
          peers: ['10.0.0.1', '10.0.0.3'],
        },
      ],
    })
  })

  it('agrees with itself on every node: one VRID, priorities all different, each node the others’ peer', () => {
    const views = ['m1', 'm2', 'm3'].map((name) => view(three(vip), name).instances[0]!)
    expect(new Set(views.map((each) => each.vrid)).size).toBe(1)
    expect(views.map((each) => each.priority)).toEqual([200, 190, 180])
    for (const each of views) {
      const others = views.filter((other) => other !== each).map((other) => other.source)
      expect(each.peers).toEqual(others)
    }
  })

  it('takes the prefix from the interface, unless it is written', () => {
    expect(view(three({ ha_vip: '10.0.0.10/25' }), 'm1').instances[0]?.vip).toBe('10.0.0.10/25')
    expect(view(three({ ha_vip: 'fd00::10' }), 'm1').instances[0]?.vip).toBe('fd00::10/64')
  })

  it('puts a /32 on the default route’s interface, for routers to find', () => {
    const instance = view(three({ ha_vip: '192.0.2.1/32' }), 'm1').instances[0]
    expect(instance).toMatchObject({ vip: '192.0.2.1/32', interface: 'eth0', source: '10.0.0.1' })
  })

  it('is not misled by the holder, which has the virtual address already', () => {
    const input = three(vip)
    const holder = host('m1', ['10.0.0.1/24', '10.0.0.10/24'], vip)
    const hosts = new Map([...input.hosts, ['m1', holder] as const])
    expect(viewOf(deriveTopology({ ...input, hosts }), 'm1')).toEqual(view(input, 'm1'))
  })

  it('knows an IPv6 holder too', () => {
    const input = three({ ha_vip: 'fd00::10' })
    const holder = host('m1', ['10.0.0.1/24', 'fd00::10/64', 'fd00::1/64'], { ha_vip: 'fd00::10' })
    const hosts = new Map([...input.hosts, ['m1', holder] as const])
    expect(viewOf(deriveTopology({ ...input, hosts }), 'm1')).toEqual(view(input, 'm1'))
  })

  it('does without the facts of a node whose address the inventory has', () => {
    const input = three(vip)
    const lost = host('m3', [], { ...vip, ha_address: '10.0.0.3' }, { facts: undefined })
    const hosts = new Map([...input.hosts, ['m3', lost] as const])
    expect(view({ ...input, hosts }, 'm1')).toEqual(view(input, 'm1'))
  })

  it('prefers ha_address, then ip, and never ansible_host', () => {
    const nodes = [
      host('m1', ['10.0.0.1/24', '10.0.0.101/24'], { ...vip, ha_address: '10.0.0.101' }, { ip: '10.0.0.1' }),
      host('m2', ['10.0.0.2/24', '10.0.0.102/24'], vip, { ip: '10.0.0.102', ansibleHost: '203.0.113.2' }),
      host('m3', ['10.0.0.3/24'], vip, { ansibleHost: '203.0.113.3' }),
    ]
    const { backends } = deriveTopology(inventory(nodes, { masters: ['m1', 'm2', 'm3'] }))
    expect(backends.map((each) => each.address)).toEqual(['10.0.0.101', '10.0.0.102', '10.0.0.3'])
  })

  it('leaves the virtual address out for a single node, and says so', () => {
    const input = inventory([host('m1', ['10.0.0.1/24'], vip)], { masters: ['m1'] })
    expect(view(input, 'm1')).toMatchObject({ haproxy: true, keepalived: false, instances: [] })
    expect(view(input, 'm1').warnings).toEqual([expect.stringContaining('m1 is the only node')])
  })
})

describe('several virtual addresses', () => {
  const two = { ha_vip: '10.0.0.10,10.0.0.11' }

  it('have different first nodes and get back to them', () => {
    const views = ['m1', 'm2', 'm3'].map((name) => view(three(two), name))
    expect(views.map((each) => each.instances.map((one) => one.priority))).toEqual([
      [200, 180],
      [190, 200],
      [180, 190],
    ])
    expect(views[0]?.vrrp.preempt).toBe(true)
    expect(new Set(views[0]?.instances.map((one) => one.vrid)).size).toBe(2)
  })

  it('stay where they are if that is wished', () => {
    expect(view(three({ ...two, ha_preempt: 'no' }), 'm1').vrrp.preempt).toBe(false)
  })

  it('of two families are one endpoint, which does not move without need', () => {
    const dual = view(three({ ha_vip: ['10.0.0.10', 'fd00::10'] }), 'm1')
    expect(dual.instances.map((one) => one.priority)).toEqual([200, 200])
    expect(dual.vrrp.preempt).toBe(false)
    expect(dual.binds).toEqual(['*:8443', '[::]:8443 v6only'])
  })
})

describe('further services', () => {
  const workers = [
    host('w1', ['10.0.0.31/24'], {}, { facts: undefined, ip: '10.0.0.31' }),
    host('w2', ['10.0.0.32/24'], {}),
  ]
  const with_ = (frontends: unknown, more: Record<string, unknown> = {}) => {
    const input = three({ ...vip, ha_frontends: frontends, ...more })
    const hosts = [...input.hosts.values(), ...workers]
    return inventory(hosts, { control_plane: ['m1', 'm2', 'm3'], workers: ['w1', 'w2'], empty: [] })
  }
  const registry = { name: 'registry', port: 5000, servers: 'workers' }

  it('lead to a group, to hosts and to addresses, on their port or another one', () => {
    const servers = ['w1', '10.0.0.40', '10.0.0.41:5001', 'fd00::42', '[fd00::43]:5003']
    const { frontends } = view(
      with_([registry, { name: 'mixed', port: '5443', servers, server_port: 5002 }]),
      'm1',
    )
    expect(frontends.map((each) => each.servers.map((server) => server.address))).toEqual([
      ['10.0.0.31:5000', '10.0.0.32:5000'],
      ['10.0.0.31:5002', '10.0.0.40:5002', '10.0.0.41:5001', '[fd00::42]:5002', '[fd00::43]:5003'],
    ])
    for (const { name } of frontends[1]?.servers ?? []) expect(name).toMatch(/^[\w.:-]+$/)
  })

  it('are several where there are several ports', () => {
    const { frontends } = view(with_({ name: 'ingress', port: [80, 443], servers: 'workers' }), 'm2')
    expect(frontends.map(({ name, binds, servers }) => [name, binds, servers[1]?.address])).toEqual([
      ['ingress-80', ['*:80'], '10.0.0.32:80'],
      ['ingress-443', ['*:443'], '10.0.0.32:443'],
    ])
  })

  it('listen on the virtual address only, where they or the endpoint say so', () => {
    const bound = view(with_([{ ...registry, bind: 'vip' }]), 'm1')
    expect(bound.frontends[0]?.binds).toEqual(['10.0.0.10:5000'])
    expect(bound.binds).toEqual(['*:8443'])
    expect(bound.sysctls).toEqual([{ name: 'net.ipv4.ip_nonlocal_bind', value: '1' }])
    expect(view(with_([registry], { ha_bind: 'vip' }), 'm1').frontends[0]?.binds).toEqual(['10.0.0.10:5000'])
  })

  it.each([
    ['tcp', 'check'],
    ['http', 'check'],
    ['https', 'check check-ssl verify none'],
    ['none', ''],
  ])('are checked by %s', (check, words) => {
    const [frontend] = view(with_([{ ...registry, check }]), 'm1').frontends
    expect(frontend?.check).toMatchObject({ words, http: check.startsWith('http') })
  })

  const wrong: [name: string, frontends: unknown, expected: RegExp][] = [
    ['a name that is none', [{ ...registry, servers: 'wrokers' }], /"wrokers" is no group, host or address/],
    ['a name to be looked up', [{ ...registry, servers: ['r.example.org'] }], /names are not looked up/],
    ['nobody', [{ ...registry, servers: 'empty' }], /registry has no servers/],
    ['a server twice', [{ ...registry, servers: ['w1', '10.0.0.31'] }], /the server 10.0.0.31:5000 twice/],
    ['the API’s port', [{ ...registry, port: 8443 }], /registry is on 8443, the port of ha_port/],
    ['etcd’s port', [{ ...registry, port: 2379 }], /registry is on 2379, the port of etcd/],
    [
      'one port twice',
      [registry, { ...registry, name: 'other' }],
      /other is on 5000, the port of ha_frontends/,
    ],
    [
      'the servers’ own port on a stacked node',
      [{ ...registry, port: 443, servers: 'control_plane' }],
      /registry is on 443, and so is its server on the same node \| .* set server_port/,
    ],
    ['one name twice', [registry, { ...registry, port: 5001 }], /there are two of this name/],
    ['a name of hakube’s', [{ ...registry, name: 'hakube-stats' }], /taken by hakube itself/],
    ['an unknown field', [{ ...registry, sevrers: 'w1' }], /ha_frontends \(0\).*sevrers/],
    [
      'a port too many',
      [{ ...registry, port: [80, 443], server_port: 80 }],
      /server_port goes with one port/,
    ],
    ['a port that is none', [{ ...registry, port: 70_000 }], /must be a port from 1 to 65535/],
  ]
  it.each(wrong)('are refused with %s', (_name, frontends, expected) => {
    const found = mistakes(with_(frontends))
    expect(found[0]).toMatch(expected)
    expect(found).toHaveLength(1)
  })

  it('are refused without haproxy', () => {
    expect(mistakes(with_([registry], { ha_haproxy: 'no' }))[0]).toMatch(/ha_frontends means nothing/)
  })
})

describe('several clusters in one inventory', () => {
  const cluster = (name: string, address: string, net: number, more: Record<string, unknown> = {}) =>
    [1, 2].map((n) =>
      host(`${name}${n}`, [`10.0.${net}.${name === 'a' ? n : n + 4}/24`], {
        ha_cluster: name,
        ha_vip: address,
        ...more,
      }),
    )
  const both = (a: HostInput[], b: HostInput[], of = 'a1') => ({
    ...inventory([...a, ...b], { control_plane: [...a, ...b].map((each) => each.name) }),
    host: of,
  })
  const a = cluster('a', '10.0.0.10', 0)

  it('are endpoints of their own', () => {
    const input = both(a, cluster('b', '10.0.0.11', 0, { ha_port: 7443 }), 'b2')
    expect(view(input, 'b2')).toMatchObject({
      cluster: 'b',
      endpoints: ['https://10.0.0.11:7443'],
      servers: [{ name: 'b1' }, { name: 'b2' }],
      instances: [{ peers: ['10.0.0.5'], priority: 190 }],
    })
    expect(deriveTopology({ ...input, host: 'a1' }).cluster).toBe('a')
  })

  it('do without the facts of each other', () => {
    const bare = cluster('b', '10.0.0.11', 0).map((each) => ({ ...each, facts: undefined }))
    expect(view(both(a, bare), 'a1').endpoints).toEqual(['https://10.0.0.10:8443'])
  })

  it('may have the same virtual router ID on different networks', () => {
    const one = cluster('a', '10.0.0.10', 0, { ha_vrid: 51 })
    expect(mistakes(both(one, cluster('b', '10.0.1.10', 1, { ha_vrid: 51 })))).toEqual([])
  })

  it.each([
    [
      'the same address',
      both(a, cluster('b', '10.0.0.10', 0, { ha_vrid: 7 })),
      /clusters a and b have the same ha_vip 10.0.0.10/,
    ],
    [
      'the same virtual router ID on one network',
      both(cluster('a', '10.0.0.10', 0, { ha_vrid: 51 }), cluster('b', '10.0.0.11', 0, { ha_vrid: 51 })),
      /clusters a and b have the virtual router ID 51 on one network \| set ha_vrid/,
    ],
    [
      'a host of no cluster',
      both(a, [host('c1', ['10.0.0.9/24'], vip)]),
      /ha_cluster is set on other hosts, but not on c1/,
    ],
    ['no cluster meant', both(a, cluster('b', '10.0.0.11', 0), ''), /has several clusters: a, b/],
  ])('are refused with %s', (_name, input, expected) => {
    expect(mistakes(input)[0]).toMatch(expected)
    expect(mistakes(input)).toHaveLength(1)
  })
})

describe('what is not wrong, but should be known', () => {
  const warnings = (input: TopologyInput, name = 'm1') => view(input, name).warnings

  it('is nothing about three nodes', () => {
    expect(warnings(three(vip))).toEqual([])
  })

  it('is that two etcd members are no better than one', () => {
    const two = [host('m1', ['10.0.0.1/24'], vip), host('m2', ['10.0.0.2/24'], vip)]
    expect(warnings(inventory(two, { masters: ['m1', 'm2'] }))).toEqual([
      expect.stringMatching(/^2 etcd members \(m1, m2\) survive the loss of none/),
    ])
  })

  it('is a time-out that cuts what is silent', () => {
    const idle = (value: string) => view(three({ ...vip, ha_idle_timeout: value }), 'm1')
    expect(idle('90s').warnings).toEqual([expect.stringMatching(/^ha_idle_timeout=90s cuts kubectl logs -f/)])
    expect(idle('5m').warnings).toEqual([])
    expect(idle('5m').timers.idle).toBe('5m')
    expect(view(three(vip), 'm1').timers.idle).toBe('4h')
  })

  it('goes by the group etcd where there is one', () => {
    const input = three(vip)
    const groups = new Map([...input.groups, ['etcd', ['e1', 'e2', 'e3', 'e4']] as const])
    expect(warnings({ ...input, groups })).toEqual([expect.stringMatching(/^4 etcd members .* loss of 1/)])
  })

  it('is a distribution whose keepalived is too old', () => {
    const distribution = { name: 'Ubuntu', family: 'Debian', version: '20.04' }
    const hosts = [...three(vip).hosts.values()].map((each) => ({
      ...each,
      facts: each.facts && { ...each.facts, distribution },
    }))
    const found = warnings(inventory(hosts, { masters: ['m1', 'm2', 'm3'] }))
    expect(found[0]).toBe(
      'm1: Ubuntu 20.04 brings keepalived 2.0, and the configurations need keepalived 2.1',
    )
    expect(found).toHaveLength(3)
  })

  it('is a single control-plane node behind a pair', () => {
    const hosts = ['m1', 'lb1', 'lb2'].map((name, index) => host(name, [`10.0.0.${index + 1}/24`], vip))
    const input = inventory(hosts, { masters: ['m1'], lb: ['lb1', 'lb2'] })
    expect(warnings(input, 'lb1')).toEqual([expect.stringMatching(/^m1 is the only control-plane node/)])
    expect(view(input, 'lb1').budget).toContainEqual(
      expect.objectContaining({ fault: 'api-dies', outage: null }),
    )
  })
})

describe('the topology of keepalived alone', () => {
  it('leads to the API server of the holder', () => {
    const okd = { ...vip, ha_haproxy: 'no', ha_apiserver_port: 8443, ha_check_path: '/healthz' }
    expect(view(three(okd), 'm3')).toMatchObject({
      endpoints: ['https://10.0.0.10:8443'],
      haproxy: false,
      keepalived: true,
      check: { command: '/usr/libexec/keepalived/hakube-check https 10.0.0.3 8443 /healthz' },
    })
  })
})

describe('the topology of a dedicated pair', () => {
  const pair = inventory(
    [...three({}).hosts.values(), host('lb1', ['10.0.0.21/24'], vip), host('lb2', ['10.0.0.22/24'], vip)],
    { 'kube-master': ['m1', 'm2', 'm3'], lb: ['lb1', 'lb2'] },
  )

  it('runs everything on the load balancers, on 6443', () => {
    expect(view(pair, 'lb2')).toMatchObject({
      layout: 'dedicated',
      endpoints: ['https://10.0.0.10:6443'],
      haproxy: true,
      keepalived: true,
      apiserver: { here: false },
      instances: [{ peers: ['10.0.0.21'], priority: 190 }],
    })
  })

  it('leaves the control-plane nodes alone', () => {
    expect(view(pair, 'm1')).toMatchObject({
      haproxy: false,
      keepalived: false,
      instances: [],
      apiserver: { here: true },
    })
  })
})

describe('mistakes', () => {
  const cases: [name: string, input: TopologyInput, expected: (string | RegExp)[]][] = [
    ['no ha_vip', three({}), [/^ha_vip is not set \| write the virtual address under \[all:vars\]/]],
    [
      'a malformed ha_vip',
      three({ ha_vip: '10.0.0.300' }),
      [/ha_vip is "10.0.0.300": "10.0.0.300" is no address/],
    ],
    ['a name', three({ ha_vip: 'api.example.org' }), [/"api.example.org" is no address: write one such as/]],
    [
      'a name as a node’s address',
      three(vip, { m2: { ha_address: 'm2.example.org' } }),
      [/ha_address is "m2.example.org": "m2.example.org" is no address/],
    ],
    [
      'a time without its unit',
      three({ ...vip, ha_idle_timeout: 1800 }),
      [/ha_idle_timeout is 1800: must be a time with its unit, such as 4h/],
    ],
    ['a prefix too long', three({ ha_vip: '10.0.0.10/33' }), [/is no address/]],
    [
      'in no network',
      three({ ha_vip: '10.9.0.10' }),
      [
        /m1: ha_vip 10.9.0.10 is in the network of none of its interfaces \| it has eth0 10.0.0.1\/24.*10.9.0.10\/32/,
        /^m2/,
        /^m3/,
      ],
    ],
    [
      'not in the network of ha_interface',
      three({ ha_vip: '10.0.0.10', ha_interface: 'lo' }, addressPerNode()),
      [/m1: ha_vip 10.0.0.10 is not in the network of lo/, /m2/, /m3/],
    ],
    [
      'no such interface',
      three(vip, { m2: { ha_interface: 'eth1' } }),
      [/m2: there is no interface eth1 \| did you mean eth0/],
    ],
    ['a node’s address', three({ ha_vip: '10.0.0.2' }), [/ha_vip 10.0.0.2 is the address of m2 on eth0/]],
    [
      'the network’s address',
      three({ ha_vip: '10.0.0.0' }),
      [/ha_vip 10.0.0.0 is the network address of its network \(\/24\)/],
    ],
    ['the broadcast address', three({ ha_vip: '10.0.0.255' }), [/is the broadcast address/]],
    ['a loopback address', three({ ha_vip: '127.0.0.9' }, addressPerNode()), [/is a loopback address/]],
    ['twice the same', three({ ha_vip: '10.0.0.10,10.0.0.10' }), [/ha_vip has 10.0.0.10 twice/]],
    [
      'a typing mistake',
      three({ ...vip, ha_prot: 1 }),
      [/there is no variable ha_prot \| did you mean ha_port\?/],
    ],
    [
      'planned, not built',
      three({ ...vip, ha_services: [] }),
      [/ha_services .* designed, but not built yet/],
    ],
    [
      'a planned value',
      three({ ...vip, ha_runtime: 'containers' }),
      [/"containers" is designed, but not built yet/],
    ],
    [
      'an unknown word',
      three({ ...vip, ha_vrrp: 'broadcast' }),
      [/ha_vrrp is "broadcast": must be one of "unicast", "multicast"/],
    ],
    [
      'a port out of range',
      three({ ...vip, ha_port: 70_000 }),
      [/ha_port is 70000: must be a number from 1 to 65535/],
    ],
    [
      'a port that is no number',
      three({ ...vip, ha_port: 'https' }),
      [/ha_port is "https": "https" is not a whole number/],
    ],
    [
      'the API server’s port',
      three({ ...vip, ha_port: 6443 }),
      [/ha_port is 6443, the port of the API server/],
    ],
    [
      'the API server’s port, VIP-bound',
      three({ ...vip, ha_port: 6443, ha_bind: 'vip' }),
      [/ha_port is 6443, the port of the API server/],
    ],
    ['etcd’s port', three({ ...vip, ha_port: 2379 }), [/the port of etcd/]],
    [
      'the API server’s port, where that is the default one',
      three({ ...vip, ha_apiserver_port: 8443 }),
      [/ha_port is 8443, the port of the API server .* \| choose another port, such as 7443/],
    ],
    [
      'the statistics’ port',
      three({ ...vip, ha_port: 9000, ha_stats: true }),
      [/ha_stats is 9000, the port of ha_port/],
    ],
    [
      'a VRID out of range',
      three({ ...vip, ha_vrid: 256 }),
      [/ha_vrid is 256: "256" is no virtual router ID/],
    ],
    [
      'VRIDs too few',
      three({ ha_vip: ['10.0.0.10', '10.0.0.11'], ha_vrid: 51 }),
      [/ha_vrid has 1 IDs \(51\) for 2 virtual addresses/],
    ],
    [
      'a long password',
      three({ ...vip, ha_auth_pass: 'ninechars' }),
      [/^ha_auth_pass is not usable: must be 1 to 8/],
    ],
    [
      'a password and sub-second timers',
      three({ ...vip, ha_auth_pass: 'x', ha_failover: 'fast' }),
      [/ha_failover is fast, and ha_auth_pass needs VRRP version 2, .* \| leave ha_auth_pass out/],
    ],
    [
      'a password and IPv6',
      three({ ha_vip: 'fd00::10', ha_auth_pass: 'x' }),
      [/VRRP version 2, which has no IPv6/],
    ],
    [
      'set on one host only',
      three(vip, { m1: { ha_port: 7443 } }),
      [/ha_port is set on m1, but is not set on m2/],
    ],
    [
      'two virtual addresses',
      three(vip, { m3: { ha_vip: '10.0.0.189' } }),
      [/ha_vip is set on m1, but has another value on m3/],
    ],
    [
      'an address twice',
      three({ ...vip }, { m2: { ha_address: '10.0.0.2' }, m3: { ha_address: '10.0.0.2' } }),
      [
        /m3: ha_address is 10.0.0.2, which is on none of its interfaces \| it has .*10.0.0.3/,
        /m2 and m3 have the same address 10.0.0.2/,
      ],
    ],
    [
      'haproxy settings without haproxy',
      three({ ...vip, ha_haproxy: false, ha_port: 7443 }),
      [/ha_port means nothing without haproxy/],
    ],
    [
      'no facts and no address',
      {
        ...three(vip),
        hosts: new Map([...three(vip).hosts, ['m3', host('m3', [], vip, { facts: undefined })]]),
      },
      [/m3: its IPv4 address is not known \| its facts are not there/],
    ],
    [
      'no control plane',
      inventory([host('m1', ['10.0.0.1/24'], vip)], { master: ['m1'] }),
      [/no control-plane node \| did you mean \[masters\] where it says \[master\]\?/],
    ],
    [
      'an empty control plane',
      inventory([host('m1', ['10.0.0.1/24'], vip)], { masters: [] }),
      [/no control-plane node \| list the hosts/],
    ],
    [
      'two names, different hosts',
      inventory([...three(vip).hosts.values()], { masters: ['m1', 'm2'], control_plane: ['m1', 'm3'] }),
      [/control_plane and masters mean the same and hold different hosts/],
    ],
    [
      'in both groups',
      inventory([...three(vip).hosts.values()], { masters: ['m1', 'm2'], lb: ['m2', 'm3'] }),
      [/m2: in the group of control-plane nodes and in that of load balancers/],
    ],
    [
      'load balancers without haproxy',
      inventory([...three({ ...vip, ha_haproxy: false }).hosts.values()], {
        masters: ['m1'],
        lb: ['m2', 'm3'],
      }),
      [/on hosts without an API server/],
    ],
  ]
  it.each(cases)('%s', (_name, input, expected) => {
    const found = mistakes(input)
    expected.forEach((each, index) => expect(found[index]).toMatch(each))
    expect(found).toHaveLength(expected.length)
  })

  it('are told all at once, each with its host', () => {
    const found = mistakes(three({ ha_prot: 1, ha_vip: '10.0.0.0', ha_vrid: 300 }))
    expect(found).toHaveLength(3)
  })

  it('show the place in the inventory where it is known', () => {
    const input = three({ ...vip, ha_prot: 1 })
    const placeOf = (name: string, variable: string) => ({
      file: 'inventory.ini',
      line: name === 'm1' && variable === 'ha_prot' ? 7 : 0,
    })
    expect(() => deriveTopology({ ...input, placeOf })).toThrow(
      expect.objectContaining({ place: { file: 'inventory.ini', line: 7 }, host: 'm1' }),
    )
  })
})

function addressPerNode(): Record<string, Record<string, unknown>> {
  return Object.fromEntries([1, 2, 3].map((n) => [`m${n}`, { ha_address: `10.0.0.${n}` }]))
}
