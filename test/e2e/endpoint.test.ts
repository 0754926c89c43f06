import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { hakube, inventoryFile, recapOf, tasksWith, type Ran } from './support/hakube.ts'
import { answersThrough, waitFor } from './support/client.ts'

/** One endpoint for each family of hosts, each with an address of its own. */
const FAMILIES = [
  { name: 'EL-like', hosts: ['m1', 'm2', 'm3'], vip: '10.88.0.100' },
  { name: 'Debian-like', hosts: ['d1', 'd2', 'd3'], vip: '10.88.0.101' },
] as const

describe.each(FAMILIES)('the endpoint on blank $name hosts', ({ hosts, vip }) => {
  let inventory: string
  let check: Ran
  let first: Ran

  beforeAll(async () => {
    await lab.reset(hosts)
    inventory = await inventoryFile(hosts, { ha_vip: vip })
    check = await hakube(['check', '-i', inventory, '-o', 'json'])
    first = await hakube(['apply', '-i', inventory, '-o', 'json'])
  })
  afterAll(() => lab.reset(hosts))

  it('is predicted by check mode, task by task, with nothing unknown', () => {
    expect(check.code, check.stderr).toBe(3)
    expect(tasksWith(check, 'unknown')).toEqual([])
    expect(tasksWith(check, 'would-change', 'would-run')).toEqual(tasksWith(first, 'changed'))
    expect(tasksWith(first, 'changed').length).toBeGreaterThan(10)
  })

  it('is set up in one run', () => {
    expect(first.code, first.stdout + first.stderr).toBe(0)
    expect(tasksWith(first, 'failed')).toEqual([])
  })

  it('answers a client in the network through exactly one holder', async () => {
    await waitFor('the API through the VIP', () => answersThrough(vip, 8443))
    expect(await lab.holders(vip, hosts)).toHaveLength(1)
  })

  it('has nothing left to do for a second run, in two round trips a host', async () => {
    const again = await hakube(['apply', '-i', inventory, '-o', 'json'])
    expect(again.code).toBe(0)
    expect(tasksWith(again, 'changed')).toEqual([])
    for (const host of hosts) expect(recapOf(again, host)).toMatchObject({ changed: 0, failed: 0, trips: 2 })
    const checked = await hakube(['check', '-i', inventory, '-o', 'json'])
    expect(checked.code).toBe(0)
  })

  it('moves to another node when the holder loses power', async () => {
    const [holder] = await lab.holders(vip, hosts)
    if (holder === undefined) throw new Error('nobody holds the VIP')
    const others = hosts.filter((host) => host !== holder)
    await lab.kill(holder)
    try {
      await waitFor('another holder', async () => (await lab.holders(vip, others)).length === 1)
      await waitFor('the API through the VIP', () => answersThrough(vip, 8443))
    } finally {
      await lab.start(holder)
    }
    await waitFor('one holder again', async () => (await lab.holders(vip, hosts)).length === 1)
  })

  it('brings a killed keepalived back by itself, with one holder', async () => {
    const [holder] = await lab.holders(vip, hosts)
    if (holder === undefined) throw new Error('nobody holds the VIP')
    await lab.sh(holder, 'kill -9 $(cat /run/keepalived.pid /run/keepalived/*.pid 2>/dev/null | head -n 1)')
    await waitFor('keepalived running', async () => {
      const { stdout } = await lab.exec(holder, ['systemctl', 'is-active', 'keepalived'])
      return stdout.trim() === 'active'
    })
    await waitFor('one holder', async () => (await lab.holders(vip, hosts)).length === 1)
  })
})

it('finds no Python on the Debian-like hosts, before and after', async () => {
  for (const host of ['d1', 'd2', 'd3']) {
    const { stdout } = await lab.exec(host, [
      'sh',
      '-c',
      'ls /usr/bin/python* /usr/libexec/platform-python 2>/dev/null',
    ])
    expect(stdout).toBe('')
  }
})

describe('before there are API servers', () => {
  const hosts = ['lb1', 'lb2'] as const

  beforeAll(() => lab.reset(hosts))
  afterAll(() => lab.reset(hosts))

  it('ends 0 and says that it waits for them', async () => {
    // The load balancers have no stand-in beside them: as control-plane nodes, nothing listens on 6443 there.
    const inventory = await inventoryFile(hosts, { ha_vip: '10.88.0.102' })
    const ran = await hakube(['apply', '-i', inventory])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(ran.stdout + ran.stderr).toMatch(/waits for/)
    await waitFor('one holder', async () => (await lab.holders('10.88.0.102', hosts)).length === 1)
  })
})

describe('a configuration that hakube did not write', () => {
  const host = 'lb1'
  const foreign = 'frontend mine\\n  mode tcp\\n  bind :7443\\n'

  beforeAll(() => lab.reset([host]))
  afterAll(() => lab.reset([host]))

  it('is kept, unless it is adopted with a backup', async () => {
    const inventory = await inventoryFile([host], { ha_vip: '10.88.0.103' })
    await lab.sh(
      host,
      `dnf -q -y install haproxy >/dev/null && printf '${foreign}' > /etc/haproxy/haproxy.cfg`,
    )
    for (const verb of ['check', 'apply']) {
      const refused = await hakube([verb, '-i', inventory])
      expect(refused.code, refused.stdout + refused.stderr).toBe(2)
      expect(refused.stdout + refused.stderr).toMatch(/--adopt/)
    }
    expect(await lab.sh(host, 'cat /etc/haproxy/haproxy.cfg')).toContain('frontend mine')
    expect((await lab.exec(host, ['rpm', '-q', 'keepalived'])).code).toBe(1)
    const adopted = await hakube(['apply', '-i', inventory, '--adopt', '--diff'])
    expect(adopted.code, adopted.stdout + adopted.stderr).toBe(0)
    expect(adopted.stdout).toContain('-frontend mine')
    expect(await lab.sh(host, 'cat /etc/haproxy/haproxy.cfg.*~')).toContain('frontend mine')
  })

  it('does not count where it is the default of the package', async () => {
    await lab.reset([host])
    await lab.sh(host, 'dnf -q -y install haproxy keepalived >/dev/null')
    const inventory = await inventoryFile([host], { ha_vip: '10.88.0.103' })
    const ran = await hakube(['apply', '-i', inventory])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  })
})
