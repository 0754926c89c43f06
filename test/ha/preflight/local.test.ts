import { describe, expect, test } from 'vitest'
import type { Listener } from '../../../src/ha/preflight/seen.ts'
import { said, scene, type Changes } from './scene.ts'

const FREE = 'ok m1, m2 and m3: 8443 and 8404 are free, or haproxy’s already'
const NGINX = { pid: 7, name: 'nginx', ours: false }
const HAPROXY = { pid: 7, name: 'haproxy', ours: true }

describe('ports', () => {
  test.each<[string, Record<string, unknown>, Listener, string]>([
    ['that nobody wants', {}, { address: '0.0.0.0', port: 9999, owner: NGINX }, FREE],
    ['that haproxy has itself', {}, { address: '0.0.0.0', port: 8443, owner: HAPROXY }, FREE],
    [
      'that another haproxy has',
      {},
      { address: '0.0.0.0', port: 8443, owner: { ...HAPROXY, ours: false } },
      'fail m2: 0.0.0.0:8443 is taken by haproxy (pid 7), which is not the service haproxy; haproxy needs port 8443 for the endpoint',
    ],
    [
      'that one address of is taken, for the wildcard',
      {},
      { address: '127.0.0.1', port: 8443, owner: NGINX },
      'fail m2: 127.0.0.1:8443 is taken by nginx (pid 7); haproxy needs port 8443 for the endpoint',
    ],
    [
      'that a process takes which nobody sees',
      {},
      { address: '::', port: 8443, owner: undefined },
      'fail m2: [::]:8443 is taken by a process that the host does not see, such as one of a container; haproxy needs port 8443 for the endpoint',
    ],
    ['of the other family', {}, { address: 'fd00::2', port: 8443, owner: NGINX }, FREE],
    [
      'on another address than the virtual one',
      { ha_bind: 'vip' },
      { address: '10.0.0.2', port: 8443, owner: NGINX },
      FREE,
    ],
    [
      'on all addresses, the virtual one too',
      { ha_bind: 'vip' },
      { address: '0.0.0.0', port: 8443, owner: NGINX },
      'fail m2: 0.0.0.0:8443 is taken by nginx (pid 7); haproxy needs port 8443 for the endpoint',
    ],
    [
      'of keepalived’s check',
      {},
      { address: '127.0.0.1', port: 8404, owner: NGINX },
      'fail m2: 127.0.0.1:8404 is taken by nginx (pid 7); haproxy needs port 8404 for keepalived’s check (ha_monitor_port)',
    ],
    [
      'of a further service',
      { ha_frontends: [{ name: 'web', port: 80, servers: ['10.0.0.30'] }] },
      { address: '::ffff:10.0.0.2', port: 80, owner: NGINX },
      'fail m2: [::ffff:10.0.0.2]:80 is taken by nginx (pid 7); haproxy needs port 80 for the frontend web',
    ],
  ])('%s', (_, variables, listener, expected) => {
    const [found] = said(scene(variables, { hosts: { m2: { listeners: [listener] } } }), 'ports')
    if (expected === FREE) expect(found).toMatch(/^ok /)
    else expect(found).toBe(expected)
  })
})

test('a port of haproxy’s whose owner cannot be seen is its own, as long as it runs with that port', () => {
  const listeners = [{ address: '0.0.0.0', port: 8443, owner: undefined }]
  const look = (state: string, port: number) =>
    said(
      scene(
        {},
        {
          hosts: {
            m1: {
              listeners,
              units: new Map([['haproxy', state]] as const),
              configuredPorts: new Set([port]),
            },
          },
        },
      ),
      'ports',
    )[0]
  expect(look('active', 8443)).toMatch(/^ok/)
  expect(look('inactive', 8443)).toMatch(/^fail m1: 0\.0\.0\.0:8443/)
  expect(look('active', 6443)).toMatch(/^fail m1: 0\.0\.0\.0:8443/)
})

const BOTH = new Set(['haproxy', 'keepalived'])
const free = (etc: number, usr: number, varr: number) =>
  new Map([
    ['/etc', etc * 1024],
    ['/usr', usr * 1024],
    ['/var', varr * 1024],
  ])

describe('room', () => {
  test.each<[string, Changes, string]>([
    [
      'for packages is wanted before they are there',
      { hosts: { m1: { free: free(9, 50, 900) } } },
      'fail m1: 50 MiB are free in /usr; haproxy and keepalived and their configurations need 100 MiB',
    ],
    [
      'for files is wanted always',
      { hosts: { m1: { free: free(3, 0, 900), programs: BOTH } } },
      'fail m1: 3 MiB are free in /etc; configurations need 4 MiB',
    ],
    [
      'that is there is enough',
      { hosts: { m1: { free: free(5, 0, 5), programs: BOTH } } },
      'ok m1, m2 and m3: 5 MiB or more are free',
    ],
    [
      'that nobody saw is not proven',
      {
        hosts: {
          m1: {
            free: new Map([
              ['/etc', 90_000],
              ['/usr', 900_000],
            ]),
          },
        },
      },
      'unknown m1: how much is free in /var was not seen',
    ],
  ])('%s', (_, changes, expected) => {
    expect(said(scene({}, changes), 'disk')).toEqual([expected])
  })
})

describe('names', () => {
  test.each<[string, ReadonlyMap<string, readonly string[]>, string]>([
    [
      'its own is lost',
      new Map([
        ['localhost', ['127.0.0.1']],
        ['m1', []],
      ]),
      'warn m1: its own name m1 does not resolve',
    ],
    [
      'localhost is elsewhere',
      new Map([
        ['localhost', ['10.0.0.1']],
        ['m1', ['10.0.0.1']],
      ]),
      'warn m1: localhost is 10.0.0.1, and not 127.0.0.1',
    ],
    [
      'nobody can look',
      new Map(),
      'unknown m1: whether its own name resolves was not seen: it has no getent',
    ],
  ])('%s', (_, names, expected) => {
    expect(said(scene({}, { hosts: { m1: { names } } }), 'names')).toEqual([expected])
  })
})

test('a clock that is a minute off is warned about, and never refused', () => {
  const seen = scene({}, { hosts: { m3: { clock: { least: 64.9, most: 65.1 } } } })
  expect(said(seen, 'clocks')).toEqual(['warn m3: its clock is 64.9 s ahead of the controller’s'])
})

test('what guards the hosts is reported', () => {
  const units = new Map([['firewalld', 'active']] as const)
  const seen = scene({}, { hosts: { m1: { units, selinux: 'enforcing' } } })
  expect(said(seen, 'firewall')[0]).toBe(
    'ok m1: firewalld is active: it has to let VRRP and the endpoint’s ports through',
  )
  expect(said(seen, 'selinux')).toEqual(['ok m1: enforcing', 'ok m2 and m3: not there, or disabled'])
  expect(said({ ...seen, opening: new Set(['m1']) }, 'firewall')[0]).toBe(
    'ok m1: firewalld is active, and gets its rules in this run',
  )
})
