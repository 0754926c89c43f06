import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import type { InventoryVars } from '../lab/inventory.ts'
import { hakube, inventoryFile } from './support/hakube.ts'
import { waitFor } from './support/client.ts'

const LBS = ['lb1', 'lb2'] as const
const vip = { ha_vip: '10.88.0.119' }

interface Case {
  name: string
  groups?: Readonly<Record<string, readonly string[]>>
  vars: InventoryVars
  says: RegExp
}

/** Endpoints that cannot work, with what hakube says of them. */
const CASES: readonly Case[] = [
  {
    name: 'the address of a node',
    vars: { ha_vip: '10.88.0.31' },
    says: /ha_vip 10\.88\.0\.31 is the .* of lb1/,
  },
  {
    name: 'the address of the network',
    vars: { ha_vip: '10.88.0.0' },
    says: /the network address of its network/,
  },
  {
    name: 'the broadcast address',
    vars: { ha_vip: '10.88.0.255' },
    says: /the broadcast address of its network/,
  },
  { name: 'a name as address', vars: { ha_vip: 'api.lab.test' }, says: /"api\.lab\.test" is no address/ },
  {
    name: 'a node in both groups',
    groups: { masters: ['lb1', 'lb2'], loadbalancers: ['lb2'] },
    vars: vip,
    says: /lb2: in the group of control-plane nodes and in that of load balancers/,
  },
  {
    name: 'a service on the port of its servers',
    vars: { ...vip, ha_frontends: "[{'name': 'ingress', 'port': 443, 'servers': 'control_plane'}]" },
    says: /ingress is on 443, and so is its server on the same node/,
  },
  {
    name: 'servers whose names would have to be looked up',
    vars: { ...vip, ha_frontends: "[{'name': 'registry', 'port': 5000, 'servers': 'registry.lab.test'}]" },
    says: /names are not looked up/,
  },
  {
    name: 'fast timers with a password',
    vars: { ...vip, ha_failover: 'fast', ha_auth_pass: 'secret' },
    says: /VRRP version 2, which knows whole seconds only/,
  },
]

/** What a run could have left. */
const TRACE =
  'ls -l /etc/haproxy /etc/keepalived /usr/libexec/keepalived /run/hakube* /etc/systemd/system/*.d 2>&1; rpm -qa | sort | sha256sum'

describe('refused before anything is changed', () => {
  let before: string
  beforeAll(async () => {
    await lab.reset(LBS)
    before = await lab.sh('lb1', TRACE)
  })

  it.each(CASES)('$name', async ({ groups, vars, says }) => {
    const ran = await hakube(['apply', '-i', await inventoryFile(groups ?? { control_plane: LBS }, vars)])
    expect(ran.code, ran.stdout + ran.stderr).toBe(1)
    expect(ran.stdout + ran.stderr).toMatch(says)
    expect(await lab.sh('lb1', TRACE)).toBe(before)
  })
})

describe('fewer nodes than one would wish', () => {
  beforeAll(() => lab.reset(LBS))
  afterAll(() => lab.reset(LBS))

  it('one: haproxy works, and what is missing is said', async () => {
    const ran = await hakube(['apply', '-i', await inventoryFile(['lb1'], vip)])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(ran.stderr).toMatch(/lb1 is the only node: .* keepalived and the virtual address are left out/)
    expect(await lab.sh('lb1', 'systemctl is-active haproxy')).toBe('active\n')
    expect(await lab.sh('lb1', 'cat /etc/systemd/system/haproxy.service.d/hakube.conf')).not.toContain(
      'ExecStopPost',
    )
    expect((await lab.exec('lb1', ['rpm', '-q', 'keepalived'])).code).toBe(1)
  })

  it('two: they share the address, and etcd is no better than with one', async () => {
    const ran = await hakube(['apply', '-i', await inventoryFile(LBS, vip)])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(ran.stderr).toMatch(/2 etcd members \(lb1, lb2\) survive the loss of none/)
    await waitFor('one holder', async () => (await lab.holders(vip.ha_vip, LBS)).length === 1)
    // haproxy ran before keepalived came: what its unit does since, it does without a restart.
    const [holder = ''] = await lab.holders(vip.ha_vip, LBS)
    await lab.sh(holder, 'systemctl stop haproxy')
    await waitFor('the other one', async () => !(await lab.holders(vip.ha_vip, LBS)).includes(holder), 5)
  })
})
