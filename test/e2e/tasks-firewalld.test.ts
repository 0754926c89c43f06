import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import firewalld from '../../src/tasks/firewalld.ts'
import { lab } from '../lab/lab.ts'
import { containerOf } from '../lab/members.ts'
import { container, runTask } from '../tasks/harness.ts'
import { folder, hakube, tasksWith } from './support/hakube.ts'

/** Runs firewalld. The generated task lists (prediction.test.ts) leave it out: what it tells is told here. */
const HOST = 'lb1'
const on = container(containerOf(HOST))
const RULE =
  'rule priority=3 family=ipv4 source not address=10.0.0.1 service name=http log prefix=x limit value=1/m accept'

/** Done, found as it is to be, and taken away again. */
async function thereAndBack(args: Record<string, unknown>): Promise<void> {
  const both = { permanent: true, immediate: true, ...args }
  for (const state of ['enabled', 'disabled']) {
    const { plan, failure, again, mispredicted } = await runTask(firewalld, { ...both, state }, on)
    expect(failure).toBeUndefined()
    expect(plan.status).toBe('change')
    expect(again).toMatchObject({ status: 'ok', reason: expect.any(String) })
    expect(mispredicted?.filter((text) => !text.startsWith('{"kind":"script"'))).toEqual([])
  }
}

beforeAll(() => lab.reset([HOST]))
afterAll(() => lab.reset([HOST]))

describe('in a zone of a real firewalld', () => {
  it.each([[{ service: 'https' }], [{ port: '6000-6010/udp' }], [{ rich_rule: RULE }]])(
    '%j',
    thereAndBack,
    60_000,
  )

  it('refuses what it does not know, with firewalld’s own words', async () => {
    const { failure } = await runTask(firewalld, { protocol: 'no-such', state: 'enabled' }, on)
    expect(failure).toMatch(/^INVALID_PROTOCOL: no-such/)
  })

  it('where there is none, the host is refused', async () => {
    const m1 = container(containerOf('m1'))
    const { plan } = await runTask(firewalld, { port: '80/tcp', state: 'enabled' }, m1)
    expect(plan).toMatchObject({ status: 'fail', message: 'firewalld is not installed on this host' })
  })
})

describe.runIf(process.env['HAKUBE_TEST_ALL'])('everything else', () => {
  it.each([
    [{ protocol: 'vrrp', zone: 'dmz' }],
    [{ source: '192.0.2.0/24', zone: 'internal' }],
    [{ interface: 'eth9', zone: 'internal' }],
    [{ icmp_block: 'echo-request' }],
    [{ icmp_block_inversion: true, zone: 'dmz' }],
    [{ masquerade: true, zone: 'dmz' }],
    [{ forward: false }],
    [{ port_forward: [{ port: 80, proto: 'tcp', toport: 8080 }] }],
    [{ port_forward: [{ port: 81, proto: 'tcp', toport: 80, toaddr: '10.0.0.9' }] }],
  ])('%j', thereAndBack, 60_000)

  const task = (name: string, args: string) =>
    `    - { name: ${name}, firewalld: { ${args} }, ignore_errors: yes }\n`
  const PLAY = `- hosts: all
  gather_facts: false
  tasks:
${task('service', 'service: https, permanent: yes, immediate: yes, state: enabled')}${task('for a time', 'port: 8081/tcp, state: enabled, timeout: 600')}${task('interface', 'interface: eth9, zone: internal, permanent: yes, immediate: yes, state: enabled')}${task('moves', 'interface: eth9, zone: dmz, permanent: yes, immediate: yes, state: enabled')}${task('zone', 'zone: mine, permanent: yes, state: present')}${task('target', 'zone: mine, target: DROP, permanent: yes, state: enabled')}${task('in it', 'zone: mine, port: 1/tcp, permanent: yes, state: enabled')}${task('in it now', 'zone: mine, port: 1/tcp, state: enabled')}${task('unknown', 'service: htps, state: enabled')}    - { name: stop, systemd: { name: firewalld, state: stopped } }
${task('stopped', 'service: http, permanent: yes, state: enabled')}${task('stopped now', 'service: ftp, state: enabled')}${task('offline', 'service: ftp, permanent: yes, immediate: yes, offline: yes, state: enabled')}    - { name: start, systemd: { name: firewalld, state: started } }
${task('there', 'service: http, permanent: yes, immediate: yes, state: enabled')}${task('gone', 'service: ftp, permanent: yes, immediate: yes, state: disabled')}`

  it('check mode predicts a list of tasks, through a stop and a start of firewalld', async () => {
    const root = await folder({ 'play.yml': PLAY, 'inventory.ini': lab.inventory([HOST]) })
    const args = [join(root, 'play.yml'), '-i', join(root, 'inventory.ini'), '-o', 'json']
    const check = await hakube(['check', ...args])
    const apply = await hakube(['apply', ...args])
    expect(tasksWith(check, 'unknown', 'would-run')).toEqual([])
    expect(tasksWith(check, 'would-change')).toEqual(tasksWith(apply, 'changed'))
    expect(tasksWith(check, 'ignored')).toEqual(tasksWith(apply, 'ignored'))
    expect(tasksWith(apply, 'ignored')).toHaveLength(3)
    expect(tasksWith(apply, 'ok')).toEqual([`${HOST}: there`])
  })
})
