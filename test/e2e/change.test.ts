import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { lab } from '../lab/lab.ts'
import type { InventoryVars } from '../lab/inventory.ts'
import { answersThrough, waitFor } from './support/client.ts'
import {
  hakube,
  inventoryFile,
  type JsonEvent,
  type Ran,
  start,
  scratch,
  tasksWith,
} from './support/hakube.ts'
import { failures, type Request, startLoad } from './support/load.ts'
import { watchHolders } from './support/watch.ts'

const HOSTS = ['m1', 'm2', 'm3']
const DEBIAN = ['d1', 'd2', 'd3']
const VIP = '10.88.0.100'

// Whole runs under load, some of them several in a row.
vi.setConfig({ testTimeout: 240_000 })

async function run(
  command: string,
  hosts: readonly string[],
  vars: InventoryVars,
  ...more: readonly string[]
): Promise<Ran> {
  const inventory = await inventoryFile(hosts, { ha_vip: VIP, ...vars })
  return hakube([command, '-i', inventory, '-o', 'json', ...more], { timeout: 230 })
}

async function applied(
  hosts: readonly string[],
  vars: InventoryVars = {},
  ...more: readonly string[]
): Promise<Ran> {
  const ran = await run('apply', hosts, vars, ...more)
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  return ran
}

/** Does something under 50 requests a second; nothing of it may be noticed. */
async function underLoad<T>(what: string, work: () => Promise<T>): Promise<{ done: T; holders: string[] }> {
  const watch = watchHolders(VIP, [...HOSTS, ...DEBIAN])
  const load = await startLoad({ address: VIP, port: 8443 })
  let requests: Request[] = []
  let done: T
  try {
    done = await work()
  } finally {
    requests = await load.stop()
  }
  const holders = await watch.stop()
  const longest = Math.max(...requests.map(({ ms }) => ms))
  console.log(`${what}: ${requests.length} requests, longest ${longest} ms, holders ${holders.join(' → ')}`)
  expect(failures(requests)).toEqual([])
  expect(requests.length).toBeGreaterThan(100)
  expect(holders.filter((names) => names.includes('+'))).toEqual([])
  return { done, holders }
}

async function fresh(hosts: readonly string[], vars: InventoryVars = {}): Promise<void> {
  await lab.reset([...HOSTS, ...DEBIAN])
  await applied(hosts, vars)
  await waitFor('the API through the VIP', () => answersThrough(VIP, 8443))
}

/** Hosts in the order in which a task changed them. */
function changedIn(ran: Ran, task: string): string[] {
  return ran.events.flatMap(({ outcome }: JsonEvent) =>
    outcome?.task === task && outcome.status === 'changed' ? [outcome.host] : [],
  )
}

/** What hakube leaves on a node; empty after it has been taken out. */
const TRACES = `ls -d /etc/keepalived/keepalived.conf /etc/haproxy/haproxy.cfg /usr/libexec/keepalived/hakube-check \
/etc/systemd/system/*.service.d/hakube.conf /etc/sysctl.d/90-hakube.conf /run/hakube /var/lib/hakube 2>/dev/null
ip -o addr | grep -F ${VIP}/
ss -Hltn 'sport = :8443 or sport = :8404'
systemctl is-active haproxy keepalived | grep -x active
systemctl is-enabled haproxy keepalived 2>/dev/null | grep -x enabled
true`

describe('control-plane nodes that come and go', () => {
  beforeAll(() => fresh(['m1', 'm2']))

  it('a node that is added is noticed by no client, and never takes the address while nobody speaks to it', async () => {
    const { done, holders } = await underLoad('node added', () => applied(HOSTS))
    expect(holders).toEqual(['m1'])
    expect(changedIn(done, 'Configure keepalived')).toEqual(['m2', 'm1', 'm3'])
  })

  it('a node that still serves may not just be left out', async () => {
    const ran = await run('apply', ['m1', 'm2'], {})
    expect(ran.code).toBe(2)
    expect(ran.stdout).toContain('10.88.0.13 is still a part of the endpoint')
    expect(ran.stdout).toContain('hakube teardown --limit')
    expect(tasksWith(ran, 'changed')).toEqual([])
  })

  it('the holder is taken out and forgotten without a failed request', async () => {
    const out = await underLoad('holder taken out', async () => {
      const predicted = await run('teardown', HOSTS, {}, '--limit', 'm1', '--check')
      expect(predicted.code).toBe(3)
      const real = await run('teardown', HOSTS, {}, '--limit', 'm1', '--yes')
      expect(real.code, real.stdout + real.stderr).toBe(0)
      expect(tasksWith(real, 'changed')).toEqual(tasksWith(predicted, 'would-change'))
    })
    expect(out.holders.filter((names) => names !== '')).toEqual(['m1', 'm2'])
    expect(await lab.sh('m1', TRACES)).toBe('')
    const again = await run('teardown', HOSTS, {}, '--limit', 'm1', '--yes')
    expect(tasksWith(again, 'changed')).toEqual([])
    const rest = await underLoad('node removed', () => applied(['m2', 'm3']))
    expect(rest.holders).toEqual(['m2'])
    for (const host of ['m2', 'm3'])
      expect(
        await lab.sh(host, 'cat /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf'),
      ).not.toContain(lab.host('m1').address)
  })
})

describe.each([
  ['EL', HOSTS],
  ['Debian', DEBIAN],
])('new releases of haproxy and keepalived, %s', (family, hosts) => {
  beforeAll(() => fresh(hosts))
  afterAll(() => lab.reset(hosts))

  it('come one node after the other, and the address moves once', async () => {
    for (const host of hosts) await lab.sh(host, 'lab-updates on')
    const [holder = ''] = await lab.holders(VIP, hosts)
    const { done, holders } = await underLoad(`upgrade, ${family}`, () => applied(hosts, {}, '--upgrade'))
    expect(holders[0]).toBe(holder)
    expect(holders.filter((names) => names !== '')).toHaveLength(2)
    expect(changedIn(done, 'Upgrade')).toHaveLength(3)
    expect(changedIn(done, 'Upgrade').at(-1)).toBe(holder)
    const again = await applied(hosts, {}, '--upgrade')
    expect(tasksWith(again, 'changed')).toEqual([])
  })
})

describe('an endpoint in trouble', () => {
  beforeAll(() => fresh(HOSTS))

  it('comes back by itself when all nodes lose their power at once', async () => {
    await Promise.all(HOSTS.map((host) => lab.kill(host)))
    await Promise.all(HOSTS.map((host) => lab.start(host)))
    await waitFor('the API through the VIP', () => answersThrough(VIP, 8443), 60)
    await waitFor('one holder', async () => (await lab.holders(VIP, HOSTS)).length === 1)
  })

  it('is not changed while a node is down, unless that is asked for', async () => {
    const [holder = ''] = await lab.holders(VIP, HOSTS)
    const [down = '', up = ''] = HOSTS.filter((host) => host !== holder)
    await lab.kill(down)
    try {
      const refused = await run('apply', HOSTS, { ha_stats: 'yes' })
      expect(refused.code, refused.stdout).toBe(4)
      expect(refused.stdout).toContain(`${down} cannot be reached, so no node is changed`)
      expect(await lab.sh(holder, 'cat /etc/haproxy/haproxy.cfg')).not.toContain(':9000')
      const ran = await run('apply', HOSTS, { ha_stats: 'yes' }, '--allow-degraded')
      expect(ran.code, ran.stdout).toBe(4)
      expect(changedIn(ran, 'Configure haproxy')).toEqual([up, holder])
    } finally {
      await lab.start(down)
    }
    const rest = await applied(HOSTS, { ha_stats: 'yes' })
    expect(changedIn(rest, 'Configure haproxy')).toEqual([down])
  })

  it('the order is decided anew when the holder changes in the middle', async () => {
    const [holder = ''] = await lab.holders(VIP, HOSTS)
    const inventory = await inventoryFile(HOSTS, { ha_vip: VIP })
    const { child, ended } = start(['apply', '-i', inventory, '-o', 'json'], await scratch())
    let moved = false
    child.stdout?.on('data', (chunk: Buffer) => {
      if (moved || !/"task":"See whether the API server is there"/.test(chunk.toString())) return
      moved = true
      // keepalived comes back at once: systemd sees a failure.
      void lab.sh(
        holder,
        'kill -9 $(pidof keepalived); systemctl stop keepalived; sleep 1; systemctl start keepalived',
      )
    })
    const ran = await ended
    expect(moved).toBe(true)
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(changedIn(ran, 'Configure haproxy')).toHaveLength(3)
    expect(await lab.holders(VIP, HOSTS)).toHaveLength(1)
  })
})

describe('what is changed leaves nothing of the old', () => {
  beforeAll(() =>
    fresh(HOSTS, { ha_frontends: "[{'name': 'registry', 'port': 5000, 'servers': ['10.88.0.11:6443']}]" }),
  )
  beforeEach(() => waitFor('one holder', async () => (await lab.holders(VIP, HOSTS)).length < 2))

  const listening = (host: string, port: number) => lab.sh(host, `ss -Hltn 'sport = :${port}'`)

  it('a frontend', async () => {
    await applied(HOSTS)
    for (const host of HOSTS) expect(await listening(host, 5000)).toBe('')
  })

  it('a port', async () => {
    await applied(HOSTS, { ha_port: 7443 })
    for (const host of HOSTS) expect(await listening(host, 8443)).toBe('')
    await waitFor('the API on the new port', () => answersThrough(VIP, 7443))
  })

  it('the kernel’s settings, when haproxy listens on all addresses again', async () => {
    await applied(HOSTS, { ha_bind: 'vip' })
    expect(await lab.sh('m1', 'sysctl -n net.ipv4.ip_nonlocal_bind')).toBe('1\n')
    await applied(HOSTS)
    expect(await lab.sh('m1', 'sysctl -n net.ipv4.ip_nonlocal_bind')).toBe('0\n')
    expect(await lab.sh('m1', 'ls /etc/sysctl.d')).not.toContain('hakube')
  })

  it('an address: the new one is there before the old one goes', async () => {
    const other = '10.88.0.105'
    const watch = watchHolders([VIP, other], HOSTS)
    await applied(HOSTS, { ha_vip: other })
    await waitFor('the API through the new address', () => answersThrough(other, 8443))
    const states = await watch.stop()
    console.log(`VIP changed: ${states.join(' → ')}`)
    expect(states.filter((state) => state === '|' || state.includes('+'))).toEqual([])
    expect(states.at(-1)?.startsWith('|')).toBe(true)
    for (const host of HOSTS) expect(await lab.sh(host, 'ip -o addr')).not.toContain(`${VIP}/`)
  })

  it('everything', async () => {
    const torn = await run('teardown', HOSTS, { ha_vip: '10.88.0.105', ha_remove_packages: true }, '--yes')
    expect(torn.code, torn.stdout + torn.stderr).toBe(0)
    for (const host of HOSTS) {
      expect(await lab.sh(host, TRACES)).toBe('')
      expect((await lab.exec(host, ['rpm', '-q', 'haproxy', 'keepalived'])).code).toBe(2)
    }
  })
})
