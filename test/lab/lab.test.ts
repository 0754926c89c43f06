import { isLost } from './startup.ts'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseHosts, type LabHost } from './hosts.ts'
import { inventoryText, knownHostsLines, sshConfigText } from './inventory.ts'
import { lab } from './lab.ts'
import { PATHS } from './paths.ts'

const keys = { identity: '/k/id', knownHosts: '/k/known', sshConfig: '/k/config' }
const m1: LabHost = {
  name: 'm1',
  family: 'el',
  container: 'hakube-lab-m1',
  address: '10.88.0.11',
  ipv6: 'fd88::11',
  sshPort: 2211,
  user: 'root',
  api: 'api-m1',
}
const j1: LabHost = {
  ...m1,
  name: 'j1',
  address: '10.88.0.61',
  ipv6: 'fd88::61',
  sshPort: undefined,
  api: undefined,
}
const u1: LabHost = { ...m1, name: 'u1', address: '10.88.0.62', ipv6: 'fd88::62', sshPort: 2262, user: 'ops' }

describe('docker-compose.test.yml', () => {
  const hosts = parseHosts(readFileSync(PATHS.compose, 'utf8'))

  test('has the hosts that tests count on', () => {
    const names: Record<string, string[]> = {}
    for (const host of hosts) (names[host.family] ??= []).push(host.name)
    expect(names).toEqual({
      el: ['m1', 'm2', 'm3', 'j1', 'u1'],
      'el-firewall': ['lb1', 'lb2'],
      debian: ['d1', 'd2', 'd3'],
      busybox: ['b1'],
      'el-python': ['mpy'],
      'debian-python': ['dpy'],
    })
  })

  test('numbers a host the same way in both address families and in its port', () => {
    for (const host of hosts) {
      const last = host.address.split('.').at(-1)
      expect(host.ipv6, host.name).toBe(`fd88::${last}`)
      if (host.name !== 'j1') expect(host.sshPort, host.name).toBe(Number(`22${last}`))
      expect(Number(last) < 100 || Number(last) > 120, `${host.name} leaves the virtual IPs alone`).toBe(true)
    }
    expect(new Set(hosts.map((host) => host.address)).size).toBe(hosts.length)
  })

  test('has an API stand-in for every control-plane node, and for no other', () => {
    const served = hosts.filter((host) => host.api !== undefined)
    expect(served.map((host) => host.api)).toEqual([
      'api-m1',
      'api-m2',
      'api-m3',
      'api-d1',
      'api-d2',
      'api-d3',
    ])
  })

  test('knows who logs in where', () => {
    expect(hosts.filter((host) => host.user !== 'root').map((host) => host.name)).toEqual(['u1'])
    expect(hosts.filter((host) => host.sshPort === undefined).map((host) => host.name)).toEqual(['j1'])
  })

  test.each([
    [
      'no network',
      'services: { x: { image: "a:el-host", container_name: x, labels: { hakube.lab.role: node } } }',
    ],
    [
      'an image that is no host',
      'services: { x: { image: "a:tools", container_name: x, labels: { hakube.lab.role: node }, networks: { lab: { ipv4_address: 1.1.1.1, ipv6_address: "::1" } } } }',
    ],
  ])('refuses a node with %s', (_, text) => {
    expect(() => parseHosts(text)).toThrow(/^x: no addresses in the network lab, or no \*-host image$/)
  })
})

describe('inventory', () => {
  test('says how to reach a host and which address it has', () => {
    expect(inventoryText({ control_plane: [m1] }, keys)).toBe(
      '[control_plane]\n' +
        'm1 ansible_host=127.0.0.1 ansible_port=2211 ansible_user=root ansible_ssh_private_key_file=/k/id ' +
        "ansible_ssh_common_args='-o UserKnownHostsFile=/k/known' ha_address=10.88.0.11 ip=10.88.0.11\n",
    )
  })

  test('goes through the jump host where there is no port, and becomes root where root may not log in', () => {
    const text = inventoryText({ all: [j1, u1] }, keys)
    expect(text).toContain(
      "j1 ansible_host=10.88.0.61 ansible_port=22 ansible_user=root ansible_ssh_private_key_file=/k/id ansible_ssh_common_args='-F /k/config'",
    )
    expect(text).toMatch(
      /^u1 .*ansible_user=ops .*ansible_become=true ansible_become_password=lab-ops-secret$/m,
    )
  })

  test('names a host once with its variables and after that by name', () => {
    const text = inventoryText({ a: [m1], b: [m1] }, keys)
    expect(text).toMatch(/\[b\]\nm1\n/)
  })

  test.each([
    ['10.88.0.100/24', '10.88.0.100/24'],
    ['fd88::100', 'fd88::100'],
    ['6443', "'6443'"],
    ['True', "'True'"],
    ['a # b', "'a # b'"],
    [6443, '6443'],
    [true, 'True'],
    ['[1, 2]', '[1, 2]'],
  ])('writes the variable %j as %s', (value, written) => {
    expect(inventoryText({}, keys, { x: value })).toBe(`[all:vars]\nx=${written}\n`)
  })

  test('is made from names, which must exist', () => {
    expect(lab.inventory(['m1'])).toMatch(/^\[control_plane\]\nm1 /)
    expect(lab.inventory({ lb: ['lb1'] }, { ha_port: 8443 })).toMatch(
      /^\[lb\]\nlb1 .*\n\n\[all:vars\]\nha_port=8443\n$/,
    )
    expect(() => lab.inventory(['m9'])).toThrow('no test host m9; there are m1, m2')
  })
})

test('ssh_config jumps to a host without a port, under its name and its address', () => {
  expect(sshConfigText([m1, j1], keys, 'm1')).toBe(
    'Host m1\n  HostName 127.0.0.1\n  Port 2211\n  User root\n\n' +
      'Host j1 10.88.0.61\n  HostName 10.88.0.61\n  ProxyJump m1\n  User root\n\n' +
      'Host *\n  IdentityFile /k/id\n  IdentitiesOnly yes\n  UserKnownHostsFile /k/known\n  StrictHostKeyChecking yes\n',
  )
})

test('known_hosts knows a host by its port, its name and its addresses', () => {
  expect(knownHostsLines(m1, ['ssh-ed25519 AAAA m1\n'])).toEqual([
    '[127.0.0.1]:2211,m1,10.88.0.11,fd88::11 ssh-ed25519 AAAA',
  ])
  expect(knownHostsLines(j1, ['ssh-rsa BBBB j1'])).toEqual(['j1,10.88.0.61,fd88::61 ssh-rsa BBBB'])
})

describe('a container of the lab', () => {
  const share = { path: '/here/share', made: 1000 }
  const state = {
    id: 'a',
    name: 'm1',
    status: 'running',
    pid: 1,
    networkOf: undefined,
    mounts: [share.path],
    created: 2000,
  }

  test.each([
    ['is of use', {}, false],
    ['has the keys of a checkout that stood here before', { created: 999 }, true],
    ['has keys of elsewhere, which is for compose to see', { created: 999, mounts: ['/there/share'] }, false],
    ['is half removed', { status: 'removing' }, true],
    ['is in the network of one that is gone', { networkOf: 'b' }, true],
  ])('%s', (_, more, lost) => {
    expect(isLost({ ...state, ...more }, new Map([['m1', { ...state, ...more }]]), share)).toBe(lost)
  })
})
