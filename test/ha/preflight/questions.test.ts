import { createServer } from 'node:net'
import { describe, expect, it, test } from 'vitest'
import type { Answer } from '../../../src/connect/connection.ts'
import { bindsOf, lookQuestions } from '../../../src/ha/preflight/questions.ts'
import { readHost } from '../../../src/ha/preflight/read.ts'
import { deriveTopology } from '../../../src/ha/topology.ts'
import { viewOf } from '../../../src/ha/view.ts'
import { shells } from '../../tasks/harness.ts'
import { three } from '../fixtures.ts'

const TIMES = { sent: Date.parse('2030-01-01'), received: Date.parse('2030-01-01') + 100 }

const view = (variables: Record<string, unknown>) =>
  viewOf(deriveTopology(three({ ha_vip: '10.0.0.10', ...variables })), 'm1')

/** A host that says these things, and nothing else. */
function saying(texts: Record<string, string>) {
  const answers = Object.entries(texts).map(([id, text]): [string, Answer] => [
    id,
    { code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) },
  ])
  return readHost(new Map(answers), TIMES)
}

it('all addresses and ports of haproxy are known', () => {
  const binds = bindsOf(
    view({
      ha_vip: '10.0.0.10,fd00::10',
      ha_stats: 'yes',
      ha_frontends: [{ name: 'web', port: 80, servers: ['10.0.0.30'], bind: 'vip' }],
    }),
  )
  expect(binds.map(({ address, port, what }) => `${address} ${port} ${what}`)).toEqual([
    '* 8443 the endpoint',
    ':: 8443 the endpoint',
    '10.0.0.10 80 the frontend web',
    'fd00::10 80 the frontend web',
    '* 9000 the statistics page',
    ':: 9000 the statistics page',
    '127.0.0.1 8404 keepalived’s check (ha_monitor_port)',
  ])
})

describe.each(shells)('asked with $name', (host) => {
  const ask = (variables: Record<string, unknown>) => {
    const sent = Date.now()
    const answers = lookQuestions(view(variables)).map(({ id, script }): [string, Answer] => [
      id,
      host.run(script),
    ])
    return readHost(new Map(answers), { sent, received: Date.now() })
  }

  it('a host names who listens on a port, by its process', async () => {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { listeners } = ask({ ha_port: port })
    server.close()
    expect(listeners).toEqual([
      {
        address: '127.0.0.1',
        port,
        owner: { pid: process.pid, name: expect.stringMatching(/./), ours: false },
      },
    ])
  })

  it('a host tells its time, its names, its addresses and its free space', () => {
    const seen = ask({})
    expect(seen.clock?.least).toBeLessThan(2)
    expect(seen.clock?.most).toBeGreaterThan(-2)
    expect(seen.hostname).not.toBe('')
    expect(seen.names.get('localhost')).toContain('127.0.0.1')
    for (const directory of ['/etc', '/usr', '/var']) expect(seen.free.get(directory)).toBeGreaterThan(0)
  })
})

test('what hosts print that the lab has not', () => {
  const seen = saying({
    selinux: 'enforcing\n',
    units: 'haproxy inactive\nkeepalived unknown\nfirewalld active\n',
    macs: '00:00:00:00:00:00\n52:54:00:AA:BB:CC\n',
    neighbours:
      '10.0.0.254 dev eth0 lladdr 52:54:00:00:00:01 REACHABLE\nfe80::1 dev eth0 lladdr 52:54:00:00:00:01 router STALE\n10.0.0.9 dev eth0  FAILED\n',
    // A name of a device that is as long as it gets stands on the line before where df is not POSIX.
    disk: '/etc /dev/mapper/rl-root 17811456 5017948 12793508  29% /\n/var nas:/a b 100 90 10 90% /var\n/usr df: /usr: No such file or directory\n',
    'haproxy binds':
      '    bind *:8443\n    bind [::]:8443 v6only\n\tbind 10.0.0.1:80,10.0.0.2:81 name x\n    bind 127.0.0.1:8404\n',
    names: 'self m1\nname localhost\nname m1 10.0.0.1 10.0.0.1\n',
    listeners:
      'listener 00000000000000000000000000000000:20FB yes 812 haproxy\nlistener 00000000:0050 no  \n',
  })
  expect([...seen.configuredPorts]).toEqual([8443, 80, 81, 8404])
  expect(seen.selinux).toBe('enforcing')
  expect(seen.units.get('firewalld')).toBe('active')
  expect(seen.macs).toEqual(['52:54:00:aa:bb:cc'])
  expect(seen.neighbours).toEqual([
    { address: '10.0.0.254', mac: '52:54:00:00:00:01' },
    { address: 'fe80::1', mac: '52:54:00:00:00:01' },
  ])
  expect([...seen.free]).toEqual([
    ['/etc', 12_793_508],
    ['/var', 10],
  ])
  expect([...seen.names]).toEqual([
    ['localhost', []],
    ['m1', ['10.0.0.1']],
  ])
  expect(seen.listeners).toEqual([
    { address: '::', port: 8443, owner: { pid: 812, name: 'haproxy', ours: true } },
    { address: '0.0.0.0', port: 80, owner: undefined },
  ])
})
