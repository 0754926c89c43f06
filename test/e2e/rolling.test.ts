import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { answersThrough, waitFor } from './support/client.ts'
import { hakube, inventoryFile, type JsonEvent, type Ran, tasksWith } from './support/hakube.ts'
import { failures, startLoad } from './support/load.ts'

const HOSTS = ['m1', 'm2', 'm3']
const VIP = '10.88.0.100'

async function apply(vars: Record<string, string>, hosts: readonly string[] = HOSTS): Promise<Ran> {
  const inventory = await inventoryFile(hosts, { ha_vip: VIP, ...vars })
  return hakube(['apply', '-i', inventory, '-o', 'json'])
}

/** Hosts in the order in which a task changed them. */
function changedIn(ran: Ran, task: string): string[] {
  return ran.events.flatMap(({ outcome }: JsonEvent) =>
    outcome?.task === task && outcome.status === 'changed' ? [outcome.host] : [],
  )
}

describe('changes of an endpoint that is in use', () => {
  beforeAll(async () => {
    await lab.reset(HOSTS)
    const first = await apply({})
    expect(first.code, first.stdout + first.stderr).toBe(0)
    await waitFor('the API through the VIP', () => answersThrough(VIP, 8443))
  })
  afterAll(() => lab.reset(HOSTS))

  it.each([
    ['haproxy', { ha_stats: 'yes' }, 'Configure haproxy'],
    ['keepalived', { ha_stats: 'yes', ha_preempt: 'yes' }, 'Configure keepalived'],
  ])('a changed configuration of %s is noticed by no client', async (_, vars, task) => {
    const [holder] = await lab.holders(VIP, HOSTS)
    const load = await startLoad({ address: VIP, port: 8443 })
    const ran = await apply(vars)
    const requests = await load.stop()
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(failures(requests)).toEqual([])
    expect(requests.length).toBeGreaterThan(100)
    expect(changedIn(ran, task).at(-1)).toBe(holder)
    expect(changedIn(ran, task)).toHaveLength(3)
    expect(await lab.holders(VIP, HOSTS)).toHaveLength(1)
  })

  it('a node whose service does not come up stops the change, and gets its files back', async () => {
    const holder = (await lab.holders(VIP, HOSTS))[0] ?? ''
    const [victim = ''] = HOSTS.filter((host) => host !== holder)
    const before = await lab.sh(victim, 'cat /etc/haproxy/haproxy.cfg')
    // Valid for haproxy -c, and yet the reload ends it.
    await lab.sh(
      victim,
      `mkdir -p /etc/systemd/system/haproxy.service.d &&
printf '[Service]\nExecReload=\nExecReload=/bin/systemctl --no-block kill -s KILL haproxy.service\nRestart=no\n' >/etc/systemd/system/haproxy.service.d/zz-broken.conf &&
systemctl daemon-reload`,
    )
    const load = await startLoad({ address: VIP, port: 8443 })
    const ran = await apply({ ha_stats: '9100', ha_preempt: 'yes' })
    const requests = await load.stop()
    expect(ran.code).toBe(2)
    expect(ran.stdout + ran.stderr).toContain('the files from before are back on')
    expect(await lab.sh(victim, 'cat /etc/haproxy/haproxy.cfg; systemctl is-active haproxy')).toBe(
      `${before}active\n`,
    )
    expect(await lab.sh(holder, 'cat /etc/haproxy/haproxy.cfg')).not.toContain(':9100')
    expect(failures(requests)).toEqual([])
    expect(tasksWith(ran, 'changed').some((task) => task.includes(holder))).toBe(false)
  })
})
