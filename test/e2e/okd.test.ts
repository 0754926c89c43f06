import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { answersThrough, waitFor } from './support/client.ts'
import { hakube, inventoryFile, tasksWith } from './support/hakube.ts'

const MASTERS = ['m1', 'm2', 'm3']

/** keepalived alone before the masters, as people run it on OKD 3.11: in Ansible's words, and in ours. */
describe('keepalived alone, by a playbook written for Ansible', () => {
  const playbook = fileURLToPath(new URL('fixtures/okd/playbook.yml', import.meta.url))
  const vip = '10.88.0.102'

  beforeAll(async () => {
    await lab.reset(MASTERS)
    for (const host of MASTERS) await lab.sh(host, 'dnf install -y keepalived')
  })
  afterAll(() => lab.reset(MASTERS))

  it('runs as it would there, once, with one holder', async () => {
    const inventory = await inventoryFile({ masters: MASTERS }, { api_vip: vip })
    const first = await hakube(['apply', playbook, '-i', inventory, '-o', 'json'])
    expect(first.code, first.stdout + first.stderr).toBe(0)
    expect(await lab.sh('m1', 'stat -c %a /etc/keepalived/keepalived.conf')).toBe('640\n')
    expect(await lab.sh('m1', 'systemctl is-enabled keepalived')).toBe('enabled\n')
    await waitFor('one holder', async () => (await lab.holders(vip, MASTERS)).length === 1)
    const again = await hakube(['apply', playbook, '-i', inventory, '-o', 'json'])
    expect(again.code).toBe(0)
    expect(tasksWith(again, 'changed')).toEqual([])
  })

  it('leaves a single master alone', async () => {
    await lab.reset(['m1'])
    const inventory = await inventoryFile({ masters: ['m1'] }, { api_vip: vip })
    const ran = await hakube(['apply', playbook, '-i', inventory, '-o', 'json'])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(tasksWith(ran, 'changed')).toEqual([])
  })
})

describe('keepalived alone, by the bundled playbook', () => {
  const vip = '10.88.0.103'

  beforeAll(() => lab.reset(MASTERS))
  afterAll(() => lab.reset(MASTERS))

  it('leads to the API server of the holder, and away from it when it dies', async () => {
    const inventory = await inventoryFile(
      { masters: MASTERS },
      { ha_vip: vip, ha_haproxy: 'no', ha_check_path: '/healthz' },
    )
    const first = await hakube(['apply', '-i', inventory, '-o', 'json'])
    expect(first.code, first.stdout + first.stderr).toBe(0)
    await waitFor('the API through the VIP', () => answersThrough(vip, 6443))
    const [holder] = await lab.holders(vip, MASTERS)
    if (holder === undefined) throw new Error('nobody holds the VIP')
    await lab.stopApi(holder)
    const others = MASTERS.filter((host) => host !== holder)
    await waitFor('another holder', async () => (await lab.holders(vip, others)).length === 1)
    await waitFor('the API through the VIP', () => answersThrough(vip, 6443))
    expect(await lab.holders(vip, MASTERS)).toHaveLength(1)
    const again = await hakube(['apply', '-i', inventory, '-o', 'json'])
    expect(again.code).toBe(0)
    expect(tasksWith(again, 'changed')).toEqual([])
    expect(again.stdout).toContain(`${holder}: no API server listens on port 6443 yet`)
  })
})
