import { describe, expect, test } from 'vitest'
import firewalld from '../../src/tasks/firewalld.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { Unknown } from '../../src/world/kind.ts'
import { id } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'
import { type Answers, applyOf, planWith, unit } from './worlds.ts'

/** As firewall-cmd 1.3 lists a zone. */
function zone(name: string, fields: Record<string, string> = {}): string {
  const base = {
    target: 'default',
    'icmp-block-inversion': 'no',
    interfaces: '',
    sources: '',
    services: 'dhcpv6-client ssh',
    ports: '',
    protocols: '',
    forward: 'yes',
    masquerade: 'no',
    'forward-ports': '',
    'source-ports': '',
    'icmp-blocks': '',
    'rich rules': '',
    ...fields,
  }
  return `${name}\n${Object.entries(base)
    .map(([field, value]) => `  ${field}: ${value}\n`)
    .join('')}\n`
}

const PUBLIC = zone('public (active)', { interfaces: 'eth0' })
const RULE = 'rule family="ipv4" source address="10.0.0.2" protocol value="vrrp" accept'

const program = replyOf({ type: 'file', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' })

function host(permanent: string, running: string | undefined): Answers {
  const text = `== services
ftp
https
ssh
== icmptypes
echo-request
== default
public
${running === undefined ? '' : `== running\n${running}`}== permanent
${permanent}`
  return {
    'path /usr/bin/firewall-cmd': program,
    ...unit('firewalld.service', running === undefined ? { activity: 'inactive' } : {}),
    [id('script', 'firewalld zones')]: { code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) },
  }
}

const both = { permanent: true, immediate: true, state: 'enabled' }
const runs = host(`${PUBLIC}${zone('dmz')}`, `${PUBLIC}${zone('dmz')}`)
const stopped = host(`${PUBLIC}${zone('dmz')}`, undefined)

describe('each setting', () => {
  test.each([
    [{ service: 'https' }, '--add-service=https'],
    [{ port: '8443/tcp' }, '--add-port=8443/tcp'],
    [{ port: ' 6000-6010/udp' }, '--add-port=6000-6010/udp'],
    [{ protocol: 'vrrp' }, '--add-protocol=vrrp'],
    [{ source: '192.0.2.0/24' }, '--add-source=192.0.2.0/24'],
    [{ interface: 'eth1', zone: 'dmz' }, '--change-interface=eth1'],
    [{ icmp_block: 'echo-request' }, '--add-icmp-block=echo-request'],
    [{ icmp_block_inversion: true }, '--add-icmp-block-inversion'],
    [{ masquerade: 'yes' }, '--add-masquerade'],
    [{ forward: 'no' }, '--remove-forward'],
    [{ rich_rule: RULE }, `'--add-rich-rule=${RULE}'`],
    [
      { port_forward: [{ port: 80, proto: 'tcp', toport: 8080 }] },
      '--add-forward-port=port=80:proto=tcp:toport=8080',
    ],
    [
      { port_forward: [{ port: 80, proto: 'tcp', toport: 80, toaddr: '10.0.0.9' }] },
      '--add-forward-port=port=80:proto=tcp:toport=80:toaddr=10.0.0.9',
    ],
  ])('%j', async (given, option) => {
    const { plan, world, again } = await planWith(firewalld, { ...both, ...given }, runs)
    const name = 'zone' in given ? given.zone : 'public'
    expect(applyOf(plan).split('\n')).toEqual([
      `firewall-cmd --permanent --zone=${name} ${option} >/dev/null || exit 1`,
      `firewall-cmd --zone=${name} ${option} >/dev/null || exit 1`,
    ])
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })

  test('what is there already, in another spelling', async () => {
    const with_ = zone('public', { 'rich rules': `\n\t${RULE}`, ports: '8443/tcp 80/tcp' })
    for (const given of [
      { rich_rule: 'rule family=ipv4 source address=10.0.0.2 protocol value=vrrp accept' },
      { port: '80/tcp' },
      { service: 'ssh' },
    ])
      expect((await planWith(firewalld, { ...both, ...given }, host(with_, with_))).plan.status).toBe('ok')
  })

  test('taken away', async () => {
    const given = { service: 'ssh', state: 'disabled' }
    const { plan, world, again } = await planWith(firewalld, given, runs)
    expect(plan).toMatchObject({ summary: 'disable service ssh in zone public, until the next reload' })
    expect(applyOf(plan)).toContain('--remove-service=ssh')
    expect(applyOf(plan)).not.toContain('--permanent')
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })
})

test('only what differs is told to firewalld', async () => {
  const opened = zone('public', { ports: '80/tcp' })
  const live = await planWith(firewalld, { ...both, port: '80/tcp' }, host(opened, PUBLIC))
  expect(applyOf(live.plan)).not.toContain('--permanent')
  const kept = await planWith(firewalld, { ...both, port: '80/tcp' }, host(PUBLIC, opened))
  expect(kept.plan).toMatchObject({ summary: 'enable port 80/tcp in zone public, permanently' })
})

test('an interface leaves the zone that it was in', async () => {
  const { plan, world } = await planWith(firewalld, { ...both, interface: 'eth0', zone: 'dmz' }, runs)
  if (plan.status !== 'change') throw new Error('no change')
  const text = world.after(plan.effects).get('script', { id: 'firewalld zones', text: plan.apply })
  expect(text.stdout.toString().match(/interfaces: .*/g)).toEqual([
    'interfaces: ',
    'interfaces: eth0',
    'interfaces: ',
    'interfaces: eth0',
  ])
})

test('for a time', async () => {
  const { plan } = await planWith(firewalld, { port: '80/tcp', timeout: 60, state: 'enabled' }, runs)
  expect(applyOf(plan)).toContain('--add-port=80/tcp --timeout=60')
})

describe('where firewalld does not run', () => {
  test('what is permanent is changed by its offline tool', async () => {
    const given = { port: '80/tcp', permanent: true, state: 'enabled' }
    const { plan, world, again } = await planWith(firewalld, given, stopped)
    expect(applyOf(plan)).toContain('firewall-offline-cmd --zone=public --add-port=80/tcp')
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })

  test.each([
    [{ port: '80/tcp', state: 'enabled' }],
    [{ ...both, port: '80/tcp' }],
    [{ port: '80/tcp', offline: true, state: 'enabled' }],
  ])('%j fails', async (given) => {
    expect((await planWith(firewalld, given, stopped)).plan).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('does not run'),
    })
  })

  test('offline leaves out what would hold at once', async () => {
    const { plan } = await planWith(firewalld, { ...both, offline: true, port: '80/tcp' }, stopped)
    expect(plan).toMatchObject({ status: 'change', summary: expect.stringMatching(/permanently$/) })
  })

  test('started by an earlier task, it has what is permanent', async () => {
    const opened = zone('public', { ports: '80/tcp' })
    const started = { ...host(opened, undefined), ...unit('firewalld.service') }
    expect((await planWith(firewalld, { ...both, port: '80/tcp' }, started)).plan.status).toBe('ok')
  })
})

test('no firewalld, or one that may come with a package', async () => {
  const given = { ...both, port: '80/tcp' }
  expect((await planWith(firewalld, given, {})).plan).toMatchObject({
    status: 'fail',
    message: 'firewalld is not installed on this host',
  })
  const perhaps = { 'path /usr/bin/firewall-cmd': new Unknown('package firewalld may bring it') }
  expect((await planWith(firewalld, given, perhaps)).plan.status).toBe('unknown')
})

test('whom firewalld does not answer', async () => {
  const denied = {
    code: 1,
    stdout: Buffer.from('== services\n'),
    stderr: Buffer.from('NOT_AUTHORIZED: root\n'),
  }
  const { plan } = await planWith(
    firewalld,
    { ...both, port: '80/tcp' },
    { ...runs, [id('script', 'firewalld zones')]: denied },
  )
  expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('NOT_AUTHORIZED') })
})

test.each([
  [{ ...both, service: 'htps' }, 'knows no service htps', 'did you mean https?'],
  [{ ...both, icmp_block: 'echo-requst' }, 'knows no ICMP block', 'did you mean echo-request?'],
  [{ ...both, port: '1/tcp', zone: 'publc' }, 'no zone publc', 'did you mean public?'],
])('%j fails: %s', async (given, message, hint) => {
  expect((await planWith(firewalld, given, runs)).plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining(message),
    hint,
  })
})

describe('zones', () => {
  const made = { zone: 'mine', permanent: true, state: 'present' }

  test('are made and removed, for the next reload', async () => {
    const { plan, world, again } = await planWith(firewalld, made, runs)
    expect(applyOf(plan)).toContain('firewall-cmd --permanent --new-zone=mine')
    if (plan.status !== 'change') throw new Error('no change')
    expect(again(world.after(plan.effects)).status).toBe('ok')
    const later = await planWith(firewalld, { zone: 'dmz', permanent: true, state: 'absent' }, runs)
    expect(applyOf(later.plan)).toContain('--delete-zone=dmz')
  })

  test('a new one is not known to the running firewalld', async () => {
    const fresh = host(`${PUBLIC}${zone('mine')}`, PUBLIC)
    const now = await planWith(firewalld, { zone: 'mine', port: '1/tcp', state: 'enabled' }, fresh)
    expect(now.plan).toMatchObject({ status: 'fail', hint: expect.stringContaining('--reload') })
    const kept = { zone: 'mine', port: '1/tcp', permanent: true, state: 'enabled' }
    expect((await planWith(firewalld, kept, fresh)).plan.status).toBe('change')
  })

  test('have a target', async () => {
    const given = { zone: 'dmz', target: 'DROP', permanent: true, state: 'enabled' }
    const { plan, world, again } = await planWith(firewalld, given, runs)
    expect(plan).toMatchObject({ diff: [{ fields: [{ name: 'target', before: 'default', after: 'DROP' }] }] })
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
    expect((await planWith(firewalld, { ...given, state: 'disabled' }, runs)).plan.status).toBe('ok')
  })
})

test.each([
  [{ state: 'enabled' }, 'nothing is named'],
  [{ ...both, port: '80' }, 'is no port'],
  [{ ...both, port: '80/tcp', service: 'ssh' }, 'not about service and port'],
  [{ ...both, port: '80/tcp', target: 'DROP' }, 'not about port and target'],
  [{ ...both, port: '80/tcp', state: 'present' }, 'is for zones'],
  [{ ...both, interface: 'eth0' }, 'needs the zone'],
  [{ source: '10.0.0.0/8', state: 'enabled' }, 'whether it is permanent'],
  [{ state: 'present', zone: 'x' }, 'only be changed permanently'],
  [{ state: 'enabled', zone: 'x', target: 'DROP' }, 'only be changed permanently'],
  [{ state: 'present', permanent: true }, 'needs the name of a zone'],
  [{ ...both, port: '80/tcp', timeout: 5 }, 'timeout is for'],
  [{ icmp_block_inversion: true, state: 'enabled', timeout: 5 }, 'timeout is for'],
  [{ ...both, rich_rule: 'accept' }, 'no rich rule'],
  [{ ...both, port_forward: [] }, 'one port_forward'],
])('%j is refused: %s', (args, message) => {
  expect(() => firewalld.prepare(firewalld.params.parse(args), controllerWith())).toThrow(message)
})
