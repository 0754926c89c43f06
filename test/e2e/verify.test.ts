import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { lab } from '../lab/lab.ts'
import { answersThrough, waitFor } from './support/client.ts'
import { folder, hakube, inventoryFile, start, type Ran } from './support/hakube.ts'

const HOSTS = ['d1', 'd2', 'd3'] as const
const VIP = '10.88.0.101'

interface Finding {
  check: string
  level: 'ok' | 'warn' | 'unknown' | 'fail'
  where: string
  what: string
  todo?: string
  diff?: { before?: string; after?: string }[]
}

interface Report extends Ran {
  findings: Finding[]
  healthy: boolean
}

let inventory: string

async function verify(...args: string[]): Promise<Report> {
  const ran = await hakube(['verify', '-i', inventory, '-o', 'json', ...args])
  if (!ran.stdout.startsWith('{')) throw new Error(`no report:\n${ran.stdout}\n${ran.stderr}`)
  const { healthy, endpoints }: { healthy: boolean; endpoints: { findings: Finding[] }[] } = JSON.parse(
    ran.stdout,
  )
  return { ...ran, healthy, findings: endpoints.flatMap(({ findings }) => findings) }
}

/** The findings of one check that are not ok, as `level where: what`. */
function bad({ findings }: Report, check: string): string[] {
  return findings
    .filter((one) => one.check === check && one.level !== 'ok')
    .map(({ level, where, what }) => `${level} ${where}: ${what}`)
}

async function holder(): Promise<string> {
  let found: string[] = []
  await waitFor('one holder', async () => (found = await lab.holders(VIP, HOSTS)).length === 1)
  return found[0] ?? ''
}

async function others(): Promise<[string, string]> {
  const own = await holder()
  const [first = '', second = ''] = HOSTS.filter((host) => host !== own)
  return [first, second]
}

/** Undoes what a test did, whatever became of it. */
async function during<T>(undo: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await undo()
  }
}

beforeAll(async () => {
  await lab.reset(HOSTS)
  inventory = await inventoryFile(HOSTS, { ha_vip: VIP })
  const applied = await hakube(['apply', '-i', inventory])
  expect(applied.code, applied.stdout + applied.stderr).toBe(0)
  await waitFor('the API through the VIP', () => answersThrough(VIP, 8443))
  await holder()
})
afterAll(() => lab.reset(HOSTS))

describe('an endpoint in good health', () => {
  it('is found well, by every check that concerns it', async () => {
    const report = await verify()
    expect(report.findings.filter(({ level }) => level !== 'ok')).toEqual([])
    expect(report).toMatchObject({ code: 0, healthy: true, stderr: '' })
    const checks = new Set(report.findings.map(({ check }) => check))
    // ha_bind=wildcard needs no kernel parameter.
    expect([...checks].sort()).toEqual(
      [
        'agreement',
        'api-servers',
        'backends',
        'certificates',
        'check-script',
        'clocks',
        'drift',
        'node-loss',
        'one-holder',
        'reachable',
        'right-holder',
        'same-cluster',
        'units',
        'versions',
        'vip-answers',
      ].sort(),
    )
  })

  it('is a table for people, and JUnit XML for their pipelines', async () => {
    const place = await folder({})
    const ran = await hakube(['verify', '-i', inventory, '--junit', 'out.xml'], { cwd: place })
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(ran.stdout).toMatch(/^ok +one holder +10\.88\.0\.101 +d\d holds it$/m)
    expect(ran.stdout).toMatch(/is highly available now: \d+ ok$/m)
    expect(await readFile(join(place, 'out.xml'), 'utf8')).toMatch(/failures="0" errors="0" skipped="0"/)
  })

  it('is left as it is', async () => {
    await lab.sh('d1', 'touch /root/marker')
    await sleep(1100)
    await verify()
    // A log-in itself is recorded by the host's own means.
    const changed = await lab.sh(
      'd1',
      'find / -xdev -type f -newer /root/marker ! -path "/var/log/*" ! -path "/proc/*"',
    )
    expect(changed).toBe('')
  })

  it('is found well by a user who becomes root by sudo', async () => {
    const text = lab.inventory(HOSTS, { ha_vip: VIP }).replaceAll('ansible_user=root', 'ansible_user=auto')
    const file = join(await folder({ 'auto.ini': text }), 'auto.ini')
    const ran = await hakube(['verify', '-i', file])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  })
})

describe('who holds the address', () => {
  it('fails with two holders', async () => {
    const [second] = await others()
    const own = await holder()
    await lab.sh(second, `ip addr add ${VIP}/24 dev eth0`)
    const report = await during(() => lab.sh(second, `ip addr del ${VIP}/24 dev eth0`), verify)
    expect(report.code).toBe(5)
    const both = [own, second].sort().join(' and ')
    expect(bad(report, 'one-holder')[0]).toBe(`fail ${VIP}: ${both} hold it at the same time`)
  })

  it('fails where a stranger in the network answers for it', async () => {
    await lab.sh(
      'client',
      `ip addr add ${VIP}/32 dev eth0 && arping -q -U -c 3 -i eth0 ${VIP} 2>/dev/null || arping -q -U -c 3 -I eth0 ${VIP}`,
    )
    const report = await during(() => lab.sh('client', `ip addr del ${VIP}/32 dev eth0`), verify)
    await lab.sh(await holder(), 'systemctl reload keepalived')
    for (const host of HOSTS) await lab.sh(host, `ip neigh flush to ${VIP}`)
    await waitFor('the API through the VIP', () => answersThrough(VIP, 8443))
    expect(report.code).toBe(5)
    expect(bad(report, 'one-holder').join()).toMatch(/sees it at [\da-f:]{17}, no node of the endpoint/)
  })

  it('explains by nopreempt why it is not the first node', async () => {
    const own = await holder()
    await lab.sh(own, 'systemctl stop keepalived')
    await waitFor(
      'another holder',
      async () =>
        (
          await lab.holders(
            VIP,
            HOSTS.filter((host) => host !== own),
          )
        ).length === 1,
    )
    await lab.sh(own, 'systemctl start keepalived')
    await sleep(3000)
    const report = await verify()
    const [finding] = report.findings.filter(({ check }) => check === 'right-holder')
    expect(report.code, JSON.stringify(report.findings)).toBe(0)
    expect(finding?.what).toMatch(own === 'd1' ? /nopreempt/ : /./)
  })
})

describe('the API servers', () => {
  it.each([
    ['otherca', 'same-cluster', /^fail d3: its certificate is signed by another authority \(CN=other-ca\)/],
    ['401', 'api-servers', /^fail d3: 10\.88\.0\.23:6443 answers 401 \(Unauthorized\)/],
    ['hang', 'api-servers', /^fail d3: 10\.88\.0\.23:6443 accepts the connection and says nothing/],
    ['notready', 'api-servers', /^fail d3: 10\.88\.0\.23:6443 answers 500/],
  ] as const)('fail when one of them is %s', async (mode, check, words) => {
    await lab.apiMode('d3', mode)
    const report = await during(() => lab.apiMode('d3', 'ok'), verify)
    expect(report.code).toBe(5)
    expect(bad(report, check).join('\n')).toMatch(words)
  })

  it('fail when a worker was taken for one of them', async () => {
    await lab.stopApi('d2')
    await lab.sh('d2', 'mkdir -p /var/lib/kubelet')
    const undo = async () => {
      await lab.sh('d2', 'rmdir /var/lib/kubelet')
      await lab.startApi('d2')
    }
    const report = await during(undo, verify)
    expect(report.code).toBe(5)
    expect(bad(report, 'api-servers').join()).toMatch(/^fail d2: .*nothing listens there$/)
    expect(
      report.findings.find(({ where, check }) => check === 'api-servers' && where === 'd2')?.todo,
    ).toMatch(/looks like a worker/)
  })

  it('are not taken for well where the host may not connect for us', async () => {
    const file = '/etc/ssh/sshd_config.d/00-test.conf'
    await lab.sh('d2', `echo 'AllowTcpForwarding no' > ${file} && systemctl reload ssh`)
    const report = await during(() => lab.sh('d2', `rm ${file} && systemctl reload ssh`), verify)
    expect(report.findings.filter(({ level }) => level === 'fail')).toEqual([])
    expect(bad(report, 'api-servers').join()).toMatch(
      /^unknown d1, d2 and d3: .*was not asked: .* from d2$|^unknown d1: .* was not asked/,
    )
    const unasked = report.findings.find(({ check, level }) => check === 'api-servers' && level === 'unknown')
    expect(unasked?.todo).toMatch(/AllowTcpForwarding|verify again|connection/)
  })

  it('fail when their certificates are not valid for the address', async () => {
    // The stand-ins' certificate ends at 10.88.0.120.
    const other = await inventoryFile(HOSTS, { ha_vip: '10.88.0.125' })
    const ran = await hakube(['verify', '-i', other, '-o', 'json'])
    expect(ran.code).toBe(5)
    expect(ran.stdout).toMatch(/its certificate is not valid for 10\.88\.0\.125, only for/)
  })
})

describe('the nodes', () => {
  it('fail when a configuration was changed by hand, and show how', async () => {
    const file = '/etc/keepalived/keepalived.conf'
    const was = await lab.sh('d3', `cat ${file}`)
    await lab.sh('d3', `sed -i 's/priority 180/priority 190/' ${file}`)
    const report = await during(() => lab.exec('d3', ['tee', file], { input: was }), verify)
    expect(report.code).toBe(5)
    expect(bad(report, 'drift')).toEqual([`fail d3: Configure keepalived: change ${file}`])
    const [diff] =
      report.findings.find(({ check, level }) => check === 'drift' && level === 'fail')?.diff ?? []
    expect(diff?.before).toContain('priority 190')
    expect(diff?.after).toContain('priority 180')
    expect(bad(report, 'agreement').join('\n')).toMatch(
      /d3: priority 190 instead of 180\n.*d2, d3: both have priority 190/,
    )
  })

  it('fail when haproxy sends clients to a host that is none of the control plane', async () => {
    const file = '/etc/haproxy/haproxy.cfg'
    const was = await lab.sh('d1', `cat ${file}`)
    await lab.sh('d1', `sed -i 's/server d3 10.88.0.23:6443/server d3 10.88.0.90:6443/' ${file}`)
    const report = await during(() => lab.exec('d1', ['tee', file], { input: was }), verify)
    expect(report.code).toBe(5)
    expect(bad(report, 'backends').join('\n')).toMatch(
      /d1: haproxy there sends clients to 10\.88\.0\.90:6443: no host of the inventory; it refuses the connection/,
    )
  })

  it('fail when haproxy does not run: services, check, and what a loss would mean', async () => {
    const [first, second] = await others()
    for (const host of [first, second]) await lab.sh(host, 'systemctl stop haproxy')
    const undo = async () => {
      for (const host of [first, second]) await lab.sh(host, 'systemctl start haproxy')
      await sleep(4000)
    }
    const own = await holder()
    const report = await during(undo, verify)
    expect(report.code).toBe(5)
    const both = [first, second].sort().join(' and ')
    expect(bad(report, 'units')).toEqual([`fail ${both}: haproxy is inactive`])
    expect(bad(report, 'check-script')).toEqual([
      `fail ${both}: it fails with 1: nothing listens on port 8404`,
    ])
    expect(bad(report, 'node-loss').join()).toMatch(new RegExp(`^fail ${own}: nobody else can hold`))
  })

  it('fail when a kernel parameter is not as the set-up needs it', async () => {
    const bound = await inventoryFile(HOSTS, { ha_vip: VIP, ha_bind: 'vip' })
    const ran = await hakube(['verify', '-i', bound, '-o', 'json'])
    expect(ran.code).toBe(5)
    expect(ran.stdout).toContain('net.ipv4.ip_nonlocal_bind is 0 instead of 1')
  })

  it('are unknown, and nothing worse, when one cannot be reached', async () => {
    const [gone] = await others()
    const text = lab.inventory(HOSTS, { ha_vip: VIP })
    const port = /ansible_port=\d+/
    const changed = text
      .split('\n')
      .map((line) => (line.startsWith(`${gone} `) ? line.replace(port, 'ansible_port=9') : line))
    const file = join(await folder({ 'gone.ini': changed.join('\n') }), 'gone.ini')
    const ran = await hakube(['verify', '-i', file])
    expect(ran.code, ran.stdout + ran.stderr).toBe(4)
    expect(ran.stdout).toMatch(new RegExp(`^not seen +nodes +${gone} +.*refused`, 'm'))
  })

  it('are not taken for well when they are left out', async () => {
    const report = await verify('--limit', 'd1,d2')
    expect(report.code).toBe(4)
    expect(bad(report, 'reachable')).toEqual(['unknown d3: it was not asked: --limit leaves it out'])
  })

  it('are warned about when they run different versions', async () => {
    const [host] = await others()
    await lab.sh(host, 'lab-updates on && apt-get -q -y install haproxy >/dev/null')
    const report = await verify()
    expect(bad(report, 'versions').join()).toMatch(/^warn .*: haproxy .* on /)
  })
})

describe('a clock', async () => {
  const library = await fakeTime()

  it.skipIf(library === undefined)('that is off by a minute fails', async () => {
    await lab.exec('d2', ['sh', '-c', 'cat > /usr/local/lib/libfaketime.so.1'], { input: library ?? '' })
    await lab.sh(
      'd2',
      'printf "LD_PRELOAD=/usr/local/lib/libfaketime.so.1\\nFAKETIME=+65s\\nFAKETIME_DISABLE_SHM=1\\n" > /etc/environment',
    )
    const report = await during(() => lab.sh('d2', ': > /etc/environment'), verify)
    expect(report.code).toBe(5)
    expect(bad(report, 'clocks')).toEqual([
      expect.stringMatching(/^fail d2: its clock is 6[45]\.\d s ahead of the controller’s$/),
    ])
  })
})

/** libfaketime, where this machine has it: containers have no clocks of their own. */
async function fakeTime(): Promise<Buffer | undefined> {
  return readFile('/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1').catch(() => undefined)
}

describe('status', () => {
  it('shows the endpoint at a glance', async () => {
    const own = await holder()
    const ran = await hakube(['status', '-i', inventory])
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.stdout).toMatch(new RegExp(`^${VIP}:8443 → ${own}\n`))
    expect(ran.stdout).toMatch(new RegExp(`^${own}    MASTER  active      active   ok$`, 'm'))
    expect(ran.stdout.match(/BACKUP/g)).toHaveLength(2)
  })

  it('follows a failover, and a node that goes and comes back', async () => {
    const own = await holder()
    const place = await folder({})
    const watching = start(['status', '--watch', '-i', inventory, '-o', 'plain'], place)
    let said = ''
    watching.child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await waitFor('the first picture', () => Promise.resolve(said.includes(`→ ${own}`)))
    await lab.kill(own)
    const next = () => /→ (d\d)\n(?![^]*→ )/.exec(said)?.[1]
    await waitFor('another holder', () => Promise.resolve(![own, undefined].includes(next())))
    await lab.start(own)
    const back = new RegExp(`^${own} +(?:BACKUP|MASTER) +active +active +ok$(?![^]*^${own} )`, 'm')
    await waitFor('the node is back', () => Promise.resolve(back.test(said)), 60)
    watching.child.kill('SIGINT')
    expect((await watching.ended).code).toBe(0)
  })
})

describe('export kubeconfig', () => {
  const KEY = 'TEFCLVNUQU5ELUlOLUtFWQ=='

  it('fetches admin.conf by sudo, and puts it with the virtual address beside what is there', async () => {
    const ca = (await readFile(lab.paths.ca)).toString('base64')
    const admin = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'kubernetes-admin@kubernetes',
      clusters: [
        {
          name: 'kubernetes',
          cluster: { 'certificate-authority-data': ca, server: 'https://127.0.0.1:6443' },
        },
      ],
      contexts: [
        { name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } },
      ],
      users: [{ name: 'kubernetes-admin', user: { 'client-key-data': KEY } }],
    }
    const script = 'mkdir -p /etc/kubernetes && umask 077 && cat > /etc/kubernetes/admin.conf'
    // The first node has none, as long as kubeadm has not joined it.
    await lab.exec('d2', ['sh', '-c', script], { input: JSON.stringify(admin) })
    const text = lab.inventory(HOSTS, { ha_vip: VIP }).replaceAll('ansible_user=root', 'ansible_user=auto')
    const place = await folder({ 'auto.ini': text })
    const file = join(place, 'config')
    await writeFile(
      file,
      'apiVersion: v1\nkind: Config\ncurrent-context: home\nclusters: []\nusers: []\ncontexts: []\n',
      {
        mode: 0o644,
      },
    )
    const args = ['export', 'kubeconfig', '-i', join(place, 'auto.ini'), '--file', file]
    const ran = await hakube(args, { cwd: place })
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.stdout + ran.stderr).not.toContain(KEY)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const written = parse(await readFile(file, 'utf8'))
    expect(written).toMatchObject({
      'current-context': 'home',
      clusters: [{ name: 'kubernetes', cluster: { server: `https://${VIP}:8443` } }],
      users: [{ user: { 'client-key-data': KEY } }],
    })
    // Through the address, and with the CA of the file, a client gets an answer that it trusts.
    const pem = Buffer.from(written.clusters[0].cluster['certificate-authority-data'], 'base64')
    await lab.exec('client', ['sh', '-c', 'cat > /tmp/ca.crt'], { input: pem })
    await lab.sh(
      'client',
      `curl -fsS --cacert /tmp/ca.crt -m 5 ${written.clusters[0].cluster.server}/version`,
    )

    const clash = await hakube([...args, '--name', 'api.lab.test'], { cwd: place })
    expect(clash.code).toBe(1)
    expect(clash.stderr).toMatch(/--context-name/)
    const named = await hakube([...args, '--name', 'api.lab.test', '--context-name', 'lab'], { cwd: place })
    expect(named.code, named.stderr).toBe(0)
    expect(parse(await readFile(file, 'utf8')).contexts).toHaveLength(2)
  })
})
