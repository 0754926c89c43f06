import { describe, expect, it } from 'vitest'
import { factsQuestion, parseFacts } from '../../src/facts/index.ts'
import { toJson } from '../../src/value.ts'
import { lab } from '../lab/lab.ts'
import { folder, hakube, inventoryFile } from './support/hakube.ts'

const HOSTS = [
  {
    host: 'm1',
    os: { distribution: 'Rocky', os_family: 'RedHat', pkg_mgr: 'dnf', service_mgr: 'systemd' },
    python: '/usr/libexec/platform-python',
  },
  { host: 'd1', os: { distribution: 'Debian', os_family: 'Debian', pkg_mgr: 'apt', service_mgr: 'systemd' } },
  { host: 'b1', os: { distribution: 'Buildroot', os_family: 'Buildroot', pkg_mgr: 'unknown' } },
]

/** Everything but what another moment changes. */
function steady(facts: object): object {
  const moving = ['date_time', 'uptime_seconds', 'loadavg', 'memfree_mb', 'memory_mb', 'mounts', 'env']
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !moving.includes(name)))
}

/** The answer of the facts question on a host, asked by this command of the shell. */
async function ask(host: string, command: readonly string[]): Promise<object> {
  const input = `( ${factsQuestion().script.text}\n) </dev/null\n`
  const { code, stdout, stderr } = await lab.exec(host, command, { input })
  expect(stderr).toBe('')
  const facts = toJson(parseFacts({ code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }))
  if (typeof facts !== 'object' || facts === null) throw new Error('no facts')
  return facts
}

describe.each(HOSTS)('$host', ({ host, os, python }) => {
  it('tells its facts', async () => {
    const { address, ipv6 } = lab.host(host)
    const facts = await ask(host, ['/bin/sh'])
    expect(facts).toMatchObject({
      ...os,
      nodename: host,
      fqdn: `${host}.lab.test`,
      default_ipv4: {
        address,
        interface: 'eth0',
        alias: 'eth0',
        gateway: '10.88.0.1',
        prefix: '24',
        netmask: '255.255.255.0',
        network: '10.88.0.0',
      },
      default_ipv6: { address: ipv6, interface: 'eth0', gateway: 'fd88::1', prefix: '64', scope: 'global' },
      eth0: { ipv4: { address }, type: 'ether', active: true },
      selinux: { status: 'disabled' },
      user_id: 'root',
      user_uid: 0,
      virtualization_type: 'docker',
    })
    if (python === undefined) {
      expect(facts).not.toHaveProperty('python')
      expect(facts).not.toHaveProperty('python_version')
    } else expect(facts).toMatchObject({ python: { executable: python, version: { major: 3 } } })
  })

  it('tells the same where nothing can be written', async () => {
    const plain = await ask(host, ['/bin/sh'])
    // By mount and not by file system, which daemons keep busy.
    const freeze = '/ /run /tmp'.split(' ').map((path) => `mount -o remount,bind,ro ${path}`)
    const readOnly = [...freeze, '! touch /tmp/x 2>/dev/null', 'exec /bin/sh'].join(' && ')
    const guarded = await ask(host, ['unshare', '-m', '/bin/sh', '-c', readOnly])
    expect(steady(guarded)).toEqual(steady(plain))
  })

  it('leaves no file behind', async () => {
    const script = [
      'touch /tmp/before; sleep 1; sh >/dev/null && echo asked',
      'for top in / /tmp /run; do',
      'find $top -xdev -newer /tmp/before -type f ! -path "/var/log/*" ! -path "/run/systemd/*"',
      'done',
    ].join('\n')
    const input = `( ${factsQuestion().script.text}\n) </dev/null\n`
    const { stdout } = await lab.exec(host, ['sh', '-c', script], { input })
    expect(stdout).toBe('asked\n')
  })
})

describe('hakube facts', () => {
  it('prints a table for people', async () => {
    const inventory = await inventoryFile({ control_plane: ['m1', 'd1', 'b1', 'u1'] })
    const { code, stdout, stderr } = await hakube(['facts', '-i', inventory])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^host +system +interface +address +gateway +packages/)
    expect(stdout).toMatch(/^m1 +Rocky 9\.\d +eth0 +10\.88\.0\.11\/24 +10\.88\.0\.1 +dnf +systemd +disabled/m)
    expect(stdout).toMatch(/^d1 +Debian 12\.\d+ +eth0 +10\.88\.0\.21\/24 .* apt /m)
    expect(stdout).toMatch(/^b1 +Buildroot /m)
    expect(stdout).toMatch(/^u1 +Rocky /m)
    expect(stdout).toMatch(/\n4 hosts\n$/)
  })

  it('prints all facts as JSON by host', async () => {
    const inventory = await inventoryFile({ control_plane: ['m1', 'd1'] })
    const { code, stdout, stderr } = await hakube(['facts', '-i', inventory, '--json'])
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      m1: { default_ipv4: { address: '10.88.0.11' }, os_family: 'RedHat' },
      d1: { default_ipv4: { address: '10.88.0.21' }, os_family: 'Debian' },
    })
  })

  it('asks the other hosts where one is unreachable', async () => {
    const hosts = lab.inventory(['m1'])
    const root = await folder({ 'inventory.ini': `${hosts}\nghost ansible_host=127.0.0.1 ansible_port=9\n` })
    const { code, stdout, stderr } = await hakube(['facts', '-i', `${root}/inventory.ini`])
    expect(code).toBe(4)
    expect(stdout).toMatch(/^m1 +Rocky/m)
    expect(stderr).toContain('unreachable: ghost: ')
  })
})
