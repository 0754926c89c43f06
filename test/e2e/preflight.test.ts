import { afterAll, beforeAll, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { block, unblock } from './support/filter.ts'
import { hakube, inventoryFile } from './support/hakube.ts'
import { during, found, preflight, sayVrrp } from './support/preflight.ts'

const HOSTS = ['m1', 'm2', 'd1']
const VIP = '10.88.0.100'
const VIP6 = 'fd88::100'

/** What a refused run must not have left: anything at all. */
async function untouched(hosts: readonly string[] = HOSTS): Promise<void> {
  for (const host of hosts) {
    const traces = await lab.sh(
      host,
      'ls -d /run/hakube* /var/lib/hakube /etc/haproxy /etc/keepalived /usr/libexec/keepalived 2>/dev/null; command -v haproxy keepalived; :',
    )
    expect(traces, host).toBe('')
  }
}

beforeAll(() => lab.reset(HOSTS))
afterAll(() => lab.reset(HOSTS))

it('a virtual address that a stranger has is refused, in both families, by apply and by check', async () => {
  const inventory = await inventoryFile(HOSTS, { ha_vip: `['${VIP}', '${VIP6}']` })
  const change = (what: 'add' | 'del') =>
    lab.sh(
      'client',
      `ip addr ${what} ${VIP}/24 dev eth0 && ip -6 addr ${what} ${VIP6}/64 dev eth0 ${what === 'add' ? 'nodad' : ''}`,
    )
  const mac = (await lab.sh('client', 'cat /sys/class/net/eth0/address')).trim()
  await change('add')
  const [applied, checked] = await during(
    () => change('del'),
    async () => [await hakube(['apply', '-i', inventory]), await hakube(['check', '-i', inventory])] as const,
  )
  for (const ran of [applied, checked]) {
    expect(ran.code, ran.stdout + ran.stderr).toBe(1)
    expect(ran.stderr).toContain(`error: ${VIP} and ${VIP6}: answered by ${mac}`)
    expect(ran.stderr).toContain('code: preflight-vip')
  }
  await untouched()
})

it('everything that speaks against a change is said at once', async () => {
  const inventory = await inventoryFile(HOSTS, { ha_vip: VIP, ha_vrrp: 'multicast', ha_vrid: 77 })
  await lab.exec('m2', ['sh', '-c', 'perl -e "$1" >/dev/null 2>&1 &', 'sh', LISTENER])
  await lab.exec('client', [
    'sh',
    '-c',
    'perl -e "$1" >/dev/null 2>&1 & echo $! >/run/vrrp.pid',
    'sh',
    sayVrrp(77, '10.88.0.90'),
  ])
  await lab.apiMode('d1', 'otherca')
  await lab.apiMode('m1', '401')
  const ran = await during(
    async () => {
      await lab.sh('client', 'kill $(cat /run/vrrp.pid)')
      await lab.sh('m2', 'kill $(cat /run/listener.pid)')
      await lab.apiMode('d1', 'ok')
      await lab.apiMode('m1', 'ok')
    },
    () => hakube(['apply', '-i', inventory]),
  )
  expect(ran.code, ran.stdout + ran.stderr).toBe(1)
  expect(ran.stderr).toMatch(
    /m2: 0\.0\.0\.0:8443 is taken by perl \(pid \d+\); haproxy needs port 8443 for the endpoint/,
  )
  expect(ran.stderr).toContain(
    '10.88.0.90 says VRRP 2 with VRID 77, priority 150, to everybody on the network',
  )
  expect(ran.stderr).toContain('ha_skip_preflight=ports')
  expect(ran.stderr).toMatch(/warning: preflight: m1: 10\.88\.0\.11:6443 answers 401/)
  expect(ran.stderr).toMatch(/warning: preflight: d1: its certificate is signed by another authority/)
  await untouched()
})

/** Takes the endpoint's port. */
const LISTENER = `open(my $f, '>', '/run/listener.pid'); print $f $$; close $f;
socket(my $s, 2, 1, 6); setsockopt($s, 1, 2, pack('l', 1));
bind($s, pack('S n N x8', 2, 8443, 0)) or die $!; listen($s, 5); sleep 200`

it('nodes that do not hear each other are refused, by direction; ha_skip_preflight lets them', async () => {
  const inventory = await inventoryFile(HOSTS, { ha_vip: VIP })
  await block('m2', '10.88.0.11', 112)
  const [report, skipped] = await during(
    () => unblock('m2', '10.88.0.11', 112),
    () => Promise.all([preflight(inventory), preflight(inventory, '-e', 'ha_skip_preflight=vrrp,vip')]),
  )
  expect(found(report, 'vrrp')).toEqual(['fail m2: it hears nothing from m1 (unicast, IPv4)'])
  expect(report.code).toBe(5)
  expect(found(skipped, 'vrrp')).toEqual(['warn m2: it hears nothing from m1 (unicast, IPv4)'])
  expect(skipped.code).toBe(0)
  const after = await preflight(inventory)
  expect(found(after, 'vrrp')).toEqual(['ok m1, m2 and d1: each hears each (unicast, IPv4, by perl)'])
  expect(found(after, 'vip')).toEqual([`ok ${VIP}: nobody answers for it, asked from m1, m2 and d1`])
  await untouched()
})
