import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { answersThrough, waitFor } from './support/client.ts'
import { folder, hakube, inventoryFile, type Ran, recapOf, tasksWith } from './support/hakube.ts'

/** The pair runs firewalld, as EL comes with it: everything but ssh is closed. */
const LBS = ['lb1', 'lb2'] as const
const MASTERS = ['m1', 'm2', 'm3'] as const
const VIP = '10.88.0.114'

const run = async (command: string, vars: Record<string, string> = {}): Promise<Ran> =>
  hakube([
    command,
    '-i',
    await inventoryFile({ control_plane: MASTERS, loadbalancers: LBS }, { ha_vip: VIP, ...vars }),
    '-o',
    'json',
  ])

async function applied(vars: Record<string, string> = {}): Promise<Ran> {
  const ran = await run('apply', vars)
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
  return ran
}

/** The ports that the policy has on a host, in the running firewalld and in its file. */
async function ports(host: string): Promise<[string, string]> {
  const running = await lab.sh(host, 'firewall-cmd --policy=hakube --list-ports')
  // firewall-cmd --permanent would say what firewalld has read; it looks for new files every few seconds.
  const file = await lab.sh(host, 'cat /etc/firewalld/policies/hakube.xml')
  const kept = file.match(/(?<=^ {2}<port port=")\d+/gm) ?? []
  return [running.trim(), kept.map((port) => `${port}/tcp`).join(' ')]
}

async function reaches(address: string, port: number): Promise<boolean> {
  const { code } = await lab.exec('client', ['nc', '-z', '-w', '2', address, String(port)])
  return code === 0
}

const oneHolder = () => waitFor('one holder', async () => (await lab.holders(VIP, LBS)).length === 1, 20)

beforeAll(() => lab.reset([...LBS, ...MASTERS]))
afterAll(() => lab.reset(LBS))

describe('behind firewalld', () => {
  it('check says what the first run opens, and it does', async () => {
    const check = await run('check')
    expect(check.code).toBe(3)
    const first = await applied()
    expect(tasksWith(check, 'unknown')).toEqual([])
    expect(tasksWith(first, 'changed')).toEqual(tasksWith(check, 'would-change'))
    expect(tasksWith(first, 'changed')).toContain('lb1: Open what the endpoint needs')
    for (const host of LBS) expect(await ports(host)).toEqual(['6443/tcp', '6443/tcp'])
  })

  it('clients reach the API, and the nodes hear each other: one of them has the address', async () => {
    await waitFor('the API through the VIP', () => answersThrough(VIP, 6443))
    for (let look = 0; look < 8; look++) {
      expect(await lab.holders(VIP, LBS)).toHaveLength(1)
      await sleep(500)
    }
  })

  it('a second run changes nothing, in two messages a host', async () => {
    const again = await applied()
    expect(tasksWith(again, 'changed')).toEqual([])
    for (const host of [...LBS, 'm1']) expect(recapOf(again, host).trips).toBe(2)
  })

  it('what nobody asked for stays closed', async () => {
    const server = '/usr/libexec/platform-python -m http.server 9000 >/dev/null 2>&1'
    await lab.sh('lb1', `systemd-run -q --unit=page /bin/sh -c '${server}'`)
    await waitFor(
      'the listener',
      async () => (await lab.exec('lb1', ['sh', '-c', 'exec 3<>/dev/tcp/127.0.0.1/9000'])).code === 0,
    )
    expect(await reaches(lab.host('lb1').address, 9000)).toBe(false)
    expect(await reaches(lab.host('lb1').address, 22)).toBe(true)
    await lab.sh('lb1', 'systemctl stop page')
  })

  it('verify sees a port that somebody has closed, and apply opens it again', async () => {
    const [holder = ''] = await lab.holders(VIP, LBS)
    await lab.sh(holder, 'firewall-cmd --policy=hakube --remove-port=6443/tcp')
    const verify = await run('verify')
    expect(verify.code).toBe(5)
    expect(verify.stdout).toContain('open 6443/tcp in the running firewalld')
    expect(tasksWith(await applied(), 'changed')).toEqual([`${holder}: Open what the endpoint needs`])
    expect(await answersThrough(VIP, 6443)).toBe(true)
  })

  it('another port and a statistics page: both are opened, and the old port is closed', async () => {
    const ran = await applied({ ha_port: '7443', ha_stats: 'yes' })
    expect(tasksWith(ran, 'changed')).toContain('lb1: Close what the endpoint does not need any more')
    for (const host of LBS) expect(await ports(host)).toEqual(['7443/tcp 9000/tcp', '7443/tcp 9000/tcp'])
    await waitFor('the API on its new port', () => answersThrough(VIP, 7443))
    expect(await reaches(VIP, 9000)).toBe(true)
    await oneHolder()
  })
})

// The rest takes minutes: `npm run test:all` has it.
describe.runIf(process.env['HAKUBE_TEST_ALL'])('behind firewalld, when things go wrong', () => {
  const vars = { ha_port: '7443', ha_stats: 'yes' }

  // With unicast a node that sends has opened its own firewall for the answer: the two would take turns.
  it('without its rules both nodes take the address', async () => {
    const multicast = { ...vars, ha_vrrp: 'multicast' }
    await applied(multicast)
    await oneHolder()
    for (const [host, peer] of [
      ['lb1', 'lb2'],
      ['lb2', 'lb1'],
    ] as const) {
      const rule = `rule family="ipv4" source address="${lab.host(peer).address}" protocol value="vrrp" accept`
      await lab.sh(host, `firewall-cmd --policy=hakube --remove-rich-rule='${rule}'`)
    }
    await waitFor('two holders', async () => (await lab.holders(VIP, LBS)).length === 2)
    await applied(multicast)
    await oneHolder()
    await applied(vars)
    await oneHolder()
  })

  it('a change that is taken back leaves the old port open', async () => {
    const victim = 'lb1'
    const dropIn = '/etc/systemd/system/haproxy.service.d/zz-broken.conf'
    await lab.sh(
      victim,
      `printf '[Service]\nExecReload=\nExecReload=/bin/systemctl --no-block kill -s KILL haproxy.service\nRestart=no\n' >${dropIn} && systemctl daemon-reload`,
    )
    const ran = await run('apply', { ...vars, ha_port: '8443' })
    expect(ran.code).toBe(2)
    for (const host of LBS) expect((await ports(host))[0]).toContain('7443/tcp')
    await waitFor('the API on its old port', () => answersThrough(VIP, 7443))
    await lab.sh(victim, `rm ${dropIn}; systemctl daemon-reload`)
    await applied(vars)
    for (const host of LBS) expect(await ports(host)).toEqual(['7443/tcp 9000/tcp', '7443/tcp 9000/tcp'])
  })

  it('opens nothing twice where firewalld has been restarted or reloaded', async () => {
    await lab.sh('lb1', 'firewall-cmd --reload')
    await lab.sh('lb2', 'systemctl restart firewalld')
    expect(tasksWith(await applied(vars), 'changed')).toEqual([])
    expect(await answersThrough(VIP, 7443)).toBe(true)
  })

  it('writes the file where firewalld only starts at the next boot', async () => {
    await lab.sh('lb1', 'systemctl stop firewalld')
    const ran = await applied({ ...vars, ha_stats: 'no' })
    expect(tasksWith(ran, 'changed')).toContain('lb1: Close what the endpoint does not need any more')
    await lab.sh('lb1', 'systemctl start firewalld')
    expect(await ports('lb1')).toEqual(['7443/tcp', '7443/tcp'])
    expect(tasksWith(await applied({ ...vars, ha_stats: 'no' }), 'changed')).toEqual([])
  })

  it('leaves it alone and says so', async () => {
    const ran = await applied({ ...vars, ha_port: '9443', ha_stats: 'no', ha_firewall: 'no' })
    expect(ran.stdout).toContain('firewalld is left alone (ha_firewall: no); it has to let in 9443/tcp')
    expect(await ports('lb1')).toEqual(['7443/tcp', '7443/tcp'])
    expect(await answersThrough(VIP, 9443)).toBe(false)
    await applied({ ...vars, ha_stats: 'no' })
  })

  it('is taken away again, and comes back, without a reload', async () => {
    const inventory = await inventoryFile({ lb: LBS })
    const play = '- hosts: lb\n  tasks:\n    - ha_firewall: { state: absent }\n'
    const playbook = join(await folder({ 'play.yml': play }), 'play.yml')
    const ran = await hakube(['apply', playbook, '-i', inventory, '-o', 'json'])
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect((await lab.exec('lb1', ['ls', '/etc/firewalld/policies/hakube.xml'])).code).not.toBe(0)
    expect(await lab.sh('lb1', 'firewall-cmd --policy=hakube --list-ports')).toBe('\n')
    await lab.sh('lb1', 'firewall-cmd --add-port=1234/tcp')
    await applied({ ...vars, ha_stats: 'no' })
    expect(await ports('lb1')).toEqual(['7443/tcp', '7443/tcp'])
    expect((await lab.sh('lb1', 'firewall-cmd --list-ports')).trim()).toBe('1234/tcp')
  })

  it('refuses to lose rules that are not permanent, before the endpoint is touched', async () => {
    await lab.reset(LBS)
    await lab.sh('lb2', 'firewall-cmd --add-port=1234/tcp')
    const ran = await run('apply')
    expect(ran.code).toBe(2)
    expect(ran.stdout).toContain('the reload would drop: public: ports 1234/tcp')
    // The other node may have opened its own by then, and that is all.
    const changed = tasksWith(ran, 'changed').filter((task) => !/Install|Open/.test(task))
    expect(changed).toEqual([])
    expect((await lab.sh('lb2', 'firewall-cmd --list-ports')).trim()).toBe('1234/tcp')
  })
})
