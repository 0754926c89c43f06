import { describe, expect, test } from 'vitest'
import { deriveTopology, type TopologyInput } from '../../src/ha/topology.ts'
import { viewOf } from '../../src/ha/view.ts'
import { host, inventory, setups, three } from './fixtures.ts'

const firewallOf = (input: TopologyInput, name = 'm1') => viewOf(deriveTopology(input), name).firewall
const vip = { ha_vip: '10.0.0.10' }
const OTHERS = ['10.0.0.2', '10.0.0.3']

describe('what the firewall of a node lets in', () => {
  test('stacked: clients, VRRP, and the other nodes’ haproxy to this one’s API server', () => {
    expect(firewallOf(three(vip))).toEqual({
      manage: true,
      clients: ['8443/tcp'],
      node_ports: ['6443/tcp'],
      nodes: OTHERS,
      vrrp: OTHERS,
    })
  })

  test('a pair of load balancers: no API server there, and nothing on the control plane', () => {
    const input = setups['dedicated']?.input ?? three(vip)
    expect(firewallOf(input, 'lb1')).toEqual({
      manage: true,
      clients: ['6443/tcp'],
      node_ports: [],
      nodes: [],
      vrrp: ['10.0.0.22'],
    })
    expect(firewallOf(input, 'm1')).toMatchObject({ clients: [], node_ports: [], nodes: [], vrrp: [] })
  })

  test('keepalived alone: the port of the API server is everybody’s', () => {
    const input = three({ ...vip, ha_haproxy: false, ha_apiserver_port: 8443 })
    expect(firewallOf(input)).toMatchObject({
      clients: ['8443/tcp'],
      node_ports: [],
      nodes: [],
      vrrp: OTHERS,
    })
  })

  test('the statistics page only where it is asked for, and every frontend', () => {
    const frontends = [{ name: 'ingress', port: [80, 443], servers: ['10.0.0.50'] }]
    expect(firewallOf(three({ ...vip, ha_stats: true, ha_frontends: frontends })).clients).toEqual([
      '8443/tcp',
      '80/tcp',
      '443/tcp',
      '9000/tcp',
    ])
  })

  test('both families; multicast VRRP over IPv6 comes from link-local addresses', () => {
    const both = { ha_vip: ['10.0.0.10', 'fd00::10'] }
    expect(firewallOf(three(both)).vrrp).toEqual([...OTHERS, 'fd00::2', 'fd00::3'])
    expect(firewallOf(three({ ...both, ha_vrrp: 'multicast' })).vrrp).toEqual([...OTHERS, 'fe80::/10'])
  })

  test('one node: no VRRP, and nobody else’s haproxy', () => {
    const alone = inventory([host('m1', ['10.0.0.1/24'], vip)], { control_plane: ['m1'] })
    expect(firewallOf(alone)).toMatchObject({ clients: ['8443/tcp'], node_ports: [], nodes: [], vrrp: [] })
  })
})

test('ha_firewall: no leaves it alone; anything else is refused', () => {
  expect(firewallOf(three({ ...vip, ha_firewall: 'no' })).manage).toBe(false)
  expect(() => firewallOf(three({ ...vip, ha_firewall: 'sometimes' }))).toThrow(/ha_firewall is "sometimes"/)
})
