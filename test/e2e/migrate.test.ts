import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import type { InventoryVars } from '../lab/inventory.ts'
import { answersThrough, waitFor } from './support/client.ts'
import { hakube, inventoryFile, type Ran, tasksWith } from './support/hakube.ts'
import { failures, startLoad } from './support/load.ts'
import { watchHolders } from './support/watch.ts'

const HOSTS = ['m1', 'm2', 'm3']
const VIP = '10.88.0.100'

async function apply(vars: InventoryVars, ...more: readonly string[]): Promise<Ran> {
  const inventory = await inventoryFile(HOSTS, { ha_vip: VIP, ...vars })
  return hakube(['apply', '-i', inventory, '-o', 'json', ...more])
}

/** Each from what the one before it has left. */
const CHANGES: readonly [string, InventoryVars][] = [
  ['the VRID', { ha_vrid: 77 }],
  ['unicast to multicast', { ha_vrid: 77, ha_vrrp: 'multicast' }],
  ['multicast to unicast', { ha_vrid: 77 }],
  ['version 3 to 2, with a password', { ha_vrid: 77, ha_auth_pass: 'secret' }],
  ['the password', { ha_vrid: 77, ha_auth_pass: 'another' }],
  ['the interval of version 2', { ha_vrid: 77, ha_auth_pass: 'another', ha_failover: 'calm' }],
  ['version 2 to 3, without a password', { ha_vrid: 77 }],
  ['the interval of version 3, shorter', { ha_vrid: 77, ha_failover: 'fast' }],
  ['the interval of version 3, longer', { ha_vrid: 77, ha_failover: 'calm' }],
  ['everything at once', { ha_vrrp: 'multicast', ha_auth_pass: 'secret' }],
]

describe('VRRP that nodes before and after do not both understand', () => {
  beforeAll(async () => {
    await lab.reset(HOSTS)
    const first = await apply({})
    expect(first.code, first.stdout + first.stderr).toBe(0)
    await waitFor('the API through the VIP', () => answersThrough(VIP, 8443))
  })
  afterAll(() => lab.reset(HOSTS))

  it.each(CHANGES)('%s: no request fails, and there is one holder all the time', async (_what, vars) => {
    const [holder = ''] = await lab.holders(VIP, HOSTS)
    const watch = watchHolders(VIP, HOSTS)
    const load = await startLoad({ address: VIP, port: 8443 })
    const ran = await apply(vars)
    const requests = await load.stop()
    const holders = await watch.stop()
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(failures(requests)).toEqual([])
    expect(requests.length).toBeGreaterThan(100)
    expect(holders).toEqual([holder])
    expect((await lab.sh(holder, 'ip addr show dev lo')).includes(VIP)).toBe(false)
    const again = await apply(vars)
    expect(again.code).toBe(0)
    expect(tasksWith(again, 'changed')).toEqual([])
  })

  it('asks for --allow-outage where a node has no part in it, and changes nothing', async () => {
    const before = await lab.sh('m1', 'cat /etc/keepalived/keepalived.conf')
    const ran = await apply({ ha_vrid: 99 }, '--limit', 'm1,m2')
    expect(ran.code, ran.stdout + ran.stderr).toBe(1)
    expect(ran.stdout).toContain('m3 is left out of this run')
    expect(ran.stdout).toContain('--allow-outage')
    expect(await lab.sh('m1', 'cat /etc/keepalived/keepalived.conf')).toBe(before)
  })
})
