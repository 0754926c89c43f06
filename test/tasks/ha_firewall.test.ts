import { describe, expect, test } from 'vitest'
import { policyText, readPolicy } from '../../src/tasks/firewall-policy.ts'
import ha_firewall from '../../src/tasks/ha_firewall.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import { id } from '../../src/world/world.ts'
import { controllerWith, planOf } from './harness.ts'
import { type Answers, applyOf, planWith, unit } from './worlds.ts'

const controller = controllerWith({ variable: () => 'm1' })
const planned = (given: Record<string, unknown>, answers: Answers) =>
  planWith(ha_firewall, given, answers, controller)

const ROOT = { uid: 0, gid: 0, owner: 'root', group: 'root' }
const program = replyOf({ type: 'file', mode: 0o755, ...ROOT })
const FILE = '/etc/firewalld/policies/hakube.xml'
const args = { clients: ['8443/tcp'], vrrp: ['10.0.0.2'], node_ports: ['6443/tcp'], nodes: ['10.0.0.2'] }
const openings = [
  { what: '8443/tcp' },
  { what: 'vrrp', from: '10.0.0.2' },
  { what: '6443/tcp', from: '10.0.0.2' },
]
const VRRP = 'rule family="ipv4" source address="10.0.0.2" protocol value="vrrp" accept'
const API = 'rule family="ipv4" source address="10.0.0.2" port port="6443" protocol="tcp" accept'

/** As busctl of systemd 252 prints what firewalld 1.3 has. */
function settings(ports: readonly string[], rules: readonly string[], more = ''): string {
  const list = (words: readonly string[]) => words.map((word) => ` "${word.replaceAll('"', '\\"')}"`).join('')
  const pairs = ports.flatMap((port) => port.split('/'))
  return `a{sv} 9 "short" s "hakube" "description" s "What it \\"needs\\"." "target" s "CONTINUE" "ports" a(ss) ${ports.length}${list(pairs)} "masquerade" b false "rich_rules" as ${rules.length}${list(rules)} "priority" i 100 "ingress_zones" as 1 "ANY" "egress_zones" as 1 "HOST"${more}\n`
}

function firewall(parts: readonly string[], state: Parameters<typeof unit>[1] = {}): Answers {
  const stdout = Buffer.from(parts.join(''))
  return {
    'path /usr/bin/firewall-cmd': program,
    ...unit('firewalld.service', state),
    [id('script', 'firewalld policy')]: { code: 0, stdout, stderr: Buffer.alloc(0) },
  }
}

const file = (text: string) => `== file\n${text}`
const running = (text: string) => `== running\n== policy\n${text}`
const blank = ['== policies\n', '== running\n== now\n== kept\n']
const done = ['== policies\n', file(policyText(openings)), running(settings(['8443/tcp'], [VRRP, API]))]

describe('firewalld runs', () => {
  test('nothing there: the file, one reload, and then all is well', async () => {
    const { plan, world, again } = await planned(args, firewall(blank))
    expect(plan).toMatchObject({
      status: 'change',
      summary: 'open 8443/tcp, 6443/tcp from 10.0.0.2, VRRP from 10.0.0.2 in firewalld',
      diff: [{ type: 'text', path: FILE, before: '', after: policyText(openings) }],
    })
    expect(applyOf(plan).match(/firewall-cmd.*/g)).toEqual(['firewall-cmd --reload >/dev/null || exit 1'])
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })

  test('all is there', async () => {
    expect((await planned(args, firewall(done))).plan).toMatchObject({ status: 'ok' })
  })

  test('another port: it is opened first, and the old one closed at the end, without a reload', async () => {
    const other = { ...args, clients: '7443/tcp' }
    const first = await planned({ ...other, exclusive: false }, firewall(done))
    expect(first.plan).toMatchObject({ summary: 'open 7443/tcp in firewalld' })
    expect(applyOf(first.plan).match(/firewall-cmd.*/g)).toEqual([
      'firewall-cmd --policy=hakube --add-port=7443/tcp >/dev/null || exit 1',
    ])
    if (first.plan.status !== 'change') throw new Error('no change')
    const between = first.world.after(first.plan.effects)
    expect(first.again(between).status).toBe('ok')
    const last = planOf(
      ha_firewall,
      ha_firewall.prepare(ha_firewall.params.parse(other), controller),
      between,
    )
    expect(last).toMatchObject({ status: 'change', summary: 'close 8443/tcp in firewalld' })
    expect(applyOf(last).match(/firewall-cmd.*/g)).toEqual([
      'firewall-cmd --policy=hakube --remove-port=8443/tcp >/dev/null || exit 1',
    ])
  })

  test('a node that is gone has no way in any more', async () => {
    const { plan } = await planned({ clients: '8443/tcp' }, firewall(done))
    expect(applyOf(plan)).toContain(`'--remove-rich-rule=${VRRP}' '--remove-rich-rule=${API}'`)
  })

  test('closed by hand, it is opened again', async () => {
    const parts = ['== policies\n', file(policyText(openings)), running(settings([], [API]))]
    const { plan } = await planned(args, firewall(parts))
    expect(plan).toMatchObject({
      summary: `open 8443/tcp, ${VRRP} in the running firewalld`,
      diff: [
        { type: 'fields', fields: [{ name: '8443/tcp', before: 'closed', after: 'open' }, { name: VRRP }] },
      ],
    })
    expect(applyOf(plan)).not.toContain('--reload')
  })

  test('opened by hand beyond that, it is closed again', async () => {
    const parts = [...done.slice(0, 2), running(settings(['8443/tcp', '22/udp'], [VRRP, API]))]
    const { plan } = await planned(args, firewall(parts))
    expect(plan).toMatchObject({ summary: 'close 22/udp in the running firewalld' })
  })

  test('a policy with other settings is somebody’s doing', async () => {
    const parts = [
      ...done.slice(0, 2),
      running(settings(['8443/tcp'], [VRRP, API], ' "services" as 1 "http"')),
    ]
    expect((await planned(args, firewall(parts))).plan).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('services: http'),
    })
  })

  test('a reload that would drop what is not permanent is refused', async () => {
    const zone = (ports: string, interfaces: string) =>
      `public (active)\n  interfaces: ${interfaces}\n  ports: ${ports}\n  rich rules: \n`
    const parts = (now: string, kept: string) => [
      '== policies\n',
      `== running\n== now\n${now}\n== kept\n${kept}`,
    ]
    const lost = await planned(args, firewall(parts(zone('1/tcp 2/tcp', 'eth0'), zone('2/tcp', ''))))
    expect(lost.plan).toMatchObject({
      status: 'fail',
      message: 'the running firewalld has rules that the reload would drop: public: ports 1/tcp',
    })
    // firewalld keeps interfaces, and what is permanent only comes in.
    const kept = await planned(args, firewall(parts(zone('2/tcp', 'eth0'), zone('2/tcp 3/tcp', ''))))
    expect(kept.plan.status).toBe('change')
    const direct = 'direct rules\n  rule: ipv4 filter INPUT 0 -p vrrp -j ACCEPT\n'
    const rules = await planned(args, firewall(parts(direct, '')))
    expect(rules.plan).toMatchObject({ message: expect.stringContaining('-p vrrp -j ACCEPT') })
  })

  test('older than policies', async () => {
    const { plan } = await planned(args, firewall(['== running\n== now\n== kept\n']))
    expect(plan).toMatchObject({ status: 'fail', hint: expect.stringContaining('VRRP from 10.0.0.2') })
  })
})

describe('firewalld does not run', () => {
  test('but will at the next boot: the file is enough', async () => {
    const { plan, world, again } = await planned(args, firewall(['== policies\n'], { activity: 'inactive' }))
    expect(applyOf(plan)).not.toContain('firewall-cmd')
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })

  test.each([
    [firewall([], { activity: 'inactive', enablement: 'disabled' }), 'neither runs nor starts at boot'],
    [firewall([], { activity: 'inactive', enablement: 'masked' }), 'neither runs nor starts at boot'],
    [{}, 'not installed'],
  ])('and never will: %#', async (answers, reason) => {
    expect((await planned(args, answers)).plan).toMatchObject({
      status: 'ok',
      reason: expect.stringContaining(reason),
    })
  })
})

test('just starting, nothing can be told', async () => {
  const starting = firewall(['== policies\n'], { activity: 'activating' })
  expect((await planned(args, starting)).plan).toEqual({
    status: 'unknown',
    why: 'firewalld is just starting',
  })
})

test('left alone, it is said what has to be open', async () => {
  const { plan } = await planned({ ...args, manage: false }, firewall(blank))
  expect(plan).toMatchObject({
    status: 'ok',
    result: {
      hakube_message: expect.stringMatching(/let in 8443\/tcp, VRRP from 10\.0\.0\.2, 6443\/tcp from/),
    },
  })
  expect((await planned({ ...args, manage: false }, {})).plan).not.toHaveProperty('result')
})

describe('taken away', () => {
  test('file and running rules, without a reload', async () => {
    const { plan, world, again } = await planned({ state: 'absent' }, firewall(done))
    expect(applyOf(plan)).toContain(`rm -f ${FILE}`)
    expect(applyOf(plan)).toContain('--remove-port=8443/tcp')
    expect(applyOf(plan)).not.toContain('--reload')
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })

  test('nothing left', async () => {
    for (const answers of [firewall(['== policies\n', running(settings([], []))]), firewall(blank), {}])
      expect((await planned({ state: 'absent' }, answers)).plan.status).toBe('ok')
  })

  test('where firewalld is switched off by now', async () => {
    const off = firewall([], { activity: 'inactive', enablement: 'disabled' })
    const left = { ...off, [id('path', FILE)]: replyOf({ type: 'file', mode: 0o644, ...ROOT }) }
    const { plan, world, again } = await planned({ state: 'absent' }, left)
    expect(applyOf(plan)).toBe(`rm -f ${FILE} || exit 1`)
    if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
  })
})

test('a policy reads back as it was written', () => {
  const all = [...openings, { what: 'vrrp', from: 'fe80::/10' }]
  expect(readPolicy(policyText(all))).toEqual(expect.arrayContaining(all))
  expect(policyText(readPolicy(policyText(all)))).toBe(policyText(all))
  expect(policyText(all)).toContain('family="ipv6"><source address="fe80::/10"/>')
  expect(policyText([...openings, ...openings])).toBe(policyText(openings.toReversed()))
})

/** As firewalld 1.3 rewrites the file after `firewall-cmd --permanent --policy hakube --add-port 9999/tcp`. */
const REWRITTEN = `<?xml version="1.0" encoding="utf-8"?>
<policy priority="100" target="CONTINUE">
  <short>hakube</short>
  <description>What the highly available Kubernetes API endpoint needs.</description>
  <port port="8443" protocol="tcp"/>
  <port port="9999" protocol="tcp"/>
  <protocol value="esp"/>
  <rule family="ipv4">
    <source address="10.0.0.2"/>
    <port port="6443" protocol="tcp"/>
    <accept/>
  </rule>
  <rule family="ipv4">
    <source address="10.0.0.2"/>
    <protocol value="vrrp"/>
    <accept/>
  </rule>
  <rule family="ipv4">
    <source address="10.0.0.9"/>
    <port port="22" protocol="tcp"/>
    <drop/>
  </rule>
  <ingress-zone name="ANY"/>
  <egress-zone name="HOST"/>
</policy>
`

describe('a policy that firewall-cmd has rewritten', () => {
  test('what it lets one address in for is open for nobody else', () => {
    expect(readPolicy(REWRITTEN)).toEqual([
      { what: '8443/tcp' },
      { what: '9999/tcp' },
      openings[2],
      openings[1],
    ])
  })

  test('keeps what somebody opened until the end, and then has only what is asked for', async () => {
    const parts = ['== policies\n', file(REWRITTEN), running(settings(['8443/tcp', '9999/tcp'], [VRRP, API]))]
    const first = await planned({ ...args, exclusive: false }, firewall(parts))
    expect(applyOf(first.plan)).not.toContain('firewall-cmd')
    if (first.plan.status !== 'change') throw new Error('no change')
    const prepared = await ha_firewall.prepare(ha_firewall.params.parse(args), controller)
    const last = planOf(ha_firewall, prepared, first.world.after(first.plan.effects))
    expect(last).toMatchObject({ summary: 'close 9999/tcp in firewalld' })
  })
})
