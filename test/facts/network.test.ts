import * as fc from 'fast-check'
import { IPv6 } from 'ipaddr.js'
import { expect, test } from 'vitest'
import { ipv4Facts, readIpAddresses } from '../../src/facts/addresses.ts'
import { readIfconfig, readInet6 } from '../../src/facts/ifconfig.ts'
import { network } from '../../src/facts/network.ts'
import { readRouteGet, readRouteTable } from '../../src/facts/routes.ts'
import { isDict, toJson, type Value } from '../../src/value.ts'
import { seenOf } from './seen-of.ts'

const base = { label: 'eth0', device: 'eth0', family: 4, broadcast: '', scope: 'global', secondary: false }

const lines: [string, object][] = [
  [
    '2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever preferred_lft forever',
    { ...base, address: '10.0.0.5', prefix: 24, broadcast: '10.0.0.255' },
  ],
  // systemd-networkd sets a metric.
  [
    '2: eth0    inet 10.0.0.5/24 metric 100 brd 10.0.0.255 scope global dynamic eth0\\   valid_lft 80sec',
    { ...base, address: '10.0.0.5', prefix: 24, broadcast: '10.0.0.255' },
  ],
  [
    '2: eth0    inet 10.0.0.6/24 scope global secondary eth0:v1\\       valid_lft forever',
    { ...base, address: '10.0.0.6', prefix: 24, label: 'eth0:v1', secondary: true },
  ],
  // keepalived's virtual address.
  [
    '2: eth0    inet 10.0.0.100/32 scope global eth0\\   valid_lft forever',
    { ...base, address: '10.0.0.100', prefix: 32 },
  ],
  [
    '5: ppp0    inet 10.1.2.3 peer 10.1.2.4/32 scope global ppp0\\       valid_lft forever',
    { ...base, device: 'ppp0', label: 'ppp0', address: '10.1.2.3', prefix: 32 },
  ],
  [
    '12: eth0@if13    inet6 fd88::11/64 scope global nodad \\       valid_lft forever',
    { ...base, family: 6, address: 'fd88::11', prefix: 64 },
  ],
  [
    '3: tun0    inet6 fd00::1 peer fd00::2/64 scope global \\       valid_lft forever',
    { ...base, device: 'tun0', label: 'tun0', family: 6, address: 'fd00::1', prefix: 64 },
  ],
]

test.each(lines)('%s', (line, address) => {
  expect(readIpAddresses(`1: lo: <LOOPBACK> mtu 65536\n${line}\n`)).toEqual([address])
})

test.each([
  [0, '0.0.0.0', '0.0.0.0'],
  [8, '255.0.0.0', '200.0.0.0'],
  [23, '255.255.254.0', '200.100.50.0'],
  [32, '255.255.255.255', '200.100.51.7'],
])('/%d has netmask %s', (prefix, netmask, network) => {
  const address = { ...base, family: 4 as const, address: '200.100.51.7', prefix }
  expect(ipv4Facts(address)).toMatchObject({ netmask, network, prefix: String(prefix) })
})

test.each([
  [
    '8.8.8.8 via 10.0.0.1 dev eth0 src 10.0.0.5 uid 0 \n    cache',
    { gateway: '10.0.0.1', interface: 'eth0', address: '10.0.0.5' },
  ],
  ['8.8.8.8 dev wg0 table 51820 src 10.9.0.2 uid 0', { interface: 'wg0', address: '10.9.0.2' }],
  [
    '2404:6800:400a:800::1012 from :: via fe80::1 dev eth0 src fd88::5 metric 1024 pref medium',
    { gateway: 'fe80::1', interface: 'eth0', address: 'fd88::5' },
  ],
  ['RTNETLINK answers: Network is unreachable', {}],
  ['', {}],
])('route %j', (text, route) => {
  expect(readRouteGet(text)).toEqual(route)
})

test('the default route with the lowest metric is the one', () => {
  const rows = [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
    'wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth0\t00000000\t0100580A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eth0\t0000580A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  ]
  expect(readRouteTable(rows.join('\n'))).toEqual({ interface: 'eth0', gateway: '10.88.0.1' })
  expect(readRouteTable('Iface\n')).toEqual({})
})

const ifconfigs: [name: string, text: string][] = [
  [
    'busybox',
    'eth0      Link encap:Ethernet  HWaddr 02:42:0A:58:00:29\n' +
      '          inet addr:10.88.0.41  Bcast:10.88.0.255  Mask:255.255.255.0\n' +
      '          inet6 addr: fd88::41/64 Scope:Global\n\n' +
      'eth0:1    Link encap:Ethernet\n          inet addr:10.88.0.42  Bcast:0.0.0.0  Mask:255.255.255.255\n',
  ],
  [
    'net-tools 2',
    'eth0: flags=4163<UP>  mtu 1500\n        inet 10.88.0.41  netmask 255.255.255.0  broadcast 10.88.0.255\n' +
      '        inet6 fd88::41  prefixlen 64  scopeid 0x0<global>\n\n' +
      'eth0:1: flags=4163<UP>  mtu 1500\n        inet 10.88.0.42  netmask 255.255.255.255  broadcast 0.0.0.0\n',
  ],
]

test.each(ifconfigs)('ifconfig of %s', (_name, text) => {
  expect(readIfconfig(text)).toEqual([
    { ...base, address: '10.88.0.41', prefix: 24, broadcast: '10.88.0.255' },
    { ...base, label: 'eth0:1', address: '10.88.0.42', prefix: 32, broadcast: '0.0.0.0', secondary: true },
  ])
})

test('IPv6 addresses of the kernel are written as everybody writes them', () => {
  const part = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }))
  fc.assert(
    fc.property(fc.array(part, { minLength: 8, maxLength: 8 }), (parts) => {
      const digits = parts.map((each) => each.toString(16).padStart(4, '0')).join('')
      const [address] = readInet6(`${digits} 01 40 00 80     eth0\n`)
      expect(address?.address).toBe(new IPv6(parts).toRFC5952String())
    }),
  )
})

const files = {
  '/sys/class/net/eth0/address': '02:42:0a:58:00:0b',
  '/sys/class/net/eth0/mtu': '1500',
  '/sys/class/net/eth0/operstate': 'up',
  '/sys/class/net/eth0/type': '1',
  '/sys/class/net/br-x.7/mtu': '1400',
  '/sys/class/net/br-x.7/type': '1',
}

function facts(sections: Record<string, string>, more: Record<string, string> = {}): unknown {
  const all = Object.entries(network.parse(seenOf({ files: { ...files, ...more }, sections }), {}))
  return Object.fromEntries(all.map(([name, value]): [string, unknown] => [name, json(value)]))
}

const json = (value: Value | undefined): unknown => (value === undefined ? undefined : toJson(value))

test('aliases, secondaries and names with dashes', () => {
  const addr = [
    '2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\\  x',
    '2: eth0    inet 10.0.0.100/32 scope global eth0\\  x',
    '2: eth0    inet 10.0.0.6/24 scope global secondary eth0:v1\\  x',
    '3: br-x.7    inet 10.3.0.1/16 scope global br-x.7\\  x',
  ].join('\n')
  const route4 = '8.8.8.8 via 10.0.0.1 dev eth0 src 10.0.0.5 uid 0'
  expect(facts({ addr, route4, route6: 'RTNETLINK answers: Network is unreachable' })).toMatchObject({
    interfaces: ['eth0', 'br-x.7', 'eth0_v1'],
    default_ipv4: {
      address: '10.0.0.5',
      gateway: '10.0.0.1',
      interface: 'eth0',
      alias: 'eth0',
      mtu: 1500,
      type: 'ether',
    },
    default_ipv6: {},
    all_ipv4_addresses: ['10.0.0.5', '10.0.0.100', '10.0.0.6', '10.3.0.1'],
    eth0: {
      ipv4: { address: '10.0.0.5' },
      ipv4_secondaries: [{ address: '10.0.0.100' }, { address: '10.0.0.6' }],
    },
    eth0_v1: { ipv4_secondaries: [{ address: '10.0.0.6' }] },
    'br_x.7': { device: 'br-x.7', ipv4: { network: '10.3.0.0' } },
  })
})

test('without ip the files of /proc and ifconfig tell the same', () => {
  const ifconfig = ifconfigs[0]?.[1] ?? ''
  const route = 'Iface\neth0\t00000000\t0100580A\t0003\t0\t0\t0\t00000000\t0\t0\t0'
  expect(facts({ ifconfig }, { '/proc/net/route': route })).toMatchObject({
    default_ipv4: {
      address: '10.88.0.41',
      gateway: '10.88.0.1',
      netmask: '255.255.255.0',
      interface: 'eth0',
    },
    eth0: { ipv4: { address: '10.88.0.41' } },
  })
})

test('a bridge names its ports, a bond its slaves', () => {
  const more = {
    '/sys/class/net/br0/mtu': '1500',
    '/sys/class/net/br0/bridge/bridge_id': '8000.024',
    '/sys/class/net/br0/bridge/stp_state': '1',
    '/sys/class/net/br0/brif/eth0/port_id': '0x8001',
    '/sys/class/net/bond0/mtu': '1500',
    '/sys/class/net/bond0/bonding/mode': 'active-backup 1',
    '/sys/class/net/bond0/bonding/slaves': 'eth0 eth1',
  }
  expect(facts({}, more)).toMatchObject({
    br0: { type: 'bridge', interfaces: ['eth0'], stp: true },
    bond0: { type: 'bonding', mode: 'active-backup', slaves: ['eth0', 'eth1'] },
  })
})

test('resolv.conf', () => {
  const text = '# x\nnameserver 10.0.0.2\nnameserver fd00::2\nsearch a.test b.test\noptions ndots:2 rotate\n'
  const { dns } = network.parse(seenOf({ files: { '/etc/resolv.conf': text } }), {})
  expect(isDict(dns) && toJson(dns)).toEqual({
    nameservers: ['10.0.0.2', 'fd00::2'],
    search: ['a.test', 'b.test'],
    options: { ndots: '2', rotate: true },
  })
})
