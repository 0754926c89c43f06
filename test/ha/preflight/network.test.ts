import { describe, expect, it, test } from 'vitest'
import { advert, mac, said, scene, VIP, type Changes } from './scene.ts'

const STRANGER = '02:00:00:00:00:99'

/** All three nodes find this in their neighbour tables. */
function everywhere(
  entry: { mac: string | undefined; state: string } | undefined,
): NonNullable<Changes['heard']> {
  const vips = new Map(entry ? [[VIP, entry]] : [])
  return { m1: { vips }, m2: { vips }, m3: { vips } }
}

describe('the virtual address', () => {
  test.each<[string, Changes, string]>([
    ['that nobody answers for is free', {}, `ok ${VIP}: nobody answers for it, asked from m1, m2 and m3`],
    [
      'that a stranger answers for is taken',
      { heard: everywhere({ mac: STRANGER, state: 'REACHABLE' }) },
      `fail ${VIP}: answered by ${STRANGER}, which is no host of the inventory`,
    ],
    [
      'that one of three hosts sees at a stranger is taken',
      { heard: { m2: { vips: new Map([[VIP, { mac: STRANGER, state: 'STALE' }]]) } } },
      `fail ${VIP}: answered by ${STRANGER}, which is no host of the inventory`,
    ],
    [
      'is told with what else the stranger has',
      {
        heard: everywhere({ mac: STRANGER, state: 'REACHABLE' }),
        hosts: { m1: { neighbours: [{ address: '10.0.0.77', mac: STRANGER }] } },
      },
      `fail ${VIP}: answered by ${STRANGER}, a machine that is not in the inventory and also has 10.0.0.77`,
    ],
    [
      'is told with the name of the host that has it',
      {
        heard: everywhere({ mac: STRANGER, state: 'REACHABLE' }),
        hosts: { m1: { neighbours: [{ address: '10.0.0.77', mac: STRANGER }] } },
        seen: { owners: new Map([['10.0.0.77', 'worker-1']]) },
      },
      `fail ${VIP}: answered by ${STRANGER}, which is worker-1 of the inventory`,
    ],
    [
      'that a node holds is where it belongs',
      {
        heard: everywhere({ mac: mac('m2'), state: 'REACHABLE' }),
        hosts: { m2: { addresses: [{ interface: 'eth0', address: VIP }] } },
      },
      `ok ${VIP}: m2 holds it`,
    ],
    [
      'that a node holds and a stranger answers for is taken all the same',
      {
        heard: everywhere({ mac: STRANGER, state: 'REACHABLE' }),
        hosts: { m2: { addresses: [{ interface: 'eth0', address: VIP }] } },
      },
      `fail ${VIP}: answered by ${STRANGER}, which is no host of the inventory`,
    ],
    [
      'that a node answers for which has not got it is taken by whatever answers there',
      { heard: everywhere({ mac: mac('m2'), state: 'REACHABLE' }) },
      `fail ${VIP}: answered by ${mac('m2')}, which is m2 of the inventory`,
    ],
    [
      'that nobody could ask for is not proven',
      { heard: everywhere(undefined) },
      `unknown ${VIP}: whether somebody else has it was not seen: no host could ask the network`,
    ],
    [
      'whose question was still open is not proven',
      { heard: everywhere({ mac: undefined, state: 'INCOMPLETE' }) },
      `unknown ${VIP}: whether somebody else has it was not seen: no host could ask the network`,
    ],
  ])('%s', (_, changes, expected) => {
    expect(said(scene({}, changes), 'vip')).toEqual([expected])
  })

  it('of a node that was not asked is no stranger’s', () => {
    const seen = scene({}, { heard: everywhere({ mac: mac('m3'), state: 'REACHABLE' }) })
    const without = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([host]) => host !== 'm3'))
    const asked = { ...seen, hosts: without(seen.hosts), heard: without(seen.heard) }
    expect(said(asked, 'vip')).toEqual([`ok ${VIP}: m3 answers for it`])
  })

  it('that routers lead to is not proven by silence, and taken where something answers', () => {
    const routed = scene({ ha_vip: '192.0.2.1/32' })
    expect(said(routed, 'vip')).toEqual([expect.stringMatching(/^unknown 192\.0\.2\.1: .* does not answer$/)])
    const result = { outcome: 'not-tls', words: 'it closed the connection' } as const
    const probes = [{ from: 'm1', address: '192.0.2.1', port: 8443, result }]
    expect(said({ ...routed, probes }, 'vip')).toEqual([
      'fail 192.0.2.1: something answers on its port 8443, and no node has it',
    ])
  })
})

describe('virtual routers of others', () => {
  const multicast = { ha_vrrp: 'multicast', ha_vrid: 51 }
  const from = (source: string, more = {}) => ({ heard: { m1: { adverts: [advert(source, more)] } } })
  test.each<[string, Record<string, unknown>, Changes, string]>([
    [
      'with our ID are refused',
      multicast,
      from('10.0.0.66'),
      'fail m1: 10.0.0.66 says VRRP 3 with VRID 51, priority 100, to everybody on the network',
    ],
    [
      'are no danger for unicast',
      { ha_vrid: 51 },
      from('10.0.0.66'),
      'warn m1: 10.0.0.66 says VRRP 3 with VRID 51, priority 100, to everybody on the network',
    ],
    [
      'are, when they talk to us',
      { ha_vrid: 51 },
      from('10.0.0.66', { destination: '10.0.0.1' }),
      'fail m1: 10.0.0.66 says VRRP 3 with VRID 51, priority 100, to m1',
    ],
    [
      'with another ID are listed',
      multicast,
      from('10.0.0.66', { vrid: 7 }),
      'ok the network: other virtual routers: VRID 7 by 10.0.0.66 (priority 100)',
    ],
    [
      'are not those that another run of hakube tries',
      multicast,
      from('10.0.0.66', { trial: true }),
      'ok the network: no other virtual router within 3.5 s, heard from m1, m2 and m3',
    ],
    [
      'are not our own nodes',
      multicast,
      from('10.0.0.2'),
      'ok the network: no other virtual router within 3.5 s, heard from m1, m2 and m3',
    ],
  ])('%s', (_, variables, changes, expected) => {
    expect(said(scene(variables, changes), 'vrid')).toEqual([expected])
  })

  it('are not heard where nobody can listen, which is not "none"', () => {
    const deaf = { tool: undefined, adverts: [] }
    expect(said(scene({}, { heard: { m1: deaf, m2: deaf, m3: deaf } }), 'vrid')).toEqual([
      expect.stringMatching(/^unknown the network: whether VRID \d+ is in use was not heard/),
    ])
  })
})
