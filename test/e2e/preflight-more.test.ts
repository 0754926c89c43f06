import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHeard } from '../../src/ha/preflight/read.ts'
import { speakScript } from '../../src/ha/preflight/speak.ts'
import { lab } from '../lab/lab.ts'
import { waitFor } from './support/client.ts'
import { block, unblock } from './support/filter.ts'
import { hakube, inventoryFile, recapOf, tasksWith } from './support/hakube.ts'
import { during, found, preflight } from './support/preflight.ts'

const HOSTS = ['m1', 'm2', 'd1'] as const
const VIP = '10.88.0.100'
const VIP6 = 'fd88::100'

beforeAll(() => lab.reset(HOSTS))
afterAll(() => lab.reset([...HOSTS, 'j1', 'b1']))

/** Puts nothing in the place of a program; only root's own mounts see to that, not the image. */
async function hide(host: string, ...programs: string[]): Promise<void> {
  for (const path of programs)
    await lab.sh(host, `[ ! -e ${path} ] || mount --bind /dev/null "$(readlink -f ${path})"`)
}

async function show(host: string, ...programs: string[]): Promise<void> {
  for (const path of programs)
    await lab.sh(host, `[ ! -e ${path} ] || umount "$(readlink -f ${path})" 2>/dev/null; :`)
}

describe('where a host lacks programs', () => {
  const PERL = '/usr/bin/perl'
  const PYTHON = '/usr/libexec/platform-python'

  it('Python does what perl does; without both, nothing is proven', async () => {
    const inventory = await inventoryFile(HOSTS, { ha_vip: `['${VIP}', '${VIP6}']` })
    await hide('m1', PERL)
    await hide('d1', PERL)
    const report = await during(
      async () => {
        await show('m1', PERL)
        await show('d1', PERL)
      },
      () => preflight(inventory),
    )
    expect(found(report, 'vrrp')).toContainEqual(
      expect.stringMatching(
        /^unknown d1: whether it hears m1 and m2 was not proven \(unicast, IPv4\): d1 has neither/,
      ),
    )
    // m1 with platform-python and m2 with perl hear each other, in both families.
    expect(found(report, 'vrrp').join('\n')).not.toMatch(/fail|whether it hears m[12] was/)
    expect(found(report, 'vip')).toEqual([
      expect.stringMatching(/^ok .*: nobody answers for it, asked from m1, m2 and d1$/),
    ])
    await hide('m1', PERL, PYTHON)
    const none = await during(
      () => show('m1', PERL, PYTHON),
      () => preflight(inventory),
    )
    expect(found(none, 'vrrp').join('\n')).toContain('m1 has neither perl nor Python')
    expect(none.code).toBe(0)
  })
})

describe('where nothing but keepalived can speak', () => {
  const PROGRAMS = ['/usr/bin/perl', '/usr/libexec/platform-python']
  const LB = ['lb1', 'lb2'] as const
  afterAll(() => lab.reset(LB))

  it('one of its own does, beside the one that runs, and leaves nothing', async () => {
    await lab.reset(LB)
    for (const host of LB) {
      await lab.sh(host, 'dnf -q -y install keepalived >/dev/null 2>&1')
      await hide(host, ...PROGRAMS)
    }
    await lab.exec('lb1', ['sh', '-c', 'cat >/etc/keepalived/keepalived.conf'], { input: STRANGER })
    await lab.sh('lb1', 'systemctl start keepalived')
    await waitFor('a master', async () => (await lab.holders('10.88.0.119', ['lb1'])).length === 1)
    const addresses = { lb1: '10.88.0.31', lb2: '10.88.0.32', d1: '10.88.0.21' }
    const speak = async (host: keyof typeof addresses, rank: number) => {
      const others = Object.values(addresses).filter((address) => address !== addresses[host])
      const link = { family: 4, interface: 'eth0' } as const
      const source = addresses[host]
      const script = speakScript({
        joins: [link],
        sends: others.map((destination) => ({ ...link, source, destination })),
        vips: [],
        others: [],
        vrid: 250,
        rank,
      })
      const { stdout, stderr } = await lab.exec(host, ['sh', '-s'], { input: script.text })
      const heard = readHeard(stdout, { sent: 0, received: 9000 })
      const sources = heard.adverts.filter(({ vrid }) => vrid === 250).map((advert) => advert.source)
      return { tool: heard.tool, sources: new Set(sources), said: stdout + stderr }
    }
    const [lb1, lb2, d1] = await during(
      async () => {
        for (const host of LB) await show(host, ...PROGRAMS)
      },
      () => Promise.all([speak('lb1', 0), speak('lb2', 1), speak('d1', 2)]),
    )
    expect([lb1.tool, lb2.tool, d1.tool]).toEqual(['keepalived', 'keepalived', 'perl'])
    // lb1 says nothing itself if it hears lb2's higher priority before, and does not log that either.
    expect(d1.sources, d1.said).toContain(addresses.lb2)
    expect(lb1.sources, lb1.said).toContain(addresses.d1)
    expect(lb2.sources, lb2.said).toContain(addresses.d1)
    for (const host of LB) {
      const left = await lab.sh(
        host,
        'ls -d /run/hakube* 2>/dev/null; ip addr show dev lo | grep 127.255; pgrep -f [h]akube-trial; :',
      )
      expect(left, host).toBe('')
    }
    expect(await lab.holders('10.88.0.119', ['lb1'])).toEqual(['lb1'])
    expect(await lab.sh('lb1', 'systemctl is-active keepalived')).toBe('active\n')
    expect(await lab.sh('lb1', 'journalctl -u keepalived -o cat | grep -c "Entering"')).toBe('2\n')
  })
})

describe('in the other ways in which nodes talk', () => {
  it.each([
    ['multicast', `['${VIP}', '${VIP6}']`],
    ['unicast', VIP6],
  ])('%s is tried as it is', async (mode, vip) => {
    const inventory = await inventoryFile(HOSTS, { ha_vip: vip, ha_vrrp: mode })
    const ok = await preflight(inventory)
    expect(found(ok, 'vrrp').every((line) => line.startsWith('ok m1, m2 and d1: each hears each'))).toBe(true)
    // Over IPv6, what is sent to all comes from the link-local address.
    const [address = ''] = (
      await lab.sh(
        'm2',
        `ip -6 -o addr show dev eth0 | awk '{print $4}' | grep ${mode === 'unicast' ? '^fd88' : '^fe80'}`,
      )
    ).split('/')
    await block('d1', address, 112)
    const blocked = await during(
      () => unblock('d1', address, 112),
      () => preflight(inventory),
    )
    expect(found(blocked, 'vrrp').filter((line) => line.startsWith('fail'))).toEqual([
      `fail d1: it hears nothing from m2 (${mode}, IPv6)`,
    ])
    expect(blocked.code).toBe(5)
  })
})

it('a host of the inventory that has the address is named; a routed address is not taken for free', async () => {
  const inventory = await inventoryFile({ control_plane: HOSTS, workers: ['b1'] }, { ha_vip: VIP })
  await lab.sh('b1', `ip addr add ${VIP}/24 dev eth0`)
  const report = await during(
    () => lab.sh('b1', `ip addr del ${VIP}/24 dev eth0`),
    () => preflight(inventory),
  )
  expect(found(report, 'vip').join()).toMatch(
    /^fail .*: answered by [\da-f:]+, which is b1 of the inventory$/,
  )
  // The tables of the nodes have an entry that is half a minute from being doubted.
  expect(found(await preflight(inventory), 'vip').join()).toMatch(/^ok .*: nobody answers for it/)
  // The way there ends in the lab: what is behind it may answer to anything.
  await lab.sh('b1', 'ip route add blackhole 10.99.0.1')
  for (const host of HOSTS) await lab.sh(host, 'ip route add 10.99.0.1 via 10.88.0.41')
  const routed = await preflight(await inventoryFile(HOSTS, { ha_vip: '10.99.0.1/32' }))
  for (const host of HOSTS) await lab.sh(host, 'ip route del 10.99.0.1')
  await lab.sh('b1', 'ip route del blackhole 10.99.0.1')
  expect(found(routed, 'vip').join()).toMatch(
    /^unknown 10\.99\.0\.1: whether somebody else has it was not seen/,
  )
})

it('a virtual router that runs on the network is heard', async () => {
  await lab.sh('j1', 'dnf -q -y install keepalived >/dev/null 2>&1')
  await lab.exec('j1', ['sh', '-c', 'cat >/etc/keepalived/keepalived.conf'], { input: STRANGER })
  await lab.sh('j1', 'systemctl start keepalived')
  await waitFor('a master', async () => (await lab.holders('10.88.0.119', ['j1'])).length === 1)
  const [same, other, unicast] = await during(
    () => lab.sh('j1', 'systemctl stop keepalived'),
    async () =>
      [
        await preflight(await inventoryFile(HOSTS, { ha_vip: VIP, ha_vrid: 88, ha_vrrp: 'multicast' })),
        await preflight(await inventoryFile(HOSTS, { ha_vip: VIP, ha_vrid: 89, ha_vrrp: 'multicast' })),
        await preflight(await inventoryFile(HOSTS, { ha_vip: VIP, ha_vrid: 88 })),
      ] as const,
  )
  const said = '10.88.0.61 says VRRP 3 with VRID 88, priority 120, to everybody on the network'
  expect(found(same, 'vrid')).toEqual([`fail m1, m2 and d1: ${said}`])
  expect(found(other, 'vrid')).toEqual([
    'ok the network: other virtual routers: VRID 88 by 10.88.0.61 (priority 120)',
  ])
  expect(found(unicast, 'vrid')).toEqual([`warn m1, m2 and d1: ${said}`])
})

const STRANGER = `global_defs {
  vrrp_version 3
}
vrrp_instance stranger {
  state MASTER
  interface eth0
  virtual_router_id 88
  priority 120
  advert_int 1
  virtual_ipaddress {
    10.88.0.119/24
  }
}
`

describe('a clock, a name, a file system', async () => {
  const library = await readFile('/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1').catch(() => undefined)

  it.skipIf(library === undefined)('is warned about where the clock is off', async () => {
    await lab.exec('d1', ['sh', '-c', 'cat > /usr/local/lib/libfaketime.so.1'], { input: library ?? '' })
    await lab.sh(
      'd1',
      'printf "LD_PRELOAD=/usr/local/lib/libfaketime.so.1\\nFAKETIME=+65s\\nFAKETIME_DISABLE_SHM=1\\n" > /etc/environment',
    )
    const inventory = await inventoryFile(HOSTS, { ha_vip: VIP })
    const report = await during(
      () => lab.sh('d1', ': > /etc/environment'),
      () => preflight(inventory),
    )
    expect(found(report, 'clocks')).toEqual([
      expect.stringMatching(/^warn d1: its clock is 6[45]\.\d s ahead of the controller’s$/),
    ])
    expect(report.code).toBe(0)
  })

  it('is warned about where a name does not resolve, and refused where there is no room', async () => {
    const inventory = await inventoryFile(HOSTS, { ha_vip: VIP })
    await lab.sh('m1', 'hostname lonely')
    await lab.sh('m2', 'mount -t tmpfs -o size=50m small /var && ln -s /run /var/run')
    const report = await during(
      async () => {
        await lab.sh('m1', 'hostname m1')
        await lab.sh('m2', 'umount -l /var')
      },
      () => preflight(inventory),
    )
    expect(found(report, 'names')).toEqual(['warn m1: its own name lonely does not resolve'])
    expect(found(report, 'disk')).toEqual([
      'fail m2: 50 MiB are free in /var; haproxy and keepalived and their configurations need 100 MiB',
    ])
  })
})

describe('an endpoint that is there', () => {
  it('is not listened to before a small change, and a run without a change does not look at all', async () => {
    const inventory = await inventoryFile(HOSTS, { ha_vip: VIP })
    const first = await hakube(['apply', '-i', inventory, '-v'])
    expect(first.code, first.stdout + first.stderr).toBe(0)
    expect(first.stderr).toMatch(/preflight: looked at 3 hosts in \d+\.\d s$/m)
    await waitFor('one holder', async () => (await lab.holders(VIP, HOSTS)).length === 1)
    const none = await hakube(['apply', '-i', inventory, '-o', 'json'])
    expect(none.code).toBe(0)
    for (const host of HOSTS) expect(recapOf(none, host).trips).toBe(2)
    expect(none.stdout + none.stderr).not.toContain('preflight:')
    const changed = await hakube([
      'apply',
      '-i',
      await inventoryFile(HOSTS, { ha_vip: VIP, ha_stats: 'yes' }),
      '-v',
    ])
    expect(changed.code, changed.stdout + changed.stderr).toBe(0)
    expect(changed.stderr).toMatch(
      /nobody had to listen to the network: keepalived runs on m1, m2 and d1, and (?:m1|m2|d1) holds 10\.88\.0\.100/,
    )
    // On demand all of it is looked at, while keepalived runs.
    const report = await preflight(inventory)
    expect(report.code, report.stdout).toBe(0)
    expect(found(report, 'vip').join()).toMatch(/^ok 10\.88\.0\.100: (?:m1|m2|d1) holds it$/)
    expect(found(report, 'vrid').join()).toMatch(/^ok the network: no other virtual router/)
    expect(found(report, 'ports').join()).toMatch(
      /^ok m1, m2 and d1: 8443 and 8404 are free, or haproxy’s already$/,
    )
    // A change of how the nodes talk is not proven by what runs.
    const multicast = await hakube([
      'check',
      '-v',
      '-o',
      'json',
      '-i',
      await inventoryFile(HOSTS, { ha_vip: VIP, ha_vrrp: 'multicast' }),
    ])
    expect(multicast.code, multicast.stdout + multicast.stderr).toBe(3)
    expect(tasksWith(multicast, 'would-change').length).toBeGreaterThan(0)
    expect(multicast.stdout).toContain('preflight: looked at 3 hosts')
    expect(multicast.stdout).not.toContain('nobody had to listen')
  })

  it('has its ports also where haproxy runs on without its configuration, and nobody may see what it has open', async () => {
    await lab.sh('m2', 'rm /etc/haproxy/haproxy.cfg')
    const mended = await hakube(['apply', '-i', await inventoryFile(HOSTS, { ha_vip: VIP }), '-o', 'json'])
    expect(mended.code, mended.stdout + mended.stderr).toBe(0)
    expect(tasksWith(mended, 'changed')).toContain('m2: Configure haproxy')
  })
})
